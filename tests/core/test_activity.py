"""Activity: bounded, in order, and without secrets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.activity import Activity, redacted


def test_deeds_begin_and_end() -> None:
    activity = Activity()
    first = activity.begin("Stop web", "docker stop web", now=1)
    second = activity.begin("Delete web", "docker rm web", now=2)
    activity.end(second, "the engine said no", now=3)
    activity.end(first, now=4)
    assert [(deed.title, deed.begun, deed.ended, deed.error) for deed in activity.deeds] == [
        ("Stop web", 1, 4, ""),
        ("Delete web", 2, 3, "the engine said no"),
    ]


def test_only_the_last_are_kept_and_ending_one_that_fell_out_is_no_fault() -> None:
    activity = Activity(kept=3)
    ids = [activity.begin(f"deed {number}") for number in range(10)]
    activity.end(ids[0])
    assert [deed.title for deed in activity.deeds] == ["deed 7", "deed 8", "deed 9"]


@given(st.sampled_from(["API_TOKEN", "db_password", "SECRET_KEY", "aws_secret"]), st.text("abcXYZ019-_.", min_size=6))
def test_secrets_are_not_kept(name: str, value: str) -> None:
    secret = f"q7{value}"
    activity = Activity()
    deed = activity.begin("Run app", f"docker run -e {name}={secret} app")
    activity.end(deed, f"bad {name}={secret}; https://me:{secret}@host/x")
    assert secret not in repr(activity.deeds)


@given(st.text(max_size=5000))
def test_what_is_kept_is_one_bounded_line(text: str) -> None:
    line = redacted(text)
    assert len(line) < 25_000
    assert "\n" not in line
