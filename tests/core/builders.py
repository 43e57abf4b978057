"""How builders write a Dockerfile's instructions into an image's history and configuration, for tests.

A Dockerfile here is a list of (word, value): what the instruction means. `history` writes it as a builder does,
`meaning` reads a Dockerfile's text back into such a list, on its own.
"""

from __future__ import annotations

import json
import re
from typing import Any

from imagexplorer.core.entities import Image, ImageDetail, Step

CLASSIC, BUILDKIT, PODMAN = "classic", "buildkit", "podman"
Instruction = tuple[str, Any]


def detail_of(builder: str, file: list[Instruction]) -> ImageDetail:
    config: dict[str, Any] = {}
    shell = ["/bin/sh", "-c"]
    steps = []
    for word, value in file:
        steps.append(_step(builder, word, value, shell, config))
        if word == "SHELL":
            shell = list(value)
    return ImageDetail(Image("sha256:1"), (), tuple(steps), {"config": config})


def _step(builder: str, word: str, value: Any, shell: list[str], config: dict[str, Any]) -> Step:
    said = _said(builder, word, value, shell, config)
    if word == "RUN":
        if isinstance(value, list):
            command = " ".join(value) if builder != PODMAN else "/bin/sh -c " + json.dumps(value, separators=(",", ":"))
        else:
            command = f"{' '.join(shell)} {value}"
        text = f"RUN {command} # buildkit" if builder == BUILDKIT else command
        return Step(text, comment="buildkit.dockerfile.v0" if builder == BUILDKIT else "", empty=False, layer=0)
    if builder == BUILDKIT:
        return Step(said + (" # buildkit" if word == "COPY" else ""), comment="buildkit.dockerfile.v0", empty=True)
    blanks = "  " if builder == CLASSIC and word not in ("COPY", "WORKDIR") else " "
    prefix = " ".join(shell) if builder == CLASSIC else "/bin/sh -c"
    return Step(f"{prefix} #(nop){blanks}{said}", empty=True)


def _said(builder: str, word: str, value: Any, shell: list[str], config: dict[str, Any]) -> str:
    """What stands in the history, and the configuration changed."""
    if word == "ENV":
        env = dict(each.split("=", 1) for each in config.get("Env", [])) | dict(value)
        config["Env"] = [f"{key}={each}" for key, each in env.items()]
        return "ENV " + " ".join(f"{key}={_as_written(each) if builder == PODMAN else each}" for key, each in value)
    if word == "LABEL":
        config.setdefault("Labels", {}).update(value)
        return "LABEL " + " ".join(f"{k}={_go(v) if builder == PODMAN else v}" for k, v in value)
    if word in ("CMD", "ENTRYPOINT"):
        words = [*shell, value] if isinstance(value, str) else value
        config[{"CMD": "Cmd", "ENTRYPOINT": "Entrypoint"}[word]] = words
        if builder == PODMAN:
            if isinstance(value, str):
                return f"{word} {value}"
            return f"{word} {json.dumps(words, ensure_ascii=False, separators=(',', ':'))}"
        return f"{word} [{' '.join(_go(each) for each in words)}]"
    if word == "SHELL":
        config["Shell"] = list(value)
        return f"SHELL [{' '.join(value)}]"
    if word == "EXPOSE":
        ports = [each if "/" in each else f"{each}/tcp" for each in value]
        config.setdefault("ExposedPorts", {}).update({each: {} for each in ports})
        if builder == BUILDKIT:
            return "EXPOSE map[" + " ".join(f"{each}:{{}}" for each in ports) + "]"
        return "EXPOSE " + " ".join(ports)
    if word == "VOLUME":
        config.setdefault("Volumes", {}).update({each: {} for each in value})
        if builder == PODMAN:
            return (
                f"VOLUME {' '.join(value)}" if not any(" " in each for each in value) else f"VOLUME {json.dumps(value)}"
            )
        return f"VOLUME [{' '.join(value)}]"
    if word == "HEALTHCHECK":
        interval, retries, test = value
        words = ["CMD-SHELL", test] if isinstance(test, str) else ["CMD", *test]
        config["Healthcheck"] = {"Test": words, "Interval": interval * 10**9, "Retries": retries}
        if builder == PODMAN:
            command = test if isinstance(test, str) else json.dumps(test, separators=(",", ":"))
            return f"HEALTHCHECK --interval={interval}s --retries={retries} CMD {command}"
        if builder == BUILDKIT:
            return (
                f"HEALTHCHECK &{{Test:[{' '.join(words)}] Interval:{interval}s Timeout:0s StartPeriod:0s "
                f"StartInterval:0s Retries:{retries}}}"
            )
        quoted = " ".join(map(_go, words))
        return f'HEALTHCHECK &{{[{quoted}] "{interval}s" "0s" "0s" \'\\x{retries:02x}\'}}'
    if word == "COPY":
        if builder == BUILDKIT:
            return f"COPY {value[0]} {value[1]}"
        return f"COPY file:{'5f4e2b1c0a9d8e7f' * 4} in {value[1]} "
    keys = {"USER": "User", "WORKDIR": "WorkingDir", "STOPSIGNAL": "StopSignal"}
    if word in keys:
        config[keys[word]] = value
    if word == "ONBUILD":
        config.setdefault("OnBuild", []).append(value)
    return f"{word} {value}"


def _as_written(value: str) -> str:
    """Podman keeps what stands in the Dockerfile."""
    escaped = re.sub(r'([\\"$])', r"\\\1", value)
    return f'"{escaped}"'


def _go(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# -- reading a Dockerfile -------------------------------------------------------------------------


def meaning(text: str) -> list[Instruction]:
    """Every instruction but FROM, as a builder would take it: comments dropped, continued lines joined."""
    found: list[Instruction] = []
    rows = iter(text.split("\n"))
    for row in rows:
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        while row.endswith("\\"):
            following = next(rows)
            assert not following.lstrip().startswith("#"), "a builder would drop this line"
            row = row[:-1] + following
        word, _, rest = row.partition(" ")
        document = re.match(r"<<(\w+)\Z", rest)
        if document:
            lines = []
            for line in rows:
                if line == document[1]:
                    break
                lines.append(line)
            rest = "\n".join(lines)
        if word != "FROM":
            found.append((word, _meant(word, rest)))
    return found


def _meant(word: str, rest: str) -> Any:
    if word in ("ENV", "LABEL"):
        return [tuple(_unquoted(each).split("=", 1)) for each in _split(rest)]
    if word in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        try:
            found = json.loads(rest)
        except ValueError:
            return rest
        return found if isinstance(found, list) else rest
    if word == "VOLUME":
        return json.loads(rest) if rest.startswith("[") else rest.split()
    if word == "EXPOSE":
        return rest.split()
    if word == "COPY":
        return tuple(rest.split())
    if word == "HEALTHCHECK":
        match = re.match(r"--interval=(\d+)s --retries=(\d+) +CMD (.*)\Z", rest, re.DOTALL)
        assert match, rest
        return int(match[1]), int(match[2]), _meant("RUN", match[3])
    return rest


def _split(rest: str) -> list[str]:
    return [match[0] for match in re.finditer(r'(?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+', rest)]


def _unquoted(text: str) -> str:
    return re.sub(r'\\(["\\$])|"', lambda match: match[1] or "", text)
