"""What happened to a container: events of its engine and checks of its health, as moments in words. Pure.

Reads events as Docker and Podman tell them (`Action`, `Actor.Attributes`, `timeNano`) and the inspect answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imagexplorer.core.entities import ContainerDetail

OUTPUT_CHARS = 4000


ECHO_SECONDS = 1.0
"""What begins and ends again so soon is an engine's echo, no act of anybody."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`time` in Unix seconds; `what` in a word or two, `about` one or more lines; `tone` a word of the theme's."""

    time: float
    what: str
    about: str = ""
    tone: str = ""


_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 28: "SIGWINCH"}  # fmt: skip
_LATE_S = 60  # as late as a busy engine may tell of what its record has
_PLAIN = {
    "create": ("created", ""),
    "start": ("started", "success"),
    "stop": ("stopped", ""),
    "restart": ("restarted", ""),
    "pause": ("paused", "warning"),
    "unpause": ("goes on", "success"),
    "destroy": ("removed", "error"),
    "remove": ("removed", "error"),
    "commit": ("committed", ""),
    "update": ("limits changed", ""),
    "rename": ("renamed", ""),
    "checkpoint": ("checkpoint taken", ""),
}


def exit_words(code: int) -> str:
    """`exit code 137: ended by SIGKILL`, as shells count signals (128 + its number)."""
    meaning = {0: "all well", 125: "the engine could not run it", 126: "its program cannot be run",
               127: "its program was not found"}.get(code, "")  # fmt: skip
    if 128 < code < 128 + 65:
        meaning = f"ended by {_SIGNALS.get(code - 128, f'signal {code - 128}')}"
    return f"exit code {code}: {meaning}" if meaning else f"exit code {code}"


def moments(events: Iterable[Mapping[str, Any]]) -> list[Moment]:
    """Of one container, in the order of time; what only looks at it is left out."""
    told = [moment for event in events if (moment := _moment(event)) is not None]
    return _once(sorted(told, key=lambda moment: moment.time))


def _once(told: list[Moment]) -> list[Moment]:
    """Each pause once. A busy Docker hears late from its shim of a short pause that is over, takes it for another, and
    tells both its beginning and its end anew."""
    turns = [at for at, moment in enumerate(told) if moment.what in ("paused", "goes on")]
    again: set[int] = set()
    for over, begun, ended in zip(turns, turns[1:], turns[2:], strict=False):
        if [told[at].what for at in (over, begun, ended)] == ["goes on", "paused", "goes on"] and told[
            ended
        ].time - told[over].time < ECHO_SECONDS:
            again |= {begun, ended}
    return [moment for at, moment in enumerate(told) if at not in again]


def _moment(event: Mapping[str, Any]) -> Moment | None:
    action, _, rest = str(event.get("Action") or "").partition(":")
    actor = event.get("Actor")
    attributes = actor.get("Attributes") if isinstance(actor, Mapping) else None
    attributes = attributes if isinstance(attributes, Mapping) else {}
    time = _time(event)
    if time is None:
        return None
    if action in ("die", "died"):
        code = _number(attributes.get("exitCode", attributes.get("containerExitCode")))
        about = "" if code is None else exit_words(code)
        return Moment(time, "ended", about, "warning" if code else "")
    if action == "oom":
        return Moment(time, "out of memory", "the kernel ended a process: the memory limit was reached", "error")
    if action == "kill":
        number = _number(attributes.get("signal"))
        name = _SIGNALS.get(number or 0, str(attributes.get("signal") or ""))
        return Moment(time, "signal sent", name)
    if action == "health_status":
        state = rest.strip() or str(attributes.get("health_status") or "")
        return Moment(time, "health", state, {"healthy": "success", "unhealthy": "error"}.get(state, ""))
    if action not in _PLAIN:
        return None
    what, tone = _PLAIN[action]
    about = f"from {attributes.get('oldName')}".replace("from /", "from ") if attributes.get("oldName") else ""
    return Moment(time, what, about, tone)


def _time(event: Mapping[str, Any]) -> float | None:
    for key, unit in (("timeNano", 1e9), ("time", 1.0)):
        value = event.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value) / unit
    return None


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def health_checks(raw: Mapping[str, Any]) -> list[Moment]:
    """The last checks that the engine kept, with what they said."""
    state = raw.get("State")
    health = state.get("Health", state.get("Healthcheck")) if isinstance(state, Mapping) else None
    log = health.get("Log") if isinstance(health, Mapping) else None
    found = []
    for each in log if isinstance(log, Sequence) and not isinstance(log, str) else ():
        if not isinstance(each, Mapping) or (time := _moment_of_text(str(each.get("Start") or ""))) is None:
            continue
        code = _number(each.get("ExitCode"))
        output = str(each.get("Output") or "").strip()[:OUTPUT_CHARS]
        said = f"\n{output}" if output else ""
        passed = code == 0
        words = f"{'passed' if passed else f'failed, exit code {code}'}{said}"
        found.append(Moment(time, "health check", words, "success" if passed else "error"))
    return found


def _moment_of_text(text: str) -> float | None:
    """RFC 3339, with as many digits of a second as Python takes."""
    head, dot, rest = text.replace("Z", "+00:00").partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    try:
        time = datetime.fromisoformat(f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}" if dot else head).timestamp()
    except (ValueError, OverflowError):
        return None
    return time if time > 0 else None


def life(detail: ContainerDetail, told: Sequence[Moment]) -> list[Moment]:
    """All that is known, newest first. An engine forgets its events when it starts anew: what the container's own
    record says stands in for them."""
    own: list[Moment] = []
    if detail.container.created:
        own.append(Moment(float(detail.container.created), "created"))
    if detail.started:
        own.append(Moment(float(detail.started), "started", tone="success"))
    if detail.finished and not detail.container.running:
        about = exit_words(detail.exit_code) if detail.exit_code is not None else ""
        about = "\n".join(each for each in (about, detail.error) if each)
        own.append(Moment(float(detail.finished), "ended", about, "warning" if detail.exit_code else ""))
    # One that is told a little later is the same, of which a busy engine told late; much later it is another.
    missing = [
        each
        for each in own
        if not any(other.what == each.what and -2 < other.time - each.time < _LATE_S for other in told)
    ]
    # Of one second: what is made is made first, and so it stands below.
    known = sorted([*told, *missing, *health_checks(detail.raw)], key=lambda each: (each.time, each.what != "created"))
    return known[::-1]
