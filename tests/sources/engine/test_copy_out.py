"""What is copied out of a container, told as an extraction: however an engine spells names, and where it breaks off."""

from __future__ import annotations

import base64
import io
import json

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Unreachable
from imagexplorer.core.extraction import DATA, FAULT, FOLDER, LINK, MEMBERS, NAME, REGULAR, Member
from imagexplorer.sources.engine.copy_out import _Walk
from tests import tars


class Response:
    """What `requests` gives: headers, and a raw body."""

    def __init__(self, body: bytes, mode: int = 0, leads_to: str = "") -> None:
        stat = json.dumps({"name": "x", "mode": mode, "linkTarget": leads_to}).encode()
        self.headers = {"X-Docker-Container-Path-Stat": base64.b64encode(stat).decode()}
        self.raw = self
        self._body = io.BytesIO(body)

    def read(self, size: int, decode_content: bool) -> bytes:
        return self._body.read(size)


def told(path: str, response: Response) -> tuple[list[Member], dict[int, bytes], list[str]]:
    members: list[Member] = []
    data: dict[int, bytes] = {}
    faults: list[str] = []
    for what, *rest in _Walk().through(path, response, "files", Control()):
        if what == MEMBERS:
            members += rest[0]
        elif what == DATA:
            data[rest[0]] = data.get(rest[0], b"") + rest[1]
        else:
            assert what == FAULT
            faults.append(rest[0])
    return members, data, faults


def tree(root: str) -> bytes:
    below = f"{root}/" if root else ""
    return tars.tar(
        [
            tars.folder(root or "./"),
            tars.file(f"{below}one", b"1" * 700),
            tars.hardlink(f"{below}two", f"{below}one"),
            tars.symlink(f"{below}far", "../one"),
        ]
    )


@pytest.mark.parametrize("root", ["app", "./app", "/srv/app", ""])
def test_names_are_below_what_was_asked_for(root: str) -> None:
    members, data, faults = told("/srv/app", Response(tree(root)))
    assert [(member.path, member.kind) for member in members] == [
        (b"app", FOLDER), (b"app/one", REGULAR), (b"app/two", NAME), (b"app/far", LINK),
    ]  # fmt: skip
    assert (members[2].same_as, members[3].target, data, faults) == (1, b"../one", {1: b"1" * 700}, [])


def test_the_root_is_all_that_is_in_it() -> None:
    members, _, _ = told("/", Response(tree("")))
    assert [member.path for member in members] == [b"one", b"two", b"far"]


def test_a_link_stays_a_link_where_the_engine_sends_what_it_leads_to() -> None:
    members, data, _ = told("/bin/ls", Response(tars.tar([tars.file("ls", b"elf")]), 1 << 27, "/bin/busybox"))
    assert [(member.path, member.kind, member.target) for member in members] == [(b"ls", LINK, b"/bin/busybox")]
    assert not data


def test_a_name_that_leads_out_and_a_link_to_what_was_not_copied_are_told() -> None:
    hostile = tars.tar([tars.folder("app"), tars.file("app/../../x", b"x"), tars.hardlink("app/l", "etc/shadow")])
    members, data, faults = told("/app", Response(hostile))
    assert [member.path for member in members] == [b"app"]
    assert len(faults) == 2
    assert not data


@pytest.mark.parametrize("at", [600, 1024, 1600])
def test_an_answer_that_breaks_off_is_an_error(at: int) -> None:
    with pytest.raises(Unreachable, match="broke the copy off"):
        told("/srv/app", Response(tree("app")[:at]))
