"""Several things that are done in one act: each has its own result, and what failed is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Touched, short_id
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class One:
    """One thing of several: what it is called, and the call that does it. `words` are said while it is under way."""

    name: str
    call: Callable[[Any, Control], Touched]
    id: str = ""
    words: str = ""

    def do(self, host: Any, control: Control) -> Touched:
        """An engine is asked by id, and its errors say that: who pressed the button knows the name."""
        try:
            return self.call(host, control)
        except ImagexplorerError as error:
            if self.id:
                error.what = error.what.replace(short_id(self.id), self.name)
            raise


def one_by_one(title: str, things: Sequence[One], host: Any, control: Control) -> Touched:
    """Each has its own result: what failed is named in one error, what worked stays done."""
    touched = Touched()
    errors: list[tuple[str, ImagexplorerError]] = []
    for number, thing in enumerate(things):
        several = len(things) > 1  # how far one alone is nobody knows
        control.step(number, len(things) if several else None, thing.words or (thing.name if several else ""))
        try:
            touched |= thing.do(host, control)
        except Unreachable as error:  # the others would fare no better
            raise one_loss(title, [(thing.name, error)], errors, number - len(errors), len(things)) from error
        except Cancelled:
            raise
        except ImagexplorerError as error:
            errors.append((thing.name, error))
    if errors:
        raise one_error(title, errors, len(things))
    return touched


def called(names: Sequence[str], kind: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {kind}"


def one_loss(
    title: str,
    lost: Sequence[tuple[str, ImagexplorerError]],
    errors: Sequence[tuple[str, ImagexplorerError]],
    done: int,
    total: int,
) -> ImagexplorerError:
    """One error where the engine was lost over several: which those were, how many were done before, how many were not
    tried."""
    if total == 1:
        return lost[0][1]
    left = total - done - len(errors) - len(lost)
    untried = f"; {left} not tried" if left else ""
    return Unreachable(title, f"{done} of {total} done{untried}. {_words([*lost, *errors])}", lost[0][1].way_out)


def one_error(title: str, errors: Sequence[tuple[str, ImagexplorerError]], total: int) -> ImagexplorerError:
    """One error for several: the only one as it is; else each thing with the engine's words for it."""
    if total == 1:
        return errors[0][1]
    ways = list(dict.fromkeys(error.way_out for _name, error in errors if error.way_out))
    done = total - len(errors)
    return Refused(title, f"{done} of {total} done. {_words(errors)}", ways[0] if len(ways) == 1 else "")


def _words(errors: Sequence[tuple[str, ImagexplorerError]]) -> str:
    return "; ".join(f"{name}: {error.reason or error.what}" for name, error in errors)
