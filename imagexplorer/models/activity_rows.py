"""What was done and is under way, as rows. Knows deeds and states of jobs, no widget."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.core.activity import Deed
from imagexplorer.core.text import exact_time
from imagexplorer.models.columns import Column

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
_ICONS = {RUNNING: "running", DONE: "success", FAILED: "error", CANCELLED: "cancel"}
_TONES = {RUNNING: "accent", DONE: "success", FAILED: "error", CANCELLED: "muted"}


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """`job` is what can be cancelled, 0 for none; `result` is how far it is, while it runs."""

    deed: Deed
    state: str
    result: str
    seconds: float
    job: int = 0

    @property
    def key(self) -> str:
        return f"{self.deed.id}" if self.deed.id else f"job {self.job}"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a job that runs: its id and that of its deed (0: it has none), how far it is in words."""

    job: int
    deed: int
    title: str
    begun: float
    words: str = ""


def activity_rows(deeds: Sequence[Deed], running: Sequence[Progress], now: float) -> list[ActivityRow]:
    """What is under way first, then what ended last."""
    by_deed = {each.deed: each for each in running if each.deed}
    under_way, past = [], []
    for deed in deeds:
        if deed.ended is None:
            at = by_deed.get(deed.id)
            words, job = (at.words, at.job) if at is not None else ("", 0)
            under_way.append(ActivityRow(deed, RUNNING, words, max(now - deed.begun, 0.0), job))
        else:
            state = CANCELLED if deed.cancelled else FAILED if deed.error else DONE
            past.append(ActivityRow(deed, state, _result(deed, state), max(deed.ended - deed.begun, 0.0)))
    under_way += [
        ActivityRow(Deed(0, each.title, begun=each.begun, acts=False), RUNNING, each.words, now - each.begun, each.job)
        for each in running
        if not each.deed
    ]
    return [*under_way, *past]


def _result(deed: Deed, state: str) -> str:
    if state == CANCELLED:
        return "cancelled"
    words = deed.error or "done"
    return f"{words} · {deed.output[-1]}" if deed.output else words


def spent(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:05`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


COLUMNS: tuple[Column, ...] = (
    Column(
        "What",
        lambda row: row.deed.title,
        tooltip=lambda row: row.deed.title,
        chars=30,
        elide_middle=True,
    ),
    Column(
        "Result",
        lambda row: row.result or row.state,
        icon=lambda row: _ICONS[row.state],
        tone=lambda row: _TONES[row.state],
        tooltip=lambda row: row.result,
        spoken=lambda row: f"{row.state}: {row.result}",
        chars=36,
    ),
    Column(
        "Began",
        lambda row: time.strftime("%H:%M:%S", time.localtime(row.deed.begun)),
        sort=lambda row: row.deed.begun,
        tooltip=lambda row: exact_time(int(row.deed.begun)),
        number=True,
        chars=9,
    ),
    Column("Took", lambda row: spent(row.seconds), sort=lambda row: row.seconds, number=True, chars=7),
    Column(
        "Command line",
        lambda row: row.deed.command,
        tooltip=lambda row: row.deed.command,
        mono=True,
        stretch=True,
        chars=40,
    ),
)


def report(row: ActivityRow) -> list[str]:
    """All that is known of it, as lines to be read and copied."""
    deed, failure = row.deed, row.deed.failure
    when = exact_time(int(deed.begun))
    took = spent(row.seconds)
    lines = [deed.title, f"begun {when}, {f'for {took} now' if row.state == RUNNING else f'{row.state} after {took}'}"]
    if row.state == RUNNING:
        lines += [row.result] if row.result else []
    elif failure is not None:
        lines += ["", f"What was said:  {failure.reason}", f"What it means:  {failure.means}"]
        lines += [f"What to do:     {failure.way_out}"] if failure.way_out else []
    elif deed.error:
        lines += ["", deed.error]
    if deed.command:
        lines += ["", "Command lines:" if " && " in deed.command else "Command line:", *deed.command.split(" && ")]
    if deed.output:
        lines += ["", "The last that it wrote:", *deed.output]
    if failure is not None and len(failure.report) > 1:
        lines += ["", *failure.report]
    return lines
