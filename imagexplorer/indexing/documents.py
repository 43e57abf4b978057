"""A document of an image, or what a source tells of one, as text to read: decoded, masked and laid out at leisure."""

from __future__ import annotations

import json
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, Problem
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.manifest_tree import DocumentText
from imagexplorer.core.secrets import masked_data
from imagexplorer.sources.documents import load
from imagexplorer.sources.protocol import ImageSource

TEXT_MOST = 400_000
"""Characters that are handed over: more than any honest configuration has, and little enough for a text view."""


def document_text(source: ImageSource, image: ImageDetail, key: str, values: bool, control: Control) -> DocumentText:
    """With `values` also those whose names look secret. What is no JSON comes as it is. Raises what
    `ImageSource.document` raises."""
    raw = source.document(image, key, control)
    problems: list[Problem] = []
    try:
        data = load(raw, key, problems)
    except ImagexplorerError as error:
        text = raw.decode("utf-8", "surrogateescape")
        return DocumentText(text[:TEXT_MOST], len(text), (error.reason,))
    control.step()
    shown = data_text(data, values)
    return DocumentText(shown.text, shown.length, tuple(dict.fromkeys(problem.reason for problem in problems)))


def data_text(data: Any, values: bool) -> DocumentText:
    """JSON data laid out."""
    text = json.dumps(data if values else masked_data(data), indent=2, ensure_ascii=False, default=dict)
    return DocumentText(text[:TEXT_MOST], len(text))
