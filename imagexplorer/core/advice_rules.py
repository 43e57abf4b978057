"""What images often hold that nobody needs, where it lies, and the way out. A table; `advice` reads it.

Paths are where the programs themselves put things: apt, apk, dnf, zypper, pacman, pip, npm, yarn, pnpm, go, cargo,
Maven, Gradle, Composer, RubyGems, NuGet and conda by their documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

DELETED, OVERWRITTEN, REWRITTEN, SAME_CONTENT = "deleted", "overwritten", "rewritten", "same-content"
FLOOR_BYTES = 1_000_000
"""Advice that saves less is only counted: tiny images are left alone."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`patterns` as in core.tree_places; `optional`: somebody may want it there."""

    kind: str
    title: str
    way_out: str
    patterns: tuple[str, ...] = ()
    optional: bool = False


PLACES: tuple[Rule, ...] = (
    Rule(
        "package-lists",
        "Package lists left behind",
        "End the RUN that calls apt-get update with rm -rf /var/lib/apt/lists/*.",
        ("var/lib/apt/lists",),
    ),
    Rule(
        "package-cache",
        "Downloaded packages left behind",
        "Clean in the same RUN (apt-get clean, apk add --no-cache, dnf clean all, zypper clean, pacman -Scc), or mount "
        "the folder: RUN --mount=type=cache,target=/var/cache/….",
        (
            "var/cache/apt", "var/cache/apk", "etc/apk/cache", "var/cache/dnf", "var/cache/yum", "var/cache/libdnf5",
            "var/cache/zypp", "var/cache/pacman/pkg",
        ),
    ),
    Rule(
        "pip-cache",
        "Cache of pip, uv or Poetry",
        "Install with pip install --no-cache-dir, or RUN --mount=type=cache,target=/root/.cache.",
        ("**/.cache/pip", "**/.cache/uv", "**/.cache/pypoetry"),
    ),
    Rule(
        "conda-cache",
        "Packages that conda unpacked",
        "End the RUN that installs with conda clean -afy.",
        ("opt/conda/pkgs", "**/miniconda3/pkgs", "**/anaconda3/pkgs", "**/miniforge3/pkgs"),
    ),
    Rule(
        "npm-cache",
        "Cache of npm, yarn or pnpm",
        "End the RUN that installs with npm cache clean --force (yarn cache clean, pnpm store prune), or RUN "
        "--mount=type=cache,target=/root/.npm.",
        ("**/.npm/_cacache", "**/.npm/_npx", "**/.npm/_logs", "**/.cache/yarn", "**/.pnpm-store", "**/pnpm/store"),
    ),
    Rule(
        "go-cache",
        "Cache of go",
        "Build in a first stage and COPY --from= only the program, or RUN --mount=type=cache for its folders.",
        ("**/.cache/go-build", "**/go/pkg/mod"),
    ),
    Rule(
        "cargo-cache",
        "Cache of cargo",
        "Build in a first stage and COPY --from= only the program.",
        ("**/.cargo/registry", "**/.cargo/git", "**/cargo/registry", "**/cargo/git"),
    ),
    Rule(
        "java-cache",
        "Cache of Maven or Gradle",
        "Build in a first stage and COPY --from= only the jar, or RUN --mount=type=cache,target=/root/.m2.",
        ("**/.m2/repository", "**/.gradle/caches", "**/.gradle/wrapper/dists"),
    ),
    Rule(
        "other-cache",
        "Cache of Composer, RubyGems or NuGet",
        "Clean it in the RUN that fills it (composer clear-cache, gem install without documents and rm of its cache, "
        "dotnet nuget locals all --clear).",
        (
            "**/.composer/cache", "**/.cache/composer", "**/bundle/ruby/*/cache", "**/bundle/cache", "**/gems/*/cache",
            "**/.nuget/packages",
        ),
    ),
    Rule(
        "temporary",
        "Temporary files and logs",
        "Remove them in the RUN that writes them: rm -rf /tmp/* /var/tmp/* /var/log/*.",
        ("tmp", "var/tmp", "var/log"),
    ),
    Rule(
        "repository",
        "History of a git repository",
        "Name .git in .dockerignore, so that COPY leaves it out.",
        ("**/.git",),
    ),
    Rule(
        "compilers",
        "Compilers and build tools",
        "Build in a first stage and COPY --from= only the result, or install and remove the tools in one RUN.",
        (
            "usr/lib/gcc", "usr/lib/gcc-cross", "usr/libexec/gcc", "usr/bin/gcc*", "usr/bin/g++*", "usr/bin/cpp*",
            "usr/bin/c++*", "usr/bin/*-linux-gnu-*", "usr/bin/clang*", "usr/lib/llvm*/bin", "usr/lib/llvm*/include",
            "usr/bin/ld", "usr/bin/ld.*", "usr/bin/make", "usr/bin/cmake*", "usr/share/cmake*", "usr/bin/ninja",
            "usr/share/automake*", "usr/share/autoconf", "usr/local/go", "usr/lib/go", "usr/lib/go-*",
            "usr/local/rustup", "**/.rustup/toolchains", "usr/lib/rustlib", "usr/lib/jvm/*/jmods",
            "usr/lib/jvm/*/include", "usr/lib/jvm/*/lib/src.zip",
        ),
    ),
    Rule(
        "git",
        "git",
        "Fetch in a first stage, or remove git in the RUN that needs it.",
        ("usr/bin/git", "usr/bin/git-*", "usr/lib/git-core", "usr/libexec/git-core", "usr/share/git-core"),
    ),
    Rule(
        "headers",
        "C headers",
        "Build in a first stage, and install no -dev packages in the last one.",
        ("usr/include", "usr/local/include"),
    ),
    Rule(
        "static-libraries",
        "Static libraries",
        "Build in a first stage: only a linker reads these.",
        ("**/*.a",),
    ),
    Rule(
        "documents",
        "Manuals and translations",
        "Leave them out while installing: path-exclude=/usr/share/doc/* in /etc/dpkg/dpkg.cfg.d, dnf --nodocs, or no "
        "-doc packages of apk.",
        (
            "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/gtk-doc", "usr/share/locale",
            "usr/local/share/doc", "usr/local/share/man",
        ),
        optional=True,
    ),
    Rule(
        "bytecode",
        "Compiled Python files",
        "Set ENV PYTHONDONTWRITEBYTECODE=1 or pip install --no-compile; the first start takes longer then.",
        ("**/__pycache__",),
        optional=True,
    ),
)  # fmt: skip
"""In the order of precedence: what fits several belongs to the first."""

