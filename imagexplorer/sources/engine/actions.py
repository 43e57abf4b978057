"""Changing the world: run, start, stop, restart, commit, remove. One request for each act, never repeated by itself.

Knows the routes that change something. Must not decide whether an act is wise: who calls has asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from imagexplorer.core.commit_config import instructions
from imagexplorer.core.control import Control
from imagexplorer.core.entities import CommitSpec, short_id
from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.sources.engine import run_body
from imagexplorer.sources.engine.fields import amount, image_id, rows, strings, text
from imagexplorer.sources.engine.wire import LONG_SECONDS, Parameters, Wire, gone_is_not_found

_MID_WAY = ("connection broke", "closed the connection", "in time")
"""What an `Unreachable` says of a request that may have arrived."""


def quoted(reference: str) -> str:
    """A name, tag or id as part of a route."""
    return quote(reference, safe="/:@")


def run(wire: Wire, spec: RunSpec, control: Control) -> str:
    """Create and start; returns the container's id."""
    container = create(wire, spec, control)
    start_new(wire, container, spec, control)
    return container


def create(wire: Wire, spec: RunSpec, control: Control) -> str:
    what = f"run {spec.image}"
    body = run_body.create_body(spec)
    params: dict[str, str | int | bool] = {"name": spec.name} if spec.name else {}
    try:
        with unsure(what):
            made = wire.json("POST", "/containers/create", what=what, control=control, params=params, body=body,
                             seconds=LONG_SECONDS)  # fmt: skip
    except NotFound as error:
        way_out = f"Pull it first: docker pull {spec.image}" if "image" in error.reason.lower() else ""
        raise NotFound(what, error.reason, way_out) from error
    container = text(made, "Id")
    if not container:
        raise Refused(what, "the engine made no container, and did not say why")
    return container


def start_new(wire: Wire, container: str, spec: RunSpec, control: Control) -> None:
    """Start what `create` made; an error says that it remains."""
    what = f"run {spec.image}"
    try:
        for network in spec.networks[1:]:  # creating takes one, in API versions below 1.44
            with unsure(what):
                wire.json("POST", f"/networks/{quoted(network)}/connect", what=what, control=control,
                          body={"Container": container}, seconds=LONG_SECONDS)  # fmt: skip
        start(wire, container, control)
    except (Refused, NotFound) as error:
        if isinstance(error, NotFound) and spec.remove:  # it removed itself: what the engine said before is the reason
            first = error.__cause__
            raise Refused(what, first.reason if isinstance(first, Refused) else error.reason) from error
        name = spec.name or short_id(container)
        way_out = f"Its container {name} was created and remains; start or delete it"
        raise Refused(what, error.reason, way_out) from error


def start(wire: Wire, container: str, control: Control) -> None:
    """One that runs already is no error (304)."""
    of_container(wire, "POST", container, "/start", "start container", control)


def stop(wire: Wire, container: str, control: Control, timeout: int | None) -> None:
    """`timeout`: seconds before it is killed; None leaves it to the container's own setting."""
    params: Parameters = {} if timeout is None else {"t": timeout}
    with _paused():
        of_container(wire, "POST", container, "/stop", "stop container", control, params)


def restart(wire: Wire, container: str, control: Control, timeout: int | None) -> None:
    params: Parameters = {} if timeout is None else {"t": timeout}
    with _paused():
        of_container(wire, "POST", container, "/restart", "restart container", control, params)


def remove_container(wire: Wire, container: str, control: Control, force: bool, volumes: bool) -> None:
    params: Parameters = {"force": int(force), "v": int(volumes)}
    of_container(wire, "DELETE", container, "", "delete container", control, params)


def commit(wire: Wire, spec: CommitSpec, control: Control, podman: bool = False) -> str:
    what = f"commit container {short_id(spec.container_id)}"
    params: dict[str, str | int | bool | Sequence[str]] = {"container": spec.container_id, "pause": int(spec.pause)}
    asked = {"repo": spec.repository, "tag": spec.tag, "author": spec.author, "comment": spec.message}
    params |= {name: value for name, value in asked.items() if value}
    if changes := instructions(spec.config, bare=podman):
        params["changes"] = changes
    with unsure(what), gone_is_not_found(wire, f"/containers/{quoted(spec.container_id)}/json", what, control):
        made = wire.json("POST", "/commit", what=what, control=control, params=params, body={}, seconds=LONG_SECONDS)
    return image_id(text(made, "Id"))


