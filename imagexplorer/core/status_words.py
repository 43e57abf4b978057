"""What an engine says of a container's state with an age in it: the age goes on while nothing is asked."""

from __future__ import annotations

import re

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK, MONTH, YEAR = 7 * DAY, 30 * DAY, 365 * DAY
_SECONDS = {"second": 1, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK, "month": MONTH, "year": YEAR}
_AGE = re.compile(
    r"Less than a second|About (?:a|an) (?P<one>minute|hour)"
    r"|\b(?P<count>\d{1,9}) (?P<unit>second|minute|hour|day|week|month|year)s?\b"
)


def status_words(status: str, told_at: float, now: float) -> str:
    """`Up 3 minutes (healthy)` told at `told_at` (seconds since 1970), as the engine would put it `now`.

    A status with no age, one that was told at no known time (0) or in the future, and one whose age is no older in its
    own unit stay as they are.
    """
    found = _AGE.search(status)
    passed = now - told_at
    if found is None or told_at <= 0 or passed <= 0:
        return status
    unit = found["one"] or found["unit"]
    known = int(found["count"] or 1) * _SECONDS[unit] if unit else 0
    return status[: found.start()] + _age(known + passed) + status[found.end() :]


def _age(seconds: float) -> str:
    """A length of time as engines write it (docker/go-units, duration.go: HumanDuration)."""
    if seconds < 1:
        return "Less than a second"
    if seconds < MINUTE:
        return _counted(int(seconds), "second")
    if seconds < 2 * MINUTE:
        return "About a minute"
    if seconds < HOUR:
        return _counted(int(seconds / MINUTE), "minute")
    hours = int(seconds / HOUR + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return _counted(hours, "hour")
    for limit, length, unit in ((2 * WEEK, DAY, "day"), (2 * MONTH, WEEK, "week"), (2 * YEAR, MONTH, "month")):
        if hours * HOUR < limit:
            return _counted(int(hours * HOUR / length), unit)
    return _counted(int(seconds / YEAR), "year")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
