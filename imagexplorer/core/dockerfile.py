"""History as a Dockerfile says it. Knows the spellings of the classic builder, BuildKit and Podman; reads text only."""

from __future__ import annotations

import re

# `|2 A=1 B=2 /bin/sh -c make`: the classic builder puts the build arguments before the shell.
_ARGUMENTS = re.compile(r"\|(\d+) ")
_SHELL = re.compile(r"(?:RUN )?(?:/bin/(?:ba|da)?sh -c|cmd /S /C|powershell -Command) +")
_NOP = re.compile(r"#\(nop\) *")
_COPY_HASH = re.compile(r"(ADD|COPY) (?:--\S+ )*(?:(?:file|dir|multi):[0-9a-f]{16,}) in ")
_BLANK = re.compile(r"\s+")
# fmt: off
_WORDS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})
# fmt: on


def instruction_words(raw: str) -> str:
    """A history entry as the Dockerfile line it came from, on one line.

    `/bin/sh -c #(nop)  CMD ["sh"]` -> `CMD ["sh"]`, `/bin/sh -c make` -> `RUN make`, `RUN /bin/sh -c make # buildkit`
    -> `RUN make`. What is in none of these spellings stays as it is.
    """
    text = _BLANK.sub(" ", raw).strip().removesuffix("# buildkit").rstrip()
    arguments = _ARGUMENTS.match(text)
    if arguments:
        text = _without_arguments(text[arguments.end() :], int(arguments.group(1)))
    shell = _SHELL.match(text)
    if shell:
        command = text[shell.end() :]
        nop = _NOP.match(command)
        text = command[nop.end() :] if nop else f"RUN {command}"
    return _COPY_HASH.sub(r"\1 … ", text)


def _without_arguments(text: str, count: int) -> str:
    """Values may hold spaces: cut at the shell where there is one, else after so many words."""
    at = re.search(r"(?:^| )(/bin/(?:ba|da)?sh -c )", text)
    if at:
        return text[at.start(1) :]
    return " ".join(text.split(" ")[count:])


def keyword(words: str) -> str:
    """`RUN` of `RUN make`; "" where the line begins with none of the Dockerfile's words."""
    first = words.partition(" ")[0]
    return first if first in _WORDS else ""
