"""The columns of every list. Knows the records of `core.entities`; knows no model and no widget."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from imagexplorer.core.entities import Container, Image, Port, short_id
from imagexplorer.core.status_words import status_words
from imagexplorer.core.text import exact_size, exact_time, human_age, human_size
from imagexplorer.models.columns import Column, Group

NONE = "–"


def _command(container: Container) -> str:
    from imagexplorer.core.secrets import masked  # its patterns take long to compile: not before the first paint

    return masked(container.command)


def repository(tag: str) -> str:
    """`registry:5000/a/b:1.2` -> `registry:5000/a/b`; a digest goes too."""
    name = tag.partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def tag_name(tag: str) -> str:
    """`registry:5000/a/b:1.2` -> `1.2`; the digest's short id, or the whole where there is neither."""
    name, at, digest = tag.partition("@")
    base = repository(tag)
    if len(name) > len(base):
        return name[len(base) + 1 :]
    return short_id(digest) if at else tag


def size_column(title: str, size: Callable[[Any], int | None], **more: Any) -> Column:
    return Column(
        title,
        lambda row: human_size(size(row)),
        sort=size,
        tooltip=lambda row: exact_size(size(row)),
        number=True,
        chars=9,
        **more,
    )


def age_column(title: str, created: Callable[[Any], int | None], **more: Any) -> Column:
    return Column(
        title,
        lambda row: human_age(created(row)),
        sort=created,
        tooltip=lambda row: exact_time(created(row)),
        ages=True,
        chars=15,
        **more,
    )


def row_key(row: Any) -> str:
    """What tells a row from all others: two engines may have the same image."""
    return f"{row.id}\n{row.source}" if row.source else str(row.id)


def with_source(columns: Sequence[Column], name_of: Callable[[str], str]) -> tuple[Column, ...]:
    """With whose each row is, after its name; `name_of` says what a person calls the source of a key."""

    def name(row: Any) -> str:
        return name_of(row.source) if row.source else ""

    whose = Column("Engine", name, tooltip=name, key="engine", chars=14, elide_middle=True)
    return (columns[0], whose, *columns[1:])


# -- images ---------------------------------------------------------------------------------------


def image_name(image: Image) -> str:
    return repository(image.tags[0]) if image.tags else "<none>"


def image_chips(image: Image) -> list[str]:
    """The tags; those of another repository than the row's carry it."""
    own = image_name(image)
    return [tag_name(tag) if repository(tag) == own else tag for tag in image.tags]


def image_marks(image: Image) -> list[str]:
    marks = []
    if image.dangling:
        marks.append("dangling")
    if any(tag_name(tag) == "latest" for tag in image.tags):
        marks.append("latest")
    return marks


def _in_use(image: Image) -> str:
    if image.containers is None:
        return "…"
    return f"{image.containers:,}" if image.containers else NONE


def _in_use_tip(image: Image) -> str:
    if image.containers is None:
        return "not known yet"
    if not image.containers:
        return "no container uses this image"
    return f"{image.containers:,} container{'s' if image.containers > 1 else ''}"


def _image_tip(image: Image) -> str:
    return "\n".join([*image.tags[:40], image.id])


IMAGES = (
    Column(
        "Image",
        image_name,
        sort=lambda image: image_name(image) if image.tags else "\U0010ffff",
        tooltip=_image_tip,
        icon=lambda _: "image",
        tone=lambda image: "" if image.tags else "muted",
        key="image",
        chars=30,
        stretch=True,
        elide_middle=True,
    ),
    Column(
        "Tags",
        lambda image: " ".join(image_chips(image)),
        tooltip=lambda image: "\n".join(image.tags[:40]),
        chips=image_chips,
        key="tags",
        chars=22,
    ),
    size_column("Unique", lambda image: image.unique_bytes, key="unique", about="Bytes that no other image shares"),
    size_column("Size", lambda image: image.size_bytes, key="size", about="All layers, shared ones included"),
    age_column("Created", lambda image: image.created, key="created"),
    Column(
        "In use",
        _in_use,
        sort=lambda image: image.containers,
        tooltip=_in_use_tip,
        number=True,
        key="in_use",
        chars=7,
        about="Containers made from this image, running or not",
    ),
    Column(
        "Platform",
        # A dash, not "…": where the list does not carry it, only the image's own page says it.
        lambda image: str(image.platform) if image.platform else NONE,
        sort=lambda image: str(image.platform).casefold() if image.platform else None,
        tooltip=lambda image: str(image.platform) if image.platform else "The list does not say it: open the image",
        spoken=lambda image: str(image.platform) if image.platform else "not known",
        key="platform",
        chars=14,
    ),
    Column(
        "Mark",
        lambda image: ", ".join(image_marks(image)),
        tone=lambda image: "warning" if image.dangling else "muted",
        key="mark",
        chars=10,
        about="dangling: no tag names it",
    ),
    Column(
        "ID",
        lambda image: short_id(image.id),
        tooltip=lambda image: image.id,
        mono=True,
        optional=True,
        key="id",
        chars=14,
    ),
)


