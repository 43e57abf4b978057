"""The bytes that a program says to its terminal, parted into text, control characters and sequences (ECMA-48). Pure.

What is not whole yet waits for more, and what never ends is let go of: no length that a program chooses is kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_UNFINISHED = 4096
_TOKENS = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f\x80-\x9f]+)"
    r"|\x1b\[(?P<private>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b\x07]*(?:\x1b\\|\x07)"
    r"|\x1b(?P<charset>[()*+\-./][0-~])"
    r"|\x1b[ #%][0-~]"
    r"|\x1b(?P<escape>[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
)
_BEGUN = re.compile(r"\x1b(?:\[[<=>?]?[0-9;:]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x07\x1b]*\x1b?|[ -/]*)")
_STRINGS = "]PX^_"
_STRING_END = re.compile(r"\x07|\x18|\x1a|\x1b\\?")


class Tokens:
    """Of one stream. Each token is a match whose `lastgroup` says what it is: text, final (of a control sequence, with
    private, numbers and between), osc, charset, escape, control; None for what means nothing."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left = ""
        self._dropping = False  # the rest of a control string that is too long, or broken off by another escape

    def of(self, data: bytes) -> Iterator[re.Match[str]]:
        """Those that are whole with what came now."""
        text = self._left + self._decoder.decode(data)
        at, end = 0, len(text)
        while at < end:
            if self._dropping:
                at = self._dropped(text, at)
                if self._dropping:
                    break
                continue
            found = _TOKENS.match(text, at)
            if found is None:
                # An escape that is not whole yet; one that never ends is let go of.
                rest = text[at:]
                if len(rest) < _UNFINISHED and _may_go_on(rest):
                    break
                self._dropping = rest[1:2] in _STRINGS and len(rest) > 1
                at += 1 + self._dropping
                continue
            at = found.end()
            yield found
        self._left = text[at:]

    def _dropped(self, text: str, at: int) -> int:
        """Where it goes on: behind the end of a control string, or at the escape that breaks it off."""
        found = _STRING_END.search(text, at)
        if found is None:
            return len(text)
        escape = found[0] == "\x1b"
        if escape and found.end() == len(text):
            return found.start()  # the next character tells which it is
        self._dropping = False
        return found.start() if escape else found.end()


def _may_go_on(rest: str) -> bool:
    """Whether more may make a sequence of what begins here."""
    return _BEGUN.fullmatch(rest) is not None
