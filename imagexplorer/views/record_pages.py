"""Which page shows which record, and what a page is called among the tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.views.record_page import RecordPage

MakePage = Callable[[Image | Container, str, Session, Registry], "RecordPage"]
"""`(record, key of its source, session, registry)`."""


def page_key(kind: str, source: str, record: Image | Container) -> str:
    """The same for the same thing, whatever it is called now."""
    return f"{kind}/{source}/{record.id}"


def make_page(record: Image | Container, source: str, session: Session, registry: Registry) -> RecordPage:
    """The window hears the page's `selection_changed` and tells the registry."""
    # Imported when the first page opens, so that the window is painted before.
    if isinstance(record, Image):
        from imagexplorer.views.image_page import ImagePage

        return ImagePage(session, registry, source, record)
    from imagexplorer.views.container_page import ContainerPage

    return ContainerPage(session, registry, source, record)
