"""What columns, plots and tables say of a container's use. Knows records and words, not where samples come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imagexplorer.core.growth import FAST_BYTES_A_MINUTE
from imagexplorer.core.text import human_size
from imagexplorer.models.columns import Column

if TYPE_CHECKING:
    from imagexplorer.core.live import Processes
    from imagexplorer.core.use import UseHistory

Lookup = Callable[[str], "UseHistory | None"]
"""The use of a container by its id, None where it is not followed."""


def percent_words(value: float) -> str:
    return f"{value:.1f} %" if value < 99.95 else f"{value:,.0f} %"


def size_words(value: float) -> str:
    return human_size(round(value))


def rate_words(value: float) -> str:
    return f"{human_size(round(value))}/s"


def count_words(value: float) -> str:
    return f"{value:,.0f}"


def use_columns(lookup: Lookup) -> tuple[Column, ...]:
    """CPU and memory of a Container as it runs; empty where it does not, or is out of sight."""

    def value(name: str, container_id: str) -> float | None:
        history = lookup(container_id)
        return history.now(name) if history is not None else None

    def words(name: str, say: Callable[[float], str]) -> Callable[[object], str]:
        def text(container: object) -> str:
            now = value(name, getattr(container, "id", ""))
            return "" if now is None else say(now)

        return text

    def memory_tip(container: object) -> str:
        identifier = getattr(container, "id", "")
        memory, limit = value("memory", identifier), value("limit", identifier)
        if memory is None:
            return ""
        of = f" of {size_words(limit)}" if limit else ", no limit of its own told"
        return f"{size_words(memory)}{of}"

    return (
        Column(
            "CPU",
            words("cpu", percent_words),
            sort=lambda container: value("cpu", container.id) or 0.0,
            key="cpu",
            number=True,
            ages=True,
            chars=14,
            about="Of one core: two busy cores are 200 %. The last minute, live, for the rows in sight",
        ),
        Column(
            "Memory",
            words("memory", size_words),
            sort=lambda container: value("memory", container.id) or 0.0,
            tooltip=memory_tip,
            key="memory",
            number=True,
            ages=True,
            chars=16,
            about="Without the page cache that can be dropped. The last minute, live, for the rows in sight",
        ),
    )


def _growing(column: Column, growth: Callable[[str], float]) -> Column:
    """The size of the writable layer, marked where it grows fast."""

    def fast(container: object) -> float:
        grown = growth(getattr(container, "id", ""))
        return grown if grown >= FAST_BYTES_A_MINUTE else 0.0

    def tip(container: object) -> str:
        size = column.tooltip(container) if column.tooltip is not None else ""
        return f"{size}\ngrows by {size_words(grown)} a minute" if (grown := fast(container)) else size

    return replace(
        column,
        icon=lambda container: "warning" if fast(container) else "",
        tone=lambda container: "warning" if fast(container) else "",
        tooltip=tip,
    )


def with_use(columns: Sequence[Column], lookup: Lookup, growth: Callable[[str], float]) -> tuple[Column, ...]:
    """The columns of containers, with use after their ports, and a mark where the writable layer grows fast."""
    columns = [_growing(column, growth) if column.name == "writable" else column for column in columns]
    # The state's tooltip says the engine's words too: their room goes to the name.
    columns = [replace(column, optional=True) if column.name == "status" else column for column in columns]
    at = next((number for number, column in enumerate(columns) if column.name == "ports"), len(columns) - 1) + 1
    return (*columns[:at], *use_columns(lookup), *columns[at:])


def _number(text: str) -> tuple[int, float, str]:
    """Numbers by size before texts."""
    try:
        return 0, float(text), ""
    except ValueError:
        return 1, 0.0, text.casefold()


_NUMBERS = frozenset({"PID", "PPID", "C", "%CPU", "%MEM", "VSZ", "RSS", "UID"})
_COMMANDS = frozenset({"CMD", "COMMAND", "ARGS"})


def process_columns(table: Processes) -> tuple[Column, ...]:
    """Of rows as the engine gives them: tuples of texts under its own titles."""

    def column(number: int, title: str) -> Column:
        figures = title in _NUMBERS and all(_number(row[number])[0] == 0 for row in table.rows)
        return Column(
            title or f"{number + 1}",
            lambda row: str(row[number]),
            sort=lambda row: _number(row[number]),
            tooltip=(lambda row: str(row[number])) if title in _COMMANDS else None,
            key=f"{number}",
            number=figures,
            mono=title in _COMMANDS,
            stretch=title in _COMMANDS,
            chars=40 if title in _COMMANDS else 9,
        )

    return tuple(column(number, title) for number, title in enumerate(table.titles))


def process_key(table: Processes) -> Callable[[tuple[str, ...]], str]:
    """What tells one process from another: its number, else the whole row."""
    at = table.titles.index("PID") if "PID" in table.titles else -1
    return (lambda row: row[at]) if at >= 0 else "\t".join
