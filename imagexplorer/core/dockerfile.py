"""History and configuration of an image as the Dockerfile that it was built from, as far as they tell.

What they do not tell is said in comments. One entry on one line (`instruction_words`) is what lists show at once; the
whole (`rebuilt`) is worked out at leisure. Reads text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imagexplorer.core.config_lines import record, texts, unexplained
from imagexplorer.core.entities import ImageDetail, Step
from imagexplorer.core.history_words import USUAL_SHELL, WORDS, Said, exec_words, said
from imagexplorer.core.instruction_text import UNKNOWN, Known, shell_after, told
from imagexplorer.core.text import plain

_BLANK = re.compile(r"\s+")
_COPY_HASH = re.compile(r"(ADD|COPY) ((?:--\S*?)??) *(?:file|dir|multi):[0-9a-f]{16,} in ")
_FROM = re.compile(r"FROM (?P<name>\S+)\Z")
_HEX = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}\Z")
_BARE_SHELLS = frozenset({"/bin/sh", "/bin/bash", "sh", "bash"})
TEXT_MOST, TOTAL_MOST, TEXT_LEAST = 20_000, 400_000, 200
"""Characters of one instruction that are laid out (honest ones have a tenth of it), of all, and of one after that."""
CONFIG_NOTE = "the configuration has this, the history does not say where from"


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction. `text` may have several lines; "" where the history names none: then `notes` say what is known.
    `step` is its number among the image's steps, -1 where only the configuration tells it. `base` is the image that the
    builder says it is the first instruction upon, "" for most."""

    word: str
    text: str
    step: int = -1
    notes: tuple[str, ...] = ()
    base: str = ""


def instruction_words(raw: str) -> str:
    """A history entry as the Dockerfile line it came from, on one line.

    `/bin/sh -c #(nop)  CMD ["sh"]` -> `CMD ["sh"]`, `/bin/sh -c make` -> `RUN make`, `RUN /bin/sh -c make # buildkit`
    -> `RUN make`. What is in none of these spellings stays as it is.
    """
    found = said(_BLANK.sub(" ", raw))
    if found.word == "RUN":
        return f"RUN {found.rest}"
    line = _COPY_HASH.sub(rf"\1 \2 {UNKNOWN} ", f"{found.word} {found.rest}".strip())
    return line.replace(f"  {UNKNOWN}", f" {UNKNOWN}")


def keyword(words: str) -> str:
    """`RUN` of `RUN make`; "" where the line begins with none of the Dockerfile's words."""
    first = words.partition(" ")[0]
    return first if first in WORDS else ""


def rebuilt(detail: ImageDetail) -> tuple[Line, ...]:
    """The instructions, oldest first: one for each step, then what the configuration has and no step explains."""
    config = record(detail.config.get("config"))
    env = dict(_pair(each) for each in texts(config.get("Env")))
    labels = {key: value for key, value in record(config.get("Labels")).items() if isinstance(value, str)}
    check = texts(record(config.get("Healthcheck")).get("Test"))
    lists = [texts(config.get(key)) for key in ("Shell", "Cmd", "Entrypoint")]
    lists = [each for each in (*lists, check) if each]
    volumes = record(config.get("Volumes"))
    shell: Sequence[str] = USUAL_SHELL
    lines: list[Line] = []
    left = TOTAL_MOST
    for number, step in enumerate(detail.steps):
        room = min(TEXT_MOST, max(left, TEXT_LEAST))
        found = said(step.instruction[:room], shell)
        lines.append(_line(number, step, found, Known(env, labels, lists, volumes, shell), room))
        shell = shell_after(found, lines[-1].text, shell)
        left -= len(lines[-1].text)
    asked = [Line(text.partition(" ")[0], text, -1, (CONFIG_NOTE,)) for text in unexplained(config, lines_of(lines))]
    return (*lines, *asked)


def lines_of(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines if line.text]


def _line(number: int, step: Step, found: Said, known: Known, room: int) -> Line:
    comment = step.comment.strip()[:room]
    beginning = _FROM.match(comment)
    notes = []
    base = beginning["name"] if beginning is not None and not _HEX.match(beginning["name"]) else ""
    if comment and beginning is None and not comment.startswith("buildkit."):
        notes.append(comment)
    given, found = found, _as_exec(found, step)
    if found is not given:
        notes.append("or what was committed of a container that ran this: the history does not say which")
    if not found.word or step.instruction.strip() in _BARE_SHELLS:
        how = step.instruction.strip()[:room]
        said_so = "no Dockerfile instruction is recorded for this" + (f": {how}" if how else "")
        return Line("", "", number, (said_so, *notes), base)
    written = told(found, known)
    if len(step.instruction) > room:
        notes.append(f"only the first {room:,} of {len(step.instruction):,} characters are shown")
    return Line(found.word, written.text, number, (*notes, *written.notes), base)


def _as_exec(found: Said, step: Step) -> Said:
    """The classic builder writes an exec form as the bare command; so does `docker commit`, which has a message."""
    if found.word or step.comment:
        return found
    words = exec_words(found.rest)
    return Said("RUN", found.rest, words, exact=False) if words else found


# -- as a file ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class From:
    """The image `name` is what the first `steps` steps made: here a FROM would stand. `why` says how that is known."""

    name: str
    steps: int
    why: str = "an image of this name has the same layers"


def recorded_from(lines: Sequence[Line]) -> From | None:
    """The last image that a builder says it built upon (Podman and buildah do); None where none says so."""
    line = next((line for line in reversed(lines) if line.base and line.step >= 0), None)
    return None if line is None else From(line.base, line.step, "so its builder says")


def dockerfile_text(lines: Sequence[Line], title: str, base: From | None = None) -> str:
    """The file, with what is not known in comments. The instructions of a known base image stand before its FROM as
    comments, so that what builds is what was built upon it."""
    base = base or recorded_from(lines)
    parts = [
        "\n".join(
            _plain(
                [
                    f"# Rebuilt from the history of {title}: not the file that it was built from.",
                    f"# {UNKNOWN} stands for what no history records; nor does it say which stage a COPY --from took.",
                ]
            )
        )
    ]
    steps = base.steps if base is not None else 0
    inherited = [line for line in lines if 0 <= line.step < steps]
    if base is None:
        parts.append("# what it was built from is not recorded\nFROM scratch")
    else:
        if inherited:
            rows = "\n".join(_said(line) for line in inherited).split("\n")
            parts.append("\n".join([f"# What {base.name} is made of:", *(f"#   {row}".rstrip() for row in rows)]))
        parts.append("\n".join(_plain([f"# {base.why}", f"FROM {base.name}"])))
    parts += [_said(line) for line in lines if not 0 <= line.step < steps]
    return "\n\n".join(part for part in parts if part) + "\n"


def _said(line: Line) -> str:
    """Notes, each a comment, then the instruction."""
    rows = [f"# {row}" for note in line.notes for row in note.split("\n")]
    return "\n".join(_plain([*rows, *line.text.split("\n")] if line.text else rows))


def _plain(rows: Iterable[str]) -> list[str]:
    return [plain(row.replace("\t", "    "), TEXT_MOST) for row in rows]


def _pair(assignment: str) -> tuple[str, str]:
    name, _, value = assignment.partition("=")
    return name, value
