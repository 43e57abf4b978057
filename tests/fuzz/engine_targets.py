"""What must hold for any bytes at all that an engine answers: core errors and records only, whatever arrives.

The first byte says which decoder takes the rest.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image, ImageDetail, Layer, Step, Touched
from imagexplorer.core.errors import Fault, ImagexplorerError
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.engine import changes, containers, events, images, usage
from imagexplorer.sources.engine.export import ExportReader
from imagexplorer.sources.engine.export_stream import Body, Progress, members
from imagexplorer.sources.engine.translate import refusal, translated
from imagexplorer.sources.engine.wire import json_lines, read_up_to
from tests import tars
from tests.fuzz.tar_targets import repaired

WHAT = "the engine"
SEED_LAYERS = (tars.tar([tars.file("etc/a", "one")]), tars.tar([tars.whiteout("etc/a"), tars.file("b", "two")]))
_MOST = 1 << 20


class _Pieces(io.RawIOBase):
    """A few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._left = memoryview(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._left[: min(len(buffer), 61)]
        buffer[: len(piece)] = piece
        self._left = self._left[len(piece) :]
        return len(piece)


class _Socket:
    """What http.client reads a response from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Pieces(self._data))


class _Response:
    """As requests hands one on: `raw` is urllib3's."""

    def __init__(self, data: bytes) -> None:
        answer = http.client.HTTPResponse(_Socket(data))  # type: ignore[arg-type]
        try:
            answer.begin()
        except (http.client.HTTPException, OSError) as error:  # as urllib3 does
            raise ProtocolError("Connection aborted.", error) from error
        self.status_code = answer.status
        self.raw = HTTPResponse(
            body=answer, headers=dict(answer.headers), status=answer.status, preload_content=False,
            original_response=answer,
        )  # fmt: skip
        self.headers = self.raw.headers


def of_body(data: bytes) -> bytes:
    """An answer whose body is as it is."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data) + data


def whole(data: bytes) -> None:
    """Head, chunks, encodings: all of it as it comes over the socket."""
    response = _Response(data)
    body = read_up_to(response, _MOST)
    assert len(body) <= _MOST
    error = refusal(WHAT, response.status_code, body)
    assert error.reason
    json.loads(body)


def lines(data: bytes) -> None:
    for event in json_lines(_Response(of_body(data)), WHAT):
        if isinstance(event, Mapping):
            assert isinstance(events.touched(event), Touched)


def answers(data: bytes) -> None:
    """One JSON document in the place of every answer that there is."""
    told = json.loads(data)
    images.image_rows(told)
    containers.container_rows(told)
    list(changes.listed(told))
    changes.mount_points(told)
    if isinstance(told, Mapping):
        containers.container_detail(told)
        usage.disk_usage(told)
        history = told.get("History")
        detail = images.image_detail(told, history, told.get("RawConfig"), "")
        assert [layer.index for layer in detail.layers] == list(range(len(detail.layers)))
        for step in detail.steps:
            assert step.layer is None or 0 <= step.layer < len(detail.layers)
        if told.get("RawConfig") is None or isinstance(told.get("RawConfig"), Mapping):
            hash(detail)


def head(data: bytes) -> None:
    changes.head_node(data.decode("latin-1"), "/etc/passwd")


def export(data: bytes) -> None:
    """docker save as it streams by: every layer is told once, whatever comes; a break is told as one."""
    image = ImageDetail(
        Image("sha256:" + "0" * 64, ("x:1",)),
        tuple(Layer(number, tars.digest(raw)) for number, raw in enumerate(SEED_LAYERS)),
        (Step("COPY a", layer=0, empty=False), Step("RUN b")),
    )
    told: dict[int, LayerIndex] = {}

    def done(layer: int, index: LayerIndex) -> None:
        assert layer not in told
        told[layer] = index

    progress = Progress(Control(), None)
    reader = ExportReader(image, {0, 1}, done, progress)
    body = Body(_Response(of_body(repaired(data))), progress)
    for member in members(body, WHAT, progress):
        reader.take(member)
    found = reader.finish()
    assert sorted(told) == [0, 1]
    for layer, index in told.items():
        assert index.verified or index.problems
        assert not index.verified or index.columns.meta["computed"] == image.layers[layer].diff_id
    assert len(found.layers) == 2


DECODERS: tuple[Callable[[bytes], None], ...] = (whole, lines, answers, head, export)


def engine(data: bytes) -> None:
    if not data:
        return
    try:
        with translated(WHAT, Control()):
            DECODERS[data[0] % len(DECODERS)](data[1:])
    except ImagexplorerError as error:
        if isinstance(error, Fault) or not error.what:
            raise AssertionError("not an error for a user") from error


def seeds() -> Iterator[bytes]:
    document = {
        "Id": "sha256:" + "a" * 64, "RepoTags": ["x:1", "<none>:<none>"], "RepoDigests": ["x@sha256:" + "b" * 64],
        "Created": "2026-11-23T05:31:20.720605232Z", "Size": 9, "Os": "linux", "Architecture": "amd64",
        "RootFS": {"Type": "layers", "Layers": ["sha256:" + "c" * 64]},
        "Config": {"Env": ["A=b"], "Labels": {"l": "v"}},
        "History": [{"Id": "<missing>", "Created": 1, "CreatedBy": "RUN x", "Size": 3, "Comment": "", "Tags": None}],
        "RawConfig": {"history": [{"created_by": "RUN x", "empty_layer": True}], "rootfs": {"diff_ids": []}},
        "Names": ["/web"], "State": {"Status": "running", "Health": {"Status": "healthy"}, "ExitCode": 0},
        "Mounts": [{"Type": "bind", "Source": "/a", "Destination": "/b", "RW": False}],
        "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp", "IP": "0.0.0.0"}],
        "Images": [{"Id": "sha256:" + "a" * 64, "SharedSize": 1, "Size": 3}], "LayersSize": 5, "Containers": [],
        "Platform": {"os": "linux"}, "Manifests": [{"Kind": "image", "ImageData": {"Platform": {"os": "linux"}}}],
    }  # fmt: skip
    raw = json.dumps(document).encode()
    yield b'\0HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n3;x=y\r\n 1}\r\n0\r\nT: x\r\n\r\n'
    yield b"\0HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\n\r\n" + b'{"message":"no"}\n'
    yield b"\0HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\n\r\n" + tars.gzipped(b'{"cause":"no"}')
    yield b'\1{"Type":"image","Action":"tag","Actor":{"ID":"sha256:1","Attributes":{"name":"x:1"}},"time":1}\n'
    yield b'\1{"status":"start","id":"1","from":"x"}\n\n{"Type":"container","Action":"die","Actor":{"ID":"2"}}'
    yield b"\2" + raw
    yield b"\2[" + raw + b"," + raw + b"]"
    yield b'\2[{"Path":"/etc","Kind":0},{"Path":"/etc/a","Kind":1},{"Path":"/b","Kind":2}]'
    yield b"\3" + base64.b64encode(b'{"name":"a","size":3,"mode":420,"mtime":"2026-11-23T05:31:20Z","linkTarget":"x"}')
    for style in ("docker", "podman", "oci"):
        yield b"\4" + tars.docker_archive(SEED_LAYERS, style=style)
    yield b"\4" + tars.docker_archive(SEED_LAYERS, style="oci", compression="gzip")
