"""From the press of Run to the container: of an image, like another container, or in another's place.

What the form shows is read first; what it answers is held against what is true now before anything is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.actions.change_flows import Once
from imagexplorer.core.entities import Container, ContainerDetail, Image, ImageDetail, Selection
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.session import Failed, Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts, RunQuestion


class RunFlows:
    def __init__(
        self,
        session: Session,
        prompts: Prompts,
        once: Once,
        live: Callable[[str], bool],
        if_refused: Callable[[Callable[[str], None]], Failed],
    ) -> None:
        self._session, self._prompts = session, prompts
        self._once, self._live, self._if_refused = once, live, if_refused

    def run_image(self, selection: Selection) -> None:
        """The image's defaults are read first, so that the dialog can show what applies where a field stays empty."""
        source, image = selection.source, selection.images[0]
        self._with_defaults(source, image, lambda config: self._ask(source, image, config))

    def again(self, selection: Selection) -> None:
        """The same once more, under another name."""
        self._like(selection, self._ask_again)

    def edit(self, selection: Selection) -> None:
        self._like(selection, self._ask_edit)

    def _with_defaults(self, source: str, image: Image, then: Callable[[Mapping[str, Any] | None], None]) -> None:
        def known(detail: ImageDetail) -> None:
            config = detail.config.get("config")
            then(config if isinstance(config, Mapping) else {})

        def unknown(error: ImagexplorerError) -> None:
            if isinstance(error, NotFound):
                self._session.failed.emit(error)
            else:
                then(None)

        self._session.load_image("actions/run", source, image.id, known, unknown)

    def _like(
        self,
        selection: Selection,
        ask: Callable[[str, Image, Mapping[str, Any] | None, ContainerDetail], None],
    ) -> None:
        chosen, source = selection.containers[0], selection.source

        def known(detail: ContainerDetail) -> None:
            image = self._image_of(source, detail.container)
            self._with_defaults(source, image, lambda config: ask(source, image, config, detail))

        self._session.load_container("actions/like", source, chosen.id, known, self._session.failed.emit)

    def _image_of(self, source: str, container: Container) -> Image:
        """By the name that the container was made from while it still means this image, else by another or its id."""
        found = next((each for each in self._session.rows_of(source)[0] if each.id == container.image_id), None)
        if found is None:
            return Image(container.image_id)
        first = [tag for tag in found.tags if tag == container.image]
        return replace(found, tags=(*first, *(tag for tag in found.tags if tag not in first)))

    def _ask_again(self, source: str, image: Image, config: Mapping[str, Any] | None, detail: ContainerDetail) -> None:
        from imagexplorer.core.run_line import like

        self._ask(source, image, config, like(detail, config))

    def _ask(
        self, source: str, image: Image, config: Mapping[str, Any] | None, given: RunSpec | None = None, why: str = ""
    ) -> None:
        def ask() -> bool:
            spec = self._prompts.run(self._question(source, image, config, given, why))
            if spec is not None and self._live(source) and self._still(source, image, spec):
                failed = self._if_refused(lambda why: self._ask(source, image, config, spec, why))
                self._session.acts.run(source, spec, self._shown(source, spec), failed)
            return True

        self._once(ask)

    def _ask_edit(
        self,
        source: str,
        image: Image,
        config: Mapping[str, Any] | None,
        detail: ContainerDetail,
        given: RunSpec | None = None,
        why: str = "",
    ) -> None:
        from imagexplorer.core.run_line import like

        old = detail.container
        host = detail.raw.get("HostConfig")
        if isinstance(host, Mapping) and host.get("AutoRemove") is True:
            self._session.failed.emit(
                Refused(old.name, "it removes itself when it stops, so it could not be kept", "Run again like this one")
            )
            return
        row = next((each for each in self._session.rows_of(source)[1] if each.id == old.id), old)
        spec = given if given is not None else like(detail, config, whole=True)

        def ask() -> bool:
            answer = self._prompts.edit(replace(self._question(source, image, config, spec, why), replaces=row))
            if answer is None or not self._live(source) or not self._still(source, image, answer.spec):
                return True
            now = next((each for each in self._session.rows_of(source)[1] if each.id == old.id), None)
            if now is None:
                self._session.failed.emit(NotFound(old.name, "it is not there any more"))
            elif (now.name, now.state) != (row.name, row.state):
                self._session.failed.emit(
                    Refused(old.name, "it changed meanwhile: nothing was done", "Look again, then edit it")
                )
            else:
                said = answer.spec
                failed = self._if_refused(lambda why: self._ask_edit(source, image, config, detail, said, why))
                self._session.acts.replace(source, now, said, answer.delete_old, failed)
            return True

        self._once(ask)

    def _question(
        self, source: str, image: Image, config: Mapping[str, Any] | None, given: RunSpec | None, why: str
    ) -> RunQuestion:
        from imagexplorer.actions.prompts import RunQuestion

        containers, program = tuple(self._session.rows_of(source)[1]), self._session.acts.program(source)
        return RunQuestion(image, config, containers, given, why, program=program)

    def _still(self, source: str, image: Image, spec: RunSpec) -> bool:
        """Whether what is to be run is what the dialog showed."""
        now = next((each for each in self._session.rows_of(source)[0] if each.id == image.id), None)
        if now is None:
            self._session.failed.emit(NotFound(image.name, "it is not there any more"))
        elif now.tags != image.tags and spec.image not in (image.id, *now.tags):
            self._session.failed.emit(
                NotFound(spec.image, "the name was taken off this image meanwhile", "Run it again")
            )
        else:
            return True
        return False

    def _shown(self, source: str, spec: RunSpec) -> Callable[[str], None] | None:
        """One with a terminal is for somebody who sits before it: its page opens there."""
        if not (spec.interactive and spec.tty and spec.detach):
            return None

        def made(container: str) -> None:
            self._session.load_container("actions/made", source, container, known, lambda _error: None)

        def known(detail: ContainerDetail) -> None:
            if detail.container.running:
                self._session.page_wanted.emit("container/terminal", detail.container)

        return made
