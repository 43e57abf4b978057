"""The columns of two configurations compared: rows are ConfigDifference. Knows no model and no widget."""

from __future__ import annotations

import json
from typing import Any

from imagexplorer.core.compare_config import ConfigDifference
from imagexplorer.models.columns import Column

NOTHING = "(none)"


def words(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _tone(row: ConfigDifference) -> str:
    return "added" if row.a is None else "removed" if row.b is None else "modified"


CONFIG_DIFFERENCES = (
    Column("Setting", lambda row: row.key, icon=_tone, tone=_tone, key="key", chars=30, tooltip=lambda row: row.key),
    Column("In A", lambda row: words(row.a), tooltip=lambda row: words(row.a), mono=True, key="a", chars=40),
    Column(
        "In B", lambda row: words(row.b), tooltip=lambda row: words(row.b), mono=True, key="b", stretch=True, chars=40
    ),
)
