"""An image's Dockerfile onto the clipboard or into a file, from the press of a button to the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from imagexplorer.core.entities import Image, Selection
from imagexplorer.core.text import plain
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts


class OriginFlows:
    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts

    def copy(self, selection: Selection) -> None:
        image = selection.images[0]

        def copied(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            lines = text.count("\n")
            self._session.message.emit(f"Copied the Dockerfile of {plain(image.name, 80)}, {lines} lines")

        self._session.origins.text("actions/dockerfile", selection.source, image.id, copied, self._session.failed.emit)

    def save(self, selection: Selection) -> None:
        image, source = selection.images[0], selection.source
        path = self._prompts.save_path("Save Dockerfile", file_name(image))
        if path:
            self._session.origins.save(source, image.id, path, self._session.failed.emit)


def file_name(image: Image) -> str:
    """`Dockerfile.nginx-1.27`: as editors know them."""
    name = image.name.rpartition("/")[2]
    return "Dockerfile." + (re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "image")
