"""Which page shows which record, and what a page is called among the tabs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image
from imagexplorer.session import Session

MakePage = Callable[[str, Image | Container, str, Session, Registry], QWidget]
"""`(kind, record, key of its source, session, registry)`."""


def page_key(kind: str, source: str, record: Image | Container) -> str:
    """The same for the same thing, whatever it is called now."""
    return f"{kind}/{source}/{record.id}"


def make_page(kind: str, record: Image | Container, source: str, session: Session, registry: Registry) -> QWidget:
    raise NotImplementedError
