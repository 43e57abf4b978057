"""Keys and answers to a program that does not read them."""

from __future__ import annotations

from imagexplorer.core.control import Control
from imagexplorer.session.terminals import WAITING_BYTES, TerminalLine


class Host:
    def __init__(self) -> None:
        self.written: list[bytes] = []

    def terminal_write(self, identifier: str, data: bytes, control: Control) -> None:
        self.written.append(data)


def test_what_a_program_does_not_read_is_bounded() -> None:
    line, host = TerminalLine(), Host()
    for _ in range(40):
        line.write(b"?" * (WAITING_BYTES // 10))
    line.close()
    line.send_all(host, Control())
    assert sum(map(len, host.written)) <= WAITING_BYTES * 1.2
    line.write(b"read again")
    line.close()
    line.send_all(host, Control())
    assert host.written[-1] == b"read again"


def test_a_long_text_alone_goes_through_whole() -> None:
    line, host = TerminalLine(), Host()
    line.write(b"x" * (3 * WAITING_BYTES))
    line.close()
    line.send_all(host, Control())
    assert len(host.written[0]) == 3 * WAITING_BYTES