# -- containers -----------------------------------------------------------------------------------

STATES = ("running", "restarting", "paused", "created", "removing", "exited", "dead")
STATE_ICONS = {
    "running": "running",
    "paused": "paused",
    "restarting": "restarting",
    "created": "created",
    "exited": "exited",
    "removing": "dead",
    "dead": "dead",
}


def state_icon(container: Container) -> str:
    """The shape that stands for the state."""
    return STATE_ICONS.get(container.state, "created")


def state_words(container: Container) -> str:
    """`running, healthy`; of the health that is not known yet `running, health: starting`, as engines write it."""
    health = "health: starting" if container.health == "starting" else container.health
    return ", ".join(word for word in (container.state, health) if word)


def state_tone(container: Container) -> str:
    if container.health == "unhealthy":
        return "dead"
    return container.state if container.state in STATE_ICONS else ""


def _state_rank(container: Container) -> int:
    return STATES.index(container.state) if container.state in STATES else len(STATES)


def ports_words(ports: tuple[Port, ...]) -> str:
    """Published ports first; the same port on IPv4 and IPv6 once; those not published at the end."""
    order = sorted(ports, key=lambda port: (port.host_port is None, port.container_port))
    return ", ".join(dict.fromkeys(map(str, order)))


def status_now(container: Container) -> str:
    """The engine's words for its state, with the age that it has by now."""
    return status_words(container.status, container.told_at, time.time())


def _ports_tip(container: Container) -> str:
    lines = [f"{port.host_ip + ':' if port.host_ip else ''}{port}" for port in container.ports[:60]]
    return "\n".join(lines)


def _group_state(group: Group) -> str:
    running = sum(container.running for container in group.rows)
    return f"{running} of {len(group.rows)} running"


def _group_writable(group: Group) -> int | None:
    sizes = [container.writable_bytes for container in group.rows]
    return None if None in sizes else sum(size for size in sizes if size is not None)


CONTAINERS = (
    Column(
        "Name",
        lambda container: container.name,
        tooltip=lambda container: f"{container.name}\n{container.id}",
        icon=lambda _: "container",
        group=lambda group: group.key,
        key="name",
        chars=19,
        stretch=True,
        elide_middle=True,
    ),
    Column(
        "State",
        state_words,
        sort=_state_rank,
        tooltip=status_now,
        icon=state_icon,
        tone=state_tone,
        group=_group_state,
        group_sort=lambda group: -sum(container.running for container in group.rows),
        key="state",
        chars=16,
    ),
    Column(
        "Image",
        lambda container: container.image,
        tooltip=lambda container: container.image,
        key="image",
        chars=17,
        elide_middle=True,
    ),
    Column("Ports", lambda container: ports_words(container.ports), tooltip=_ports_tip, key="ports", chars=14),
    size_column(
        "Writable",
        lambda container: container.writable_bytes,
        key="writable",
        group=lambda group: human_size(_group_writable(group)),
        group_sort=_group_writable,
        about="Bytes that the container has written: lost when it is deleted",
    ),
    age_column("Created", lambda container: container.created, key="created"),
    Column("Status", status_now, key="status", chars=21, tooltip=status_now, ages=True),
    Column("Project", lambda container: container.project, key="project", chars=14, about="Compose project"),
    Column(
        "Command",
        _command,
        tooltip=_command,
        mono=True,
        optional=True,
        key="command",
        chars=24,
    ),
    Column(
        "ID",
        lambda container: short_id(container.id),
        tooltip=lambda container: container.id,
        mono=True,
        optional=True,
        key="id",
        chars=14,
    ),
)


def compose_project(container: Container) -> str:
    """What containers are grouped by; "" stands alone."""
    return container.project
