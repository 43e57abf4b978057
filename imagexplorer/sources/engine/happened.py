"""What an engine remembers of one container: its events so far. Knows the route; the words stand in `core.life`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.life import Moment, moments
from imagexplorer.sources.engine.wire import Wire, json_lines

MOST = 2000


def history(wire: Wire, container_id: str, since: int, podman: bool, control: Control) -> Sequence[Moment]:
    """Oldest first, the newest 2,000 at most. Docker keeps some 256 events of all containers together, until it is
    started anew; Podman keeps what its journal does."""
    what = f"events of {short_id(container_id)}"
    params: dict[str, str | int | bool] = {
        "since": max(since - 1, 0),
        "filters": json.dumps({"container": [container_id]}),
    }
    if podman:  # version 4 tells nothing until a moment that is past
        params["stream"] = "false"
    else:
        params["until"] = f"{time.time():.3f}"
    told = []
    with wire.open("GET", "/events", what=what, control=control, params=params) as response:
        for event in json_lines(response, what):
            control.step()
            if isinstance(event, dict) and event.get("Type") == "container":
                told.append(event)
                if len(told) > 2 * MOST:
                    del told[:MOST]
    return moments(told[-MOST:])
