"""Where engines were looked for, and what was found: text and the document of `imagexplorer sources`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import NAMED, EnginePlace, sources_document, sources_text, spelled
from imagexplorer.core.entities import Address
from imagexplorer.sources.engine.places import look, places


def sources(host: str, as_json: bool) -> Iterator[str]:
    """`host` is one more place, "" for none."""
    named = [EnginePlace(NAMED, Address("engine", spelled(host), "--host"))] if host else []
    found = look([*named, *places()], Control())
    if as_json:
        yield json.dumps(sources_document(found), indent=2, ensure_ascii=False) + "\n"
    else:
        yield from sources_text(found)
