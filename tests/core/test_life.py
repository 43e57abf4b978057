"""A container's history from recorded events of Docker and Podman, and from its own record."""

from __future__ import annotations

import pytest

from imagexplorer.core.entities import Container, ContainerDetail
from imagexplorer.core.life import exit_words, health_checks, life, moments


def event(action: str, time: int, **attributes: str) -> dict:
    return {
        "Type": "container",
        "Action": action,
        "Actor": {"ID": "c", "Attributes": attributes},
        "timeNano": time * 10**9,
    }


def test_events_of_both_engines_in_words() -> None:
    told = moments(
        [
            event("start", 3),
            event("create", 2),
            event("exec_create: sh", 4),
            event("oom", 5),
            event("kill", 6, signal="9"),
            event("die", 7, exitCode="137"),
            event("died", 8, containerExitCode="0"),
            event("health_status: unhealthy", 9),
            event("health_status", 10, health_status="healthy"),
            event("rename", 11, oldName="/before"),
            {"Action": "start"},
            {"Action": "start", "timeNano": "x", "Actor": []},
        ]
    )
    assert [(each.what, each.about, each.tone) for each in told] == [
        ("created", "", ""),
        ("started", "", "success"),
        ("out of memory", "the kernel ended a process: the memory limit was reached", "error"),
        ("signal sent", "SIGKILL", ""),
        ("ended", "exit code 137: ended by SIGKILL", "warning"),
        ("ended", "exit code 0: all well", ""),
        ("health", "unhealthy", "error"),
        ("health", "healthy", "success"),
        ("renamed", "from before", ""),
    ]


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ([0, 50, 90, 120], [0, 50]),
        ([0, 50, 90, 120, 150, 180], [0, 50]),  # twice is no more than once
        ([0, 50, 90, 1200], [0, 50, 90, 1200]),  # a pause that lasts
        ([0, 50, 1100, 1150], [0, 50, 1100, 1150]),  # one that comes later
        ([0, 1200, 1300], [0, 1200, 1300]),  # still paused
    ],
)
def test_a_pause_is_told_once(times: list[int], kept: list[int]) -> None:
    """A short one of a busy Docker comes again as an echo."""
    events = [
        {**event(("pause", "unpause")[at % 2], 1), "timeNano": (10_000 + ms) * 10**6} for at, ms in enumerate(times)
    ]
    told = moments([*events, event("start", 2), event("die", 20, exitCode="0")])
    turns = [each for each in told if each.what in ("paused", "goes on")]
    assert [round(each.time * 1000) - 10_000 for each in turns] == kept
    assert [each.what for each in turns] == ["paused", "goes on"] * (len(kept) // 2) + ["paused"] * (len(kept) % 2)
    assert {"started", "ended"} <= {each.what for each in told}


def test_exit_codes() -> None:
    assert exit_words(1) == "exit code 1"
    assert exit_words(127).endswith("its program was not found")
    assert exit_words(128 + 40).endswith("ended by signal 40")


def test_health_checks_with_their_output() -> None:
    log = [
        {"Start": "2026-11-27T10:00:00.123456789Z", "ExitCode": 0, "Output": "ok\n"},
        {"Start": "2026-11-27T10:00:30+01:00", "ExitCode": 1, "Output": "refused\nline two"},
        {"Start": "never", "ExitCode": 1},
        "nonsense",
    ]
    first, second = health_checks({"State": {"Health": {"Log": log}}})
    assert first.about == "passed\nok"
    assert second.about == "failed, exit code 1\nrefused\nline two"
    assert round(first.time - second.time) == 3570
    assert health_checks({"State": []}) == []


def test_what_the_engine_forgot_is_known_by_the_record() -> None:
    container = Container("c", "web", "app", "i", "exited", created=100)
    detail = ContainerDetail(container, exit_code=2, error="no such file", started=110, finished=120)
    known = life(detail, moments([event("start", 110)]))
    assert [each.what for each in known] == ["ended", "started", "created"]
    assert known[0].about == "exit code 2\nno such file"


def test_of_one_second_what_came_later_stands_above() -> None:
    detail = ContainerDetail(Container("c", "web", "app", "i", "running", created=100), started=100)
    assert [each.what for each in life(detail, [])] == ["started", "created"]


def test_what_a_busy_engine_tells_late_stands_there_once() -> None:
    """Docker was seen to tell of a start 5 s after the time that its record has."""
    detail = ContainerDetail(Container("c", "web", "app", "i", "running", created=100), started=110)
    known = life(detail, moments([event("create", 103), event("start", 116)]))
    assert [(each.what, each.time) for each in known] == [("started", 116.0), ("created", 103.0)]
    again = ContainerDetail(Container("c", "web", "app", "i", "running", created=100), started=200)
    assert [each.time for each in life(again, moments([event("start", 116)])) if each.what == "started"] == [200, 116]
