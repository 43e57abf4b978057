"""An image's export as a stream, indexed while it passes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Refused
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.engine.wire import Wire


def scan_export(
    wire: Wire,  # noqa: ARG001
    image: ImageDetail,
    wanted: Collection[int],  # noqa: ARG001
    done: Callable[[int, LayerIndex], None],  # noqa: ARG001
    control: Control,  # noqa: ARG001
) -> ImageDetail:
    raise Refused(f"files of {image.image.name}", "reading an engine's export is not there yet")
