"""Types of files that a filter can ask for, as a table: by mode, by kind, by where they lie, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileType:
    """`places` are kinds of `core.advice_rules`. `by_mode`: only where modes are known."""

    title: str
    about: str
    by_mode: bool = False
    places: tuple[str, ...] = ()


TYPES: dict[str, FileType] = {
    "setuid": FileType("Setuid or setgid", "Files that run as their owner or group", by_mode=True),
    "writable": FileType(
        "World-writable", "Files that everybody may write, and such folders without a sticky bit", by_mode=True
    ),
    "executable": FileType("Executables", "Files that somebody may run", by_mode=True),
    "symlink": FileType("Symbolic links", "Links to a path"),
    "hardlink": FileType("Hard links", "Further names of a file"),
    "special": FileType("Devices and pipes", "What is no file, folder or link"),
    "empty": FileType("Empty files", "Files of 0 bytes"),
    "secret": FileType("Keys and passwords", "Files whose name says that they hold a secret"),
    "cache": FileType(
        "Caches and package lists",
        "What package managers and compilers leave behind, temporary files and logs",
        places=(
            "package-lists", "package-cache", "pip-cache", "conda-cache", "npm-cache", "go-cache", "cargo-cache",
            "java-cache", "other-cache", "temporary", "bytecode",
        ),
    ),
    "build": FileType(
        "Build tools",
        "Compilers, headers, static libraries, git and its history",
        places=("repository", "compilers", "git", "headers", "static-libraries"),
    ),
    "documents": FileType("Documents", "Manuals, documents and translations", places=("documents",)),
}  # fmt: skip
"""What `ViewSpec.types` may name."""
