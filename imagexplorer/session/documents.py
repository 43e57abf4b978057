"""What an image is made of as documents, and their text: asked of the worker process, which lays it out.

Callbacks answer on the GUI thread; `failed` comes with NotFound where the source was closed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.manifest_tree import DocumentText, ManifestTree
    from imagexplorer.core.secrets import Detail

Ask = Callable[[str, str, Callable[[Any, Control], Any], Callable[[Any], None], Failed], None]
"""`ask(lane, source, work(opened, control), done, failed)`."""


class Documents:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def load_tree(
        self, lane: str, source: str, image: ImageDetail, done: Callable[[ManifestTree], None], failed: Failed
    ) -> None:
        """Index, manifests, configuration, layers, and what stands beside them."""
        self._ask(lane, source, lambda opened, control: opened.manifests(image, control), done, failed)

    def load_document(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        key: str,
        values: bool,
        done: Callable[[DocumentText], None],
        failed: Failed,
    ) -> None:
        """The text of a node of the tree; with `values` also those whose names look secret."""
        self._ask(lane, source, lambda opened, control: opened.document_text(image, key, values, control), done, failed)

    def load_masked(
        self, lane: str, source: str, detail: Detail, done: Callable[[Detail], None], failed: Failed
    ) -> None:
        """As it may stand on a screen that others see; to be asked of those that are long."""
        self._ask(lane, source, lambda opened, control: opened.masked(detail, control), done, failed)

    def load_text(
        self, lane: str, source: str, data: Any, values: bool, done: Callable[[DocumentText], None], failed: Failed
    ) -> None:
        """What is known already (a configuration, an answer of an engine) as the same kind of text."""
        self._ask(lane, source, lambda opened, control: opened.data_text(data, values, control), done, failed)
