from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.status_words import status_words

TOLD = 1_700_000_000.0


@pytest.mark.parametrize(
    ("status", "passed", "words"),
    [
        ("Up Less than a second", 0.4, "Up Less than a second"),
        ("Up Less than a second", 1, "Up 1 second"),
        ("Up 5 seconds (health: starting)", 10, "Up 15 seconds (health: starting)"),
        ("Up 59 seconds", 5, "Up About a minute"),
        ("Up About a minute (healthy)", 119, "Up 2 minutes (healthy)"),
        ("Up 3 minutes (Paused)", 30, "Up 3 minutes (Paused)"),
        ("Exited (137) 58 minutes ago", 600, "Exited (137) About an hour ago"),
        ("Exited (0) 2 hours ago", 3 * 86400, "Exited (0) 3 days ago"),
        ("Up 13 days", 2 * 86400, "Up 2 weeks"),
        ("Up 23 months", 60 * 86400, "Up 2 years"),
        ("Created", 1000, "Created"),
        ("", 1000, ""),
    ],
)
def test_a_status_grows_older_with_time(status: str, passed: float, words: str) -> None:
    assert status_words(status, TOLD, TOLD + passed) == words


@pytest.mark.parametrize("told", [0, TOLD + 1])
def test_of_no_known_time_or_the_future_nothing_is_said_anew(told: float) -> None:
    assert status_words("Up 3 minutes", told, TOLD) == "Up 3 minutes"


@given(st.text(), st.floats(0, 1e10), st.floats(0, 1e10))
def test_any_text_is_answered_with_words(status: str, told: float, now: float) -> None:
    assert isinstance(status_words(status, told, now), str)


@given(st.sampled_from(["second", "minute", "hour", "day", "week", "month", "year"]), st.integers(2, 40))
def test_what_was_just_told_is_told_again(unit: str, count: int) -> None:
    most = {"second": 59, "minute": 59, "hour": 47, "day": 13, "week": 8, "month": 23, "year": 40}[unit]
    least = {"day": 2, "week": 2, "month": 2}.get(unit, 2)
    words = f"Up {min(max(count, least), most)} {unit}s"
    assert status_words(words, TOLD, TOLD + 0.001) == words
