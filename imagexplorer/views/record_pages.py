"""Which page shows which record, and what a page is called among the tabs."""

from __future__ import annotations

from collections.abc import Callable

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image
from imagexplorer.session import Session
from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.record_page import RecordPage

MakePage = Callable[[Image | Container, str, Session, Registry], RecordPage]
"""`(record, key of its source, session, registry)`."""


def page_key(kind: str, source: str, record: Image | Container) -> str:
    """The same for the same thing, whatever it is called now."""
    return f"{kind}/{source}/{record.id}"


def make_page(record: Image | Container, source: str, session: Session, registry: Registry) -> RecordPage:
    """The window hears the page's `selection_changed` and tells the registry."""
    if isinstance(record, Image):
        return ImagePage(session, registry, source, record)
    return ContainerPage(session, registry, source, record)
