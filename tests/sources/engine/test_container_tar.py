"""An export that breaks off is no whole tar, wherever it breaks off."""

from __future__ import annotations

import io

import pytest

from imagexplorer.sources.engine.container_tar import members, opened
from tests import tars

WHOLE = tars.tar([tars.file("a", b"one"), tars.file("b", b"two")])


def names(data: bytes) -> list[str]:
    with opened(io.BytesIO(data)) as archive:
        return [member.name for member in members(archive)]


def test_a_whole_one() -> None:
    assert names(WHOLE) == ["a", "b"]


@pytest.mark.parametrize("tail", [b"", b"cut", b'{"message":"it broke"}'.ljust(512)])
@pytest.mark.parametrize("at", [1024, 2048])
def test_one_that_breaks_off(at: int, tail: bytes) -> None:
    with pytest.raises(EOFError):
        names(WHOLE[:at] + tail)
