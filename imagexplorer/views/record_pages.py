"""Which page shows which record, and what a page is called among the tabs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image
from imagexplorer.session import Session
from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.record_page import RecordPage

MakePage = Callable[[str, Image | Container, str, Session, Registry], QWidget]
"""`(kind, record, key of its source, session, registry)`."""


def page_key(kind: str, source: str, record: Image | Container) -> str:
    """The same for the same thing, whatever it is called now."""
    return f"{kind}/{source}/{record.id}"


def make_page(_kind: str, record: Image | Container, source: str, session: Session, registry: Registry) -> QWidget:
    """The page tells the registry what actions are about while it is in front."""
    page: RecordPage
    if isinstance(record, Image):
        page = ImagePage(session, registry, source, record)
    else:
        page = ContainerPage(session, registry, source, record)
    page.selection_changed.connect(lambda: registry.set_selection(page.selection()) if page.isVisible() else None)
    return page