HIDDEN: tuple[Rule, ...] = (
    Rule(
        DELETED,
        "Deleted, and still in the image",
        "Delete in the RUN that writes the files, or leave them in a first stage: a later layer only hides them.",
    ),
    Rule(
        OVERWRITTEN,
        "Written more than once",
        "Write these files once, in one instruction: each older version is still in the image.",
    ),
    Rule(
        REWRITTEN,
        "Stored again unchanged",
        "Set owner, mode and time where the files are first written: a layer that changes them stores them whole.",
    ),
)  # fmt: skip
"""Of what layers hide, by its cause."""

SAME = Rule(
    SAME_CONTENT,
    "The same content under several paths",
    "Copy it once and link to it (ln, or ln -s from another layer), or leave one of them out.",
)
RULES: dict[str, Rule] = {rule.kind: rule for rule in (*PLACES, *HIDDEN, SAME)}


def way_out(kind: str, instruction: str = "") -> str:
    """One sentence; for files that were stored again it looks at what the instruction does."""
    if kind == REWRITTEN:
        copied = " or in the RUN that makes the files"
        if "chown" in instruction:
            return f"Give the owner at once, COPY --chown=user:group{copied}: a later chown stores each file again."
        if "chmod" in instruction:
            return f"Give the mode at once, COPY --chmod=mode{copied}: a later chmod stores each file again."
    return RULES[kind].way_out
