"""Images from an engine or a file to another engine: beside all else that goes on, with progress, each with its own
result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from imagexplorer.core.activity import Activity
from imagexplorer.core.command_line import copy_commands
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Image, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.core.references import names_to_give
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed
from imagexplorer.session.things import called, one_error


class Copying:
    def __init__(self, jobs: Jobs, link: Callable[[str], Link], activity: Activity, say: Callable[[str], None]) -> None:
        self._jobs, self._link, self._activity, self._say = jobs, link, activity, say
        self._numbers = count(1)

    def copy(self, source: str, target: str, images: Sequence[Image], failed: Failed | None = None) -> None:
        """One after the other, with the names that each has. Cancelling ends both connections; what is there by then
        stays there. Raises NotFound."""
        here, there = self._link(source), self._link(target)
        opened, other = here.source, there.source
        what = called([image.name for image in images], "images")
        title = f"Copy {what} to {there.state.name}"
        record = self._activity.begin(title, " && ".join(copy_commands(images, here.state.end, there.state.end)))
        results: list[str] = []

        def work(control: Control) -> None:
            there.state.may_change(title)
            errors: list[tuple[str, ImagexplorerError]] = []
            before, total = 0, _total(images)
            for image in images:
                name, at = image.name if len(images) > 1 else "", before

                def tell(done: float, _total: float | None, text: str, name: str = name, at: int = at) -> None:
                    control.step(at + done, total if total is None or at + done < total else None, name or text)

                part = Control(tell)
                try:
                    with control.on_cancel(part.cancel):
                        opened.copy_image(image, names_to_give(image.tags), other, part)
                    results.append(f"{image.name}: copied")
                except Cancelled:
                    results.append(f"{image.name}: cancelled")
                    raise
                except ImagexplorerError as error:
                    results.append(f"{image.name}: {error.reason or error.what}")
                    if isinstance(error, Unreachable):  # the others would fare no better
                        results.extend(f"{each.name}: not tried" for each in images[len(results) :])
                        raise
                    errors.append((image.name, error))
                before += image.size_bytes or 0
            if errors:
                raise one_error(title, errors, len(images))

        def end(error: ImagexplorerError | str) -> None:
            self._activity.end(record, error, output=results if len(images) > 1 else ())
            there.refresh(Touched(images=frozenset({ALL})))

        def over(_none: None) -> None:
            end("")
            self._say(f"{what} {'is' if len(images) == 1 else 'are'} on {there.state.name} now")

        def broke(error: ImagexplorerError) -> None:
            end(error)
            done = sum(line.endswith(": copied") for line in results)
            if len(images) > 1:
                self._say(f"{done} of {len(images)} images are copied to {there.state.name}")
            elif isinstance(error, Cancelled):
                self._say(f"{what} is not copied")
            if failed is not None:
                failed(error)

        self._jobs.load(f"copy/{next(self._numbers)}", work, over, broke, title, record, writes=True)


def _total(images: Sequence[Image]) -> int | None:
    sizes = [image.size_bytes for image in images]
    return None if None in sizes else sum(size or 0 for size in sizes)
