"""What is said of a copy into a container before it is made, where the engine does not answer as it should."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.sources.engine.copy_in import copy_plan

_FOLDER, _FILE = 1 << 31 | 0o755, 0o644


class Told:
    """A wire that knows what stands where."""

    def __init__(self, **paths: int | ImagexplorerError) -> None:
        self._paths = {f"/{name}".replace("_", "/"): said for name, said in paths.items()}

    def get(self, _path: str, **_more: Any) -> dict[str, Any]:
        return {"State": {"Status": "running"}}

    @contextmanager
    def open(self, _method: str, _path: str, *, params: dict[str, str], **_more: Any) -> Iterator[Any]:
        said = self._paths.get(params["path"], NotFound("path", "not there"))
        if isinstance(said, ImagexplorerError):
            raise said
        raw = json.dumps({"mode": said}).encode()
        yield SimpleNamespace(headers={"X-Docker-Container-Path-Stat": base64.b64encode(raw).decode()})


@pytest.mark.parametrize(
    ("there", "replaced", "unsure"),
    [
        (None, (), False),
        (_FILE, ("/etc/conf",), False),
        (Refused("stat", "input/output error"), (), True),
    ],
)
def test_where_the_engine_does_not_say_what_is_there_it_is_asked_about(
    tmp_path: Path, there: int | ImagexplorerError | None, replaced: tuple[str, ...], unsure: bool
) -> None:
    (tmp_path / "conf").write_bytes(b"mine")
    wire: Any = Told(etc=_FOLDER, **({} if there is None else {"etc_conf": there}))
    plan = copy_plan(wire, "c" * 64, "/etc", [str(tmp_path / "conf")], Control())
    assert (plan.replaced, plan.unsure) == (replaced, unsure)
