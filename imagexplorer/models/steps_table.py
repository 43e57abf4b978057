"""The columns of an image's steps: rows are (number from 0, Step), oldest first. Knows no model and no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from imagexplorer.core.dockerfile import instruction_words
from imagexplorer.core.entities import LayerTotals, Step
from imagexplorer.core.text import exact_size, human_size
from imagexplorer.models.columns import Column
from imagexplorer.models.tables import NONE, age_column
from imagexplorer.models.tree_rows import layer_number

Numbered = tuple[int, Step]


def numbered(steps: Sequence[Step], totals: Mapping[int, LayerTotals]) -> list[Numbered]:
    """The rows. What reading a layer told (`totals`, by its number) goes before what the engine's history says of its
    size, as in the stack."""
    rows = []
    for number, step in enumerate(steps):
        read = totals.get(step.layer) if step.layer is not None else None
        rows.append((number, step if read is None else replace(step, size_bytes=read.stored_bytes)))
    return rows


def _step_layer(row: Numbered) -> str:
    step = row[1]
    if step.layer is not None:
        return str(layer_number(step.layer))
    return NONE if step.empty else "?"


STEPS = (
    Column("#", lambda row: str(row[0] + 1), sort=lambda row: row[0], number=True, key="number", chars=6),
    Column(
        "Instruction",
        lambda row: instruction_words(row[1].instruction),
        tooltip=lambda row: row[1].instruction,
        mono=True,
        key="instruction",
        stretch=True,
        chars=50,
    ),
    Column(
        "Layer",
        _step_layer,
        sort=lambda row: row[1].layer,
        number=True,
        key="layer",
        chars=6,
        about="The layer that the step made; – for an empty step, ? where the match is not known",
    ),
    Column(
        "Size",
        lambda row: NONE if row[1].layer is None and not row[1].size_bytes else human_size(row[1].size_bytes),
        sort=lambda row: row[1].size_bytes,
        tooltip=lambda row: exact_size(row[1].size_bytes),
        number=True,
        key="size",
        chars=9,
    ),
    age_column("Created", lambda row: row[1].created, key="created"),
    Column("Comment", lambda row: row[1].comment, tooltip=lambda row: row[1].comment, key="comment", chars=24),
)
