"""Containers that are made to read from leave nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled
from imagexplorer.sources.engine import image_files
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


def labelled(engine: Engine) -> list[str]:
    return [each["Id"] for each in engine.api.containers(all=True, filters={"label": [image_files.LABEL]})]


@pytest.mark.parametrize("error", [None, Cancelled(), ValueError("a mistake")])
def test_it_is_removed_whatever_happens(engine: Engine, sample: str, error: Exception | None) -> None:
    control = Control()
    try:
        with image_files.made_of(engine.source.wire, sample, control) as container:
            assert labelled(engine) == [container]
            assert container not in [row.id for row in engine.source.containers(Control())]
            assert engine.api.inspect_container(container)["State"]["Running"] is False
            if error is not None:
                control.cancel()
                raise error
    except (Cancelled, ValueError):
        pass
    assert labelled(engine) == []


def test_what_a_crash_left_is_removed_later_and_nothing_else(
    engine: Engine, sample: str, tidy: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(**more: Any) -> str:
        container = str(engine.api.create_container(SAMPLE, ["-"], **more)["Id"])
        tidy.append(container)
        return container

    left, others = made(labels={image_files.LABEL: "1"}), made()
    image_files.remove_stale(engine.source.wire, Control())
    assert labelled(engine) == [left], "it may be in use"
    monkeypatch.setattr(image_files, "STALE_SECONDS", -60)
    image_files.remove_stale(engine.source.wire, Control())
    assert labelled(engine) == []
    assert engine.api.inspect_container(others)["Id"] == others
