"""Keys and pasted text as a program in a terminal expects them (xterm, ctlseqs: "PC-Style Function Keys"). Pure."""

from __future__ import annotations

from PySide6.QtCore import Qt

_CURSOR = {
    Qt.Key.Key_Up: "A",
    Qt.Key.Key_Down: "B",
    Qt.Key.Key_Right: "C",
    Qt.Key.Key_Left: "D",
    Qt.Key.Key_Home: "H",
    Qt.Key.Key_End: "F",
}
_NUMBERED = {
    Qt.Key.Key_Insert: 2, Qt.Key.Key_Delete: 3, Qt.Key.Key_PageUp: 5, Qt.Key.Key_PageDown: 6,
    Qt.Key.Key_F5: 15, Qt.Key.Key_F6: 17, Qt.Key.Key_F7: 18, Qt.Key.Key_F8: 19, Qt.Key.Key_F9: 20,
    Qt.Key.Key_F10: 21, Qt.Key.Key_F11: 23, Qt.Key.Key_F12: 24,
}  # fmt: skip
_FUNCTION = {Qt.Key.Key_F1: "P", Qt.Key.Key_F2: "Q", Qt.Key.Key_F3: "R", Qt.Key.Key_F4: "S"}
_SINGLE = {
    Qt.Key.Key_Return: b"\r",
    Qt.Key.Key_Enter: b"\r",
    Qt.Key.Key_Backspace: b"\x7f",
    Qt.Key.Key_Tab: b"\t",
    Qt.Key.Key_Backtab: b"\x1b[Z",
    Qt.Key.Key_Escape: b"\x1b",
}
_KEYS = {key.value: key for key in (*_CURSOR, *_NUMBERED, *_FUNCTION, *_SINGLE)}
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


def key_bytes(key: int, modifiers: Qt.KeyboardModifier, text: str, cursor_keys: bool) -> bytes:
    """What a key sends; b"" for one that sends nothing, or that is the window's (Ctrl+Shift, Ctrl with a digit)."""
    shift, ctrl, alt = (bool(modifiers & each) for each in (_SHIFT, _CTRL, _ALT))
    held = 1 + shift + 2 * alt + 4 * ctrl
    known = _KEYS.get(key)
    if known in _CURSOR:
        letter = _CURSOR[known]
        if held > 1:
            return f"\x1b[1;{held}{letter}".encode()
        return f"\x1b{'O' if cursor_keys else '['}{letter}".encode()
    if known in _NUMBERED:
        number = _NUMBERED[known]
        return f"\x1b[{number};{held}~".encode() if held > 1 else f"\x1b[{number}~".encode()
    if known in _FUNCTION:
        return f"\x1b[1;{held}{_FUNCTION[known]}".encode() if held > 1 else f"\x1bO{_FUNCTION[known]}".encode()
    before = b"\x1b" if alt else b""
    if known in _SINGLE:
        return before + _SINGLE[known]
    if ctrl:
        if shift or Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            return b""
        if Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
            return before + bytes([key - Qt.Key.Key_A + 1])
        other = {Qt.Key.Key_Space: 0, Qt.Key.Key_At: 0, Qt.Key.Key_BracketLeft: 27, Qt.Key.Key_Backslash: 28,
                 Qt.Key.Key_BracketRight: 29, Qt.Key.Key_AsciiCircum: 30, Qt.Key.Key_Underscore: 31}  # fmt: skip
        return before + bytes([other[known]]) if known in other else b""
    return before + text.encode("utf-8", "replace") if text and text.isprintable() else b""


def pasted(text: str, bracketed: bool) -> bytes:
    """Text as if it were typed: nothing in it steers the terminal, or ends the brackets early."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(char for char in clean if char in "\n\t" or char.isprintable())
    data = clean.replace("\n", "\r").encode("utf-8", "replace")
    return b"\x1b[200~" + data + b"\x1b[201~" if bracketed else data
