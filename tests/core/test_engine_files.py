"""What engines put into a writable layer is told apart from what the container did."""

from __future__ import annotations

from imagexplorer.core.engine_files import with_engines_own
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change


def own(*changes: Change, mounts: tuple[str, ...] = ()) -> set[str]:
    return {change.path for change in with_engines_own(changes, mounts) if change.engines}


def test_mount_points_and_the_folders_made_for_them() -> None:
    rows = [Change("/srv", ADDED), Change("/srv/a", ADDED), Change("/srv/a/vol", ADDED), Change("/x", ADDED)]
    assert own(*rows, mounts=("/srv/a/vol/",)) == {"/srv", "/srv/a", "/srv/a/vol"}
    assert own(*rows, Change("/srv/mine", ADDED), mounts=("/srv/a/vol",)) == {"/srv/a", "/srv/a/vol"}


def test_files_that_engines_mount_over() -> None:
    rows = [Change("/etc", MODIFIED), Change("/etc/hosts", ADDED), Change("/run", ADDED), Change("/run/secrets", ADDED)]
    assert own(*rows) == {"/etc", "/etc/hosts", "/run", "/run/secrets"}
    assert own(*rows, Change("/etc/passwd", MODIFIED)) == {"/etc/hosts", "/run", "/run/secrets"}


def test_what_a_container_did_is_never_the_engines() -> None:
    rows = [Change("/empty", ADDED), Change("/tmp", MODIFIED), Change("/etc/hosts.d", ADDED), Change("/old", DELETED)]
    assert own(*rows, Change("/old/hosts", DELETED)) == set()
