"""Files into a container and out of it again, on real engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.extraction import DATA, FAULT, MEMBERS, Options
from imagexplorer.output.extract import FolderWriter
from tests.engines import Engine

pytestmark = pytest.mark.engine


def test_what_is_copied_in_comes_out_as_it_was(engine: Engine, container: str, tmp_path: Path) -> None:
    """Running and paused; what is there already is told before, what clashes and what is not there is refused."""
    host, control = engine.source.host, engine.control
    identifier = host.container(container, control).container.id
    mine = tmp_path / "mine"
    (mine / "in").mkdir(parents=True)
    (mine / "a b\n").write_bytes(b"x" * 70_000)
    (mine / "in" / "link").symlink_to("../a b\n")
    for replaced in ([], ["/etc/mine/a b\n", "/etc/mine/in/link"]):
        plan = host.copy_plan(identifier, "/etc", [str(mine)], control)
        assert (plan.files, plan.folders, list(plan.replaced), plan.unsure) == (1, 2, replaced, False)
        report = host.copied_in(identifier, plan, control)
        assert (report.files, report.folders, report.links, report.skipped) == (1, 2, 1, [])
        if not replaced:
            engine.api.pause(container)
    writer = FolderWriter(str(tmp_path / "out"), Options())
    for what, *told in host.copied_out(identifier, ["/etc/mine", "/never"], control):
        {MEMBERS: writer.add, DATA: writer.data, FAULT: writer.fault}[what](*told)
    report = writer.finish()
    assert [each.why for each in report.skipped] == ["/never: it is not there any more"]
    assert (tmp_path / "out/mine/a b\n").read_bytes() == b"x" * 70_000
    assert (tmp_path / "out/mine/in/link").readlink() == Path("../a b\n")
    engine.api.unpause(container)
    with pytest.raises(Refused, match="no such folder"):
        host.copy_plan(identifier, "/never", [str(mine)], control)
    (tmp_path / "etc").write_bytes(b"")
    with pytest.raises(Refused, match="/etc is a folder there and a file here"):
        host.copy_plan(identifier, "/", [str(tmp_path / "etc")], control)
    with pytest.raises(NotFound):
        host.copy_plan("0" * 64, "/", [str(mine)], control)
    with pytest.raises(NotFound):
        list(host.copied_out("0" * 64, ["/etc"], control))
