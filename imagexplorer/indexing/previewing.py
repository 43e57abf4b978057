"""Bytes to a Preview: decoded, highlighted, pictures made small. Runs in the worker process, so that a hostile picture
or a text that a lexer chokes on costs no more than that process.

Knows Pillow and Pygments; must not know where the bytes come from.
"""

from __future__ import annotations

import io
import re
import time
from array import array
from collections.abc import Callable
from dataclasses import replace

from imagexplorer.core.control import Control
from imagexplorer.core.preview import (
    FIRST_BYTES,
    HIGHLIGHT_BYTES,
    MORE_BYTES,
    PICTURE_SIDE,
    PIXELS,
    STYLES,
    Preview,
)
from imagexplorer.core.recognise import BINARY, EMPTY, PICTURE, PROBE_BYTES, TEXT, recognise
from imagexplorer.indexing.certificate_facts import certificate_facts

Read = Callable[[int, int], bytes]
"""`read(start, length)`; fewer bytes only at the end."""

LEX_SECONDS = 2.0
LINE_MOST = 10_000
"""Characters of a line that are laid out at once: longer ones take a window seconds."""
LINES_SHOWN = 100_000
"""More of them take a window hundreds of megabytes."""
# Characters that would move or hide others, each as one that can be seen, so that places in the text stay.
_SHOWN = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {
    0x7F: 0x2421,
    **dict.fromkeys(
        (*range(0x80, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)), 0xFFFD
    ),
    0xFEFF: 0xFFFD,
}
_STYLE = {name: number for number, name in enumerate(STYLES)}


def preview(read: Read, name: str, size_bytes: int, control: Control, more: bool = False) -> Preview:
    """The first part of a content, or with `more` as much as is ever shown. Raises what `read` raises."""
    wanted = min(size_bytes, MORE_BYTES if more else FIRST_BYTES)
    data = read(0, max(wanted, min(size_bytes, PROBE_BYTES)))
    control.step()
    known = recognise(data, size_bytes)
    about = ""
    if known.words in ("certificate (PEM)", "certificate (DER)") and len(data) == size_bytes:
        about = certificate_facts(data)
    if known.kind == EMPTY:
        return Preview(EMPTY, known.words, 0)
    if known.kind == TEXT:
        told = _text(data[:wanted], known.words, known.encoding, name, size_bytes, control)
        return replace(told, about=about)
    if known.kind == PICTURE and size_bytes <= MORE_BYTES:
        if len(data) < size_bytes:
            data += read(len(data), size_bytes - len(data))
        control.step()
        return _picture(data, known.words, size_bytes)
    return Preview(BINARY, known.words, size_bytes, len(data), data=data, about=about)


def _text(data: bytes, words: str, encoding: str, name: str, size_bytes: int, control: Control) -> Preview:
    text = data.decode(encoding, "replace")
    if len(data) < size_bytes:  # not in the middle of a line, nor of a character
        cut = text.rfind("\n", max(0, len(text) - 4096))
        text = text[: cut + 1] if cut >= 0 else text.rstrip("\ufffd")
    text = shown(text.replace("\r\n", "\n"))
    notes = []
    if len(max(text.split("\n"), key=len)) > LINE_MOST:
        text = re.sub(f"[^\n]{{{LINE_MOST}}}", "\\g<0>\n", text)
        notes.append(f"Lines of more than {LINE_MOST:,} characters are broken here.")
    lines = text.split("\n", LINES_SHOWN)
    if len(lines) > LINES_SHOWN and lines[-1]:
        text = "\n".join(lines[:-1]) + "\n"
        notes.append(f"Only the first {LINES_SHOWN:,} lines are shown.")
    spans = highlight(text, name, control) if len(data) <= HIGHLIGHT_BYTES else b""
    exact = text.encode("utf-8", "replace") == data
    note = " ".join(notes)
    return Preview(TEXT, words, size_bytes, len(data), text, spans, b"" if exact else data, note=note)


def shown(text: str) -> str:
    """With a sign for each character that would move or hide others; places in the text stay."""
    return text.translate(_SHOWN)


def highlight(text: str, name: str, control: Control) -> bytes:
    """Spans as `core.preview.Preview` has them; none where no language is known, or when it takes too long."""
    from pygments.lexers import get_lexer_for_filename, guess_lexer
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(name, text[:1000], stripnl=False, ensurenl=False)
    except ClassNotFound:
        if not text.startswith(("#!", "<?xml", "<!DOCTYPE", "{")):
            return b""
        try:
            lexer = guess_lexer(text[:1000], stripnl=False, ensurenl=False)
        except ClassNotFound:
            return b""
    if isinstance(lexer, TextLexer):
        return b""
    spans = array("i")
    until = time.monotonic() + LEX_SECONDS
    at = 0
    for number, (_, token, value) in enumerate(lexer.get_tokens_unprocessed(text)):
        length = len(value) + sum(character > "\uffff" for character in value) if not value.isascii() else len(value)
        style = _style(token)
        if style >= 0 and length:
            spans.extend((at, length, style))
        at += length
        if number % 1000 == 0:
            control.step()
            if time.monotonic() > until:
                break
    return spans.tobytes()


def _style(token: object) -> int:
    from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, Punctuation, String

    for family, style in (
        (Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "number"),
        (Name.Tag, "keyword"), (Name.Attribute, "name"), (Name.Function, "name"), (Name.Class, "name"),
        (Name.Builtin, "name"), (Name.Variable, "name"), (Operator.Word, "keyword"), (Punctuation, "punctuation"),
        (Generic.Heading, "heading"), (Generic.Inserted, "added"), (Generic.Deleted, "removed"),
    ):  # fmt: skip
        if token in family:
            return _STYLE[style]
    return -1


def _picture(data: bytes, words: str, size_bytes: int) -> Preview:
    from PIL import Image, UnidentifiedImageError

    def as_bytes(note: str) -> Preview:
        return Preview(BINARY, words, size_bytes, min(len(data), FIRST_BYTES), data=data[:FIRST_BYTES], note=note)

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below, before anything is decoded
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "TIFF", "ICO", "BMP", "WEBP")) as image:
            width, height = image.size
            words = f"{words}, {width:,} x {height:,}"
            if width * height > PIXELS:
                return as_bytes("It has more pixels than are decoded here.")
            image.draft("RGB", (PICTURE_SIDE, PICTURE_SIDE))
            image.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
            shown = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, OverflowError,
            ArithmeticError) as error:  # fmt: skip
        return as_bytes(f"It cannot be decoded: {error}")
    return Preview(
        PICTURE, words, size_bytes, len(data), pixels=shown.tobytes(), width=shown.width, height=shown.height
    )
