"""Rows put together from several answers: what is filled in, what is kept, and that what stays the same is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, Image, Platform
from imagexplorer.session.lists import Rows

IDS = ["a", "b", "c"]
IMAGES = st.lists(
    st.builds(
        Image, st.sampled_from(IDS), st.sampled_from([(), ("x:1",)]), size_bytes=st.sampled_from([None, 1]),
        platform=st.sampled_from([None, Platform("linux", "amd64")]),
    ),
    unique_by=lambda image: image.id,
)  # fmt: skip
CONTAINERS = st.lists(
    st.builds(
        Container, st.sampled_from(IDS), st.just("n"), st.just("x"), st.sampled_from(IDS),
        st.sampled_from(["running", "exited"]), writable_bytes=st.sampled_from([None, 3]),
    ),
    unique_by=lambda container: container.id,
)  # fmt: skip
SIZES = st.dictionaries(st.sampled_from(IDS), st.integers(0, 2))


@given(st.lists(st.one_of(
    st.tuples(st.just("images"), IMAGES), st.tuples(st.just("containers"), CONTAINERS),
    st.tuples(st.just("unique"), SIZES), st.tuples(st.just("written"), SIZES),
)))  # fmt: skip
def test_rows_are_what_was_told_last_and_stay_the_same_objects(answers: Sequence[tuple[str, Any]]) -> None:
    """Against the same rule written down without a thought of what it costs."""
    rows = Rows()
    images: dict[str, Image] = {}
    containers: dict[str, Container] = {}
    told: dict[str, dict[str, int]] = {"unique": {}, "written": {}}
    for kind, answer in answers:
        known = {(type(row), row.id): row for row in (*rows.images, *rows.containers)}
        getattr(rows, f"put_{kind}")(answer)
        if kind in told:
            told[kind] = answer
        if kind == "images" or (kind == "unique" and rows.images_known):
            given = {row.id: row for row in answer} if kind == "images" else images
            used = Counter(row.image_id for row in containers.values()) if rows.containers_known else None
            images = {
                each: replace(
                    row,
                    unique_bytes=told["unique"].get(each, images.get(each, row).unique_bytes),
                    containers=row.containers if used is None else used[each],
                )
                for each, row in given.items()
            }
        elif kind == "containers":
            before = {each: row.writable_bytes for each, row in containers.items()}
            containers = {
                row.id: row
                if row.writable_bytes is not None
                else replace(row, writable_bytes=told["written"].get(row.id, before.get(row.id)))
                for row in answer
            }
        elif kind == "written":
            containers = {
                each: replace(row, writable_bytes=answer.get(each, row.writable_bytes))
                for each, row in containers.items()
            }
        assert list(rows.images) == list(images.values())
        assert list(rows.containers) == list(containers.values())
        for row in (*rows.images, *rows.containers):
            same = known.get((type(row), row.id))
            assert same is None or same is row or same != row, "one that stays the same stays the same object"