def remove_image(wire: Wire, reference: str, control: Control, force: bool, image: str = "") -> Sequence[str]:
    """`force` is sent only if asked for: on Podman it stops and removes the containers that use the image. `image` is
    the id of the one that is meant: a name may have moved to another, and an id takes a name that it got meanwhile."""
    what = f"delete image {short_id(reference) if reference.startswith('sha256:') else reference}"
    if image:
        told = wire.get(f"/images/{quoted(reference)}/json", what=what, control=control)
        if image_id(text(told, "Id")) != image_id(image):
            raise Refused(what, "it is the name of another image by now", "Look again")
        if image_id(reference) == image_id(image) and strings(told, "RepoTags"):
            raise Refused(what, "it has got a name meanwhile", "Look again")
    with unsure(what):
        answer = wire.json("DELETE", f"/images/{quoted(reference)}", what=what, control=control,
                           params={"force": int(force), "noprune": 0}, seconds=LONG_SECONDS)  # fmt: skip
    went = []
    for row in rows(answer):
        for key, mark in (("Untagged", "Untagged: "), ("Deleted", "Deleted: ")):
            went += [mark + image_id(name) for name in ([text(row, key)] if text(row, key) else strings(row, key))]
    return went


def prune_build_cache(wire: Wire, control: Control) -> int:
    """All of it that no build uses, as `builder prune --all` does."""
    what = "prune the build cache"
    with unsure(what):
        told = wire.json("POST", "/build/prune", what=what, control=control, params={"all": 1}, seconds=LONG_SECONDS)
    return amount(told, "SpaceReclaimed") or 0


def tag(wire: Wire, image: str, name: str, control: Control) -> None:
    repository, _, label = name.rpartition(":")
    params: Parameters = {"repo": repository, "tag": label}
    what = f"tag {name}"
    with (
        unsure(what),
        wire.open(
            "POST", f"/images/{quoted(image)}/tag", what=what, control=control, params=params, seconds=LONG_SECONDS
        ),
    ):
        pass


def untag(wire: Wire, image: str, name: str, control: Control) -> None:
    """Take a name off, and never more than that: the engine deletes an image with its last name."""
    what = f"tag {name}"
    told = wire.get(f"/images/{quoted(name)}/json", what=what, control=control)
    if image_id(text(told, "Id")) != image_id(image):
        raise Refused(what, "it is the name of another image by now", "Look again")
    if len(strings(told, "RepoTags")) < 2:
        raise Refused(what, "it is the last name of its image, which would go with it", "Delete the image instead")
    remove_image(wire, name, control, False)


def of_container(
    wire: Wire, method: str, container: str, route: str, verb: str, control: Control, params: Parameters | None = None
) -> None:
    what = f"{verb} {short_id(container)}"
    at = f"/containers/{quoted(container)}"
    with (
        unsure(what),
        gone_is_not_found(wire, f"{at}/json", what, control),
        wire.open(method, at + route, what=what, control=control, params=params, seconds=LONG_SECONDS),
    ):
        pass


@contextmanager
def _paused() -> Iterator[None]:
    """Podman ends nothing that is paused, and says it in words for who wrote it."""
    try:
        yield
    except Refused as error:
        if "paused" not in error.reason:
            raise
        raise Refused(error.what, error.reason, "It is paused: unpause it first") from error


@contextmanager
def unsure(what: str) -> Iterator[None]:
    """A connection that broke while the engine worked: nothing says whether it was done."""
    try:
        yield
    except Unreachable as error:
        if not any(words in error.reason for words in _MID_WAY):
            raise
        way_out = "Whether it was done is not known: look at the lists once the engine answers"
        raise Unreachable(what, error.reason, way_out) from error
