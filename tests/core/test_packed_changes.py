"""Changes packed are the changes, in any process."""

from __future__ import annotations

from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.packed_changes import PackedChanges
from imagexplorer.indexing.frames import dumps, loads

CHANGES = (
    Change("/a\udcff b\n", ADDED, 2**40, "file", 0o4755, False, (2**32 - 2, 5), -(2**62)),
    Change("/etc/hosts", MODIFIED, engines=True),
    Change("/gone", DELETED),
)


def test_they_come_out_as_they_went_in_also_in_another_process() -> None:
    packed = PackedChanges.of(CHANGES)
    payload = dumps(packed, [])
    assert b"etc/hosts" not in payload, "no object of each is sent"
    sent = loads(payload, [])
    for each in (packed, sent):
        assert tuple(each) == CHANGES
        assert (len(each), each[1], list(each[:1])) == (3, CHANGES[1], [CHANGES[0]])
    assert tuple(PackedChanges.of(())) == ()
