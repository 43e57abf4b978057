"""Text from outside made fit to show: everything that comes from an image, an engine or a file name passes here."""

from __future__ import annotations

import unicodedata

# humanize and datetime are imported where they are needed: nothing at start is a size or an age.

# Characters that change how others are laid out (UAX 9), and separators that break a row in two.
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(text: str, limit: int = 4096) -> str:
    r"""One row of plain text: control, format (bidi, zero width) and undecodable characters shown escaped (`\x1b`,
    `‮`, `\xfd`), elided in the middle beyond `limit` characters."""
    if len(text) > limit:
        half = (limit - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    if text.isprintable():
        return text
    return "".join(_escape(char) for char in text)


def plain_bytes(raw: bytes, limit: int = 4096) -> str:
    """`plain` for a path or name as bytes."""
    return plain(raw.decode("utf-8", "surrogateescape"), limit)


def _escape(char: str) -> str:
    if char == " " or unicodedata.category(char) not in _ESCAPED_CATEGORIES:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8 (surrogateescape)
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def human_size(size_bytes: int | None) -> str:
    """`12.3 MB`, decimal steps as the engines print; an ellipsis while unknown."""
    if size_bytes is None:
        return "…"
    import humanize

    return humanize.naturalsize(size_bytes, format="%.3g" if size_bytes < 10**18 else "%.1f")


def exact_size(size_bytes: int | None) -> str:
    return "not known yet" if size_bytes is None else counted(size_bytes, "byte")


def megabytes(done: float, total: float | None) -> str:
    """How much of how much, as it changes many times a second: `12 of 345 MB`, `12 MB` where the end is not known."""
    of = f" of {total / 1e6:,.0f}" if total is not None and done <= total else ""
    return f"{done / 1e6:,.0f}{of} MB"


def counted(count: int, noun: str) -> str:
    """`1 file`, `1,234 files`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def human_age(created: int | None, now: float | None = None) -> str:
    """`3 weeks ago`; empty where no time is known or the time is none (0, year 1)."""
    if created is None or created <= 0:
        return ""
    from datetime import UTC, datetime

    import humanize

    try:
        moment = datetime.fromtimestamp(created, UTC)
        reference = datetime.fromtimestamp(now, UTC) if now is not None else datetime.now(UTC)
        return humanize.naturaltime(reference - moment)
    except (ValueError, OverflowError, OSError):
        return ""


def exact_time(created: int | None) -> str:
    """Local date and time to the second; empty where unknown."""
    if created is None or created <= 0:
        return ""
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(created, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return ""
