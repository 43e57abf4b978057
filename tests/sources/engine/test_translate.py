"""What a broken connection is called: words that a person would say, never an exception's own spelling."""

from __future__ import annotations

import http.client

import pytest
import requests
import urllib3

from imagexplorer.sources.engine.translate import unreachable

CUT = http.client.IncompleteRead(b"")


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ChunkedEncodingError(
            urllib3.exceptions.ProtocolError(f"Connection broken: {CUT!r}", CUT),
        ),
        requests.ConnectionError(
            urllib3.exceptions.ProtocolError("Connection aborted.", http.client.RemoteDisconnected("without response"))
        ),
        ConnectionResetError(104, "Connection reset by peer"),
        BrokenPipeError(32, "Broken pipe"),
    ],
    ids=["cut", "without an answer", "reset", "pipe"],
)
def test_a_connection_that_ends_is_said_to_end(error: Exception) -> None:
    assert str(unreachable("engine x", error)).startswith("engine x: it closed the connection. ")
