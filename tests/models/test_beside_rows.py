"""An image beside its container, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Step
from imagexplorer.models.beside_rows import beside
from tests.fake_engine import FakeEngine
from tests.fakes import FakeSource


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (Step("RUN /bin/sh -c make # buildkit", comment="buildkit.dockerfile.v0"), "a Dockerfile: "),
        (Step('/bin/sh -c #(nop)  CMD ["sh"]'), "a Dockerfile: "),
        (Step("", comment="Imported from -"), "an import of a tar: "),
        (Step("sleep 600", comment="with the fix"), "a commit, by its message: "),
        (Step("/bin/sh -c make"), "a Dockerfile or a commit: its history does not say which: "),
        (Step("/bin/sh -c make", comment="FROM docker.io/library/alpine:3"), "a Dockerfile or a commit: "),
    ],
)
def test_who_made_an_image_is_told_where_its_history_does(last: Step, told: str) -> None:
    engine = FakeEngine()
    web = engine.named("web")
    detail = FakeSource(engine).image(web.image_id, Control())
    made = replace(detail, steps=(*detail.steps, last))
    (row,) = [row for row in beside(made, None, web, None, (), None, None) if row.what == "Made by"]
    assert row.image.startswith(told)
    (none,) = [
        row for row in beside(replace(detail, steps=()), None, web, None, (), None, None) if row.what == "Made by"
    ]
    assert none.image.startswith("not known")
