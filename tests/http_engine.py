"""An engine of a few routes on a unix socket: what programs ask of one, answered from a table that a test changes.

with HttpEngine(tmp_path / "engine.sock") as engine:   # three images, two containers
    engine.add_container("new"); engine.emit("container", "create", id)
    engine.asked                                        # ["GET /v1.41/images/json", ...]

It speaks as Docker 20.10 does (docs.docker.com, Engine API 1.41), and is as quick as Python is. Of its own it fails
never: faults are made by `tests.fault_proxy` before it.
"""

from __future__ import annotations

import hashlib
import io
import json
import queue
import socketserver
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
CREATED = 1_700_000_000


def made_id(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


class HttpEngine:
    """`images` and `containers` are the records of the lists, by id. Safe to use from several threads."""

    def __init__(self, path: Path, images: int = 3, containers: int = 2, layer_bytes: int = 200_000) -> None:
        self.path = path
        self.location = f"unix://{path}"
        self.images: dict[str, Json] = {}
        self.containers: dict[str, Json] = {}
        self.asked: list[str] = []
        self.loaded: list[bytes] = []
        self.version: Json = {
            "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10.24", "Os": "linux", "Arch": "amd64",
            "Components": [{"Name": "Engine"}],
        }  # fmt: skip
        self.image_config: Json = {"Cmd": ["sh"]}
        self.history: list[Json] = [{"created_by": "COPY data /data"}]
        self.container_config: Json = {}
        self.host_config: Json = {}
        self.refuses = ""  # why nothing is loaded
        self.log_lines_a_second = 50.0  # of each log that is followed
        self.log_line = b"line"
        self.listened = 0  # how often somebody began to listen
        self.layer = bytes(range(256)) * (layer_bytes // 256)
        self._listeners: list[queue.SimpleQueue[bytes | None]] = []
        self._lock = threading.Lock()
        for number in range(images):
            self.add_image(f"image{number}:1")
        for number in range(containers):
            self.add_container(f"box{number}")
        engine = self

        class Handler(_Handler):
            pass

        Handler.engine = engine
        path.unlink(missing_ok=True)
        self._server = _Server(str(path), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="engine").start()

    def __enter__(self) -> HttpEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for inbox in list(self._listeners):
            inbox.put(None)
        self._server.shutdown()
        self._server.server_close()

    # -- the world ------------------------------------------------------------------------------
    def add_image(self, tag: str, identifier: str = "") -> str:
        """`tag` may be "", where there is an identifier."""
        identifier = identifier or f"sha256:{made_id(f'image {tag}')}"
        self.images[identifier] = {
            "Id": identifier, "RepoTags": [tag] if tag else None, "RepoDigests": None,
            "Created": CREATED + len(self.images),
            "Size": len(self.layer), "SharedSize": -1, "Containers": -1, "Labels": None, "ParentId": "",
        }  # fmt: skip
        return identifier

    def add_container(self, name: str, state: str = "running") -> str:
        identifier = made_id(f"container {name}")
        image = next(iter(self.images.values()))
        self.containers[identifier] = {
            "Id": identifier, "Names": [f"/{name}"], "Image": image["RepoTags"][0], "ImageID": image["Id"],
            "Command": "sleep 600", "Created": CREATED, "State": state, "Status": "Up 3 hours", "Ports": [],
            "Labels": {}, "Mounts": [],
        }  # fmt: skip
        return identifier

    def set_state(self, identifier: str, state: str) -> None:
        """A new record, so that a list that is being written is of one moment."""
        self.containers[identifier] = {**self.containers[identifier], "State": state}
        self.emit("container", "start" if state == "running" else "die", identifier)

    def start(self, name: str) -> str:
        identifier = self.add_container(name)
        self.emit("container", "create", identifier)
        self.emit("container", "start", identifier)
        return identifier

    def remove_container(self, identifier: str) -> None:
        del self.containers[identifier]
        self.emit("container", "destroy", identifier)

    def tag(self, tag: str) -> str:
        identifier = self.add_image(tag)
        self.emit("image", "tag", identifier)
        return identifier

    def load(self, archive: bytes) -> str:
        """What is said of it behind "Loaded image"."""
        manifest = _manifest_in(archive)
        if manifest["RepoTags"]:
            self.tag(manifest["RepoTags"][0])
            return f": {manifest['RepoTags'][0]}"
        digest = manifest["Config"].removesuffix(".json")
        return f" ID: {self.add_image('', f'sha256:{digest}')}"

    def name(self, identifier: str, tag: str) -> None:
        """The image has it from now on, and no other."""
        for each, row in self.images.items():
            tags = [known for known in row["RepoTags"] or () if known != tag]
            self.images[each] = {**row, "RepoTags": [*tags, tag] if each == identifier else tags or None}
        self.emit("image", "tag", identifier)

    def remove_image(self, identifier: str) -> None:
        del self.images[identifier]
        self.emit("image", "delete", identifier)

    def emit(self, kind: str, action: str, identifier: str) -> None:
        event = {"Type": kind, "Action": action, "Actor": {"ID": identifier, "Attributes": {}}, "time": time.time()}
        line = json.dumps(event).encode() + b"\n"
        with self._lock:
            for inbox in self._listeners:
                inbox.put(line)

    # -- answers --------------------------------------------------------------------------------
    def events(self) -> Iterator[bytes]:
        inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        with self._lock:
            self._listeners.append(inbox)
            self.listened += 1
        try:
            while (line := inbox.get()) is not None:
                yield line
        finally:
            with self._lock:
                self._listeners.remove(inbox)

    def rows(self, filters: Json) -> list[Json]:
        if "label" in filters:
            return []
        wanted = filters.get("id")
        if wanted is None:
            return list(self.containers.values())
        return [self.containers[each] for each in wanted if each in self.containers]

    def image_of(self, reference: str) -> str:
        """The id of an image by id or tag, "" where there is none."""
        return next(
            (each for each, row in self.images.items() if reference == each or reference in (row["RepoTags"] or ())), ""
        )

    def inspect(self, identifier: str) -> Json:
        row = self.images[identifier]
        return {
            "Id": row["Id"], "RepoTags": row["RepoTags"], "RepoDigests": [], "Created": "2026-01-02T03:04:05Z",
            "Size": row["Size"], "Os": "linux", "Architecture": "amd64", "Config": self.image_config,
            "RootFS": {"Type": "layers", "Layers": [f"sha256:{hashlib.sha256(self.layer_tar()).hexdigest()}"]},
        }  # fmt: skip

    def export(self, identifier: str) -> bytes:
        """An image of one layer, as `docker save` of 20.10 writes it."""
        layer = self.layer_tar()
        config = json.dumps(
            {
                "os": "linux", "architecture": "amd64", "config": self.image_config, "history": self.history,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
            }
        ).encode()  # fmt: skip
        name = f"{identifier.partition(':')[2]}.json"
        manifest = [{"Config": name, "RepoTags": self.images[identifier]["RepoTags"], "Layers": ["layer/layer.tar"]}]
        files = {"layer/layer.tar": layer, name: config, "manifest.json": json.dumps(manifest).encode()}
        return _tar(files)

    def layer_tar(self) -> bytes:
        return _tar({"data": self.layer})


def _tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asks may hang up."""


class _Handler(BaseHTTPRequestHandler):
    engine: HttpEngine
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def address_string(self) -> str:
        return "unix"

    def do_GET(self) -> None:
        engine, parts = self.engine, urlsplit(self.path)
        engine.asked.append(f"GET {parts.path}")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        route = parts.path.partition("/v1.")[2].partition("/")[2] or parts.path.strip("/")
        kind, _, rest = route.partition("/")
        name, _, what = unquote(rest).rpartition("/")
        match kind, rest:
            case "version", _:
                self._json(engine.version)
            case "_ping", _:
                self._plain(b"OK", "text/plain")
            case "info", _:
                self._json({"Driver": "overlay2", "DockerRootDir": "/nowhere", "ServerVersion": "20.10.24"})
            case "events", _:
                self._stream(engine.events() if "until" not in query else iter(()))
            case "system", "df":
                self._json({"LayersSize": 1, "Images": [{"Id": each, "Size": 9, "SharedSize": 0}
                            for each in engine.images], "Containers": []})  # fmt: skip
            case "images", "json":
                self._json(list(engine.images.values()))
            case "containers", "json":
                rows = engine.rows(json.loads(query.get("filters", "{}")))
                self._json([{**row, "SizeRw": 10} for row in rows] if "size" in query else rows)
            case "images", "get":
                wanted = [engine.image_of(each) for each in parse_qs(parts.query)["names"]]
                if not all(wanted):
                    self._json({"message": "No such image"}, 404)
                    return
                data = engine.export(wanted[0])
                self._stream(data[at : at + 16384] for at in range(0, len(data), 16384))
            case "images", _ if (name := engine.image_of(name) or name) in engine.images and what == "json":
                self._json(engine.inspect(name))
            case "images", _ if name in engine.images and what == "history":
                steps = [{"CreatedBy": each["created_by"], "Created": CREATED, "Size": 0} for each in engine.history]
                self._json([{**steps[0], "Size": len(engine.layer)}, *steps[1:]][::-1])
            case "images", _ if name in engine.images and what == "get":
                data = engine.export(name)
                self._stream(data[at : at + 16384] for at in range(0, len(data), 16384))
            case "containers", _ if name in engine.containers and what == "json":
                row = engine.containers[name]
                state = {"Status": row["State"], "Running": row["State"] == "running"}
                self._json({"Id": name, "Name": row["Names"][0], "Image": row["ImageID"], "State": state,
                            "Config": engine.container_config, "HostConfig": engine.host_config})  # fmt: skip
            case "containers", _ if name in engine.containers and what == "changes":
                self._json([{"Path": "/written", "Kind": 1}])
            case "containers", _ if name in engine.containers and what == "export":
                self._stream(iter([engine.layer_tar()]))
            case "containers", _ if name in engine.containers and what == "logs":
                self._stream(self._log(query.get("follow") == "1"))
            case _:
                self._json({"message": f"No such thing: {route}"}, 404)

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        self.engine.asked.append(f"POST {parts.path}")
        body = b"".join(self._body())
        if parts.path.endswith("/images/load"):
            self.engine.loaded.append(body)
            told: Json = {"errorDetail": {"message": self.engine.refuses}, "error": self.engine.refuses}
            if not self.engine.refuses:
                told = {"stream": f"Loaded image{self.engine.load(body)}\n"}
            self._stream(iter([json.dumps(told).encode() + b"\n"]))
        elif parts.path.endswith("/tag"):
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            name = unquote(parts.path.rpartition("/images/")[2]).removesuffix("/tag")
            self.engine.name(self.engine.image_of(name), f"{query['repo']}:{query['tag']}")
            self._plain(b"", "text/plain", 201)
        elif parts.path.endswith("/commit"):
            self._json({"Id": self.engine.tag(f"committed{len(self.engine.images)}:1")}, 201)
        else:
            self._json({"message": "page not found"}, 404)

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return
        while length := int(self.rfile.readline().strip() or b"0", 16):
            yield self.rfile.read(length)
            self.rfile.readline()

    def _log(self, follow: bool) -> Iterator[bytes]:
        """Five lines; who follows gets more of them, at the rate that the engine has."""
        begun, number, due = time.monotonic(), 0, 5
        while number < due:
            frames = bytearray()
            for number in range(number + 1, due + 1):  # noqa: B020 - where it has come to
                line = b"2026-01-02T03:04:05.%09dZ %b %d\n" % (number % 10**9, self.engine.log_line, number)
                frames += b"\x01\0\0\0" + len(line).to_bytes(4, "big") + line
            yield bytes(frames)
            while follow and due == number:
                time.sleep(0.02)
                due = 5 + int((time.monotonic() - begun) * self.engine.log_lines_a_second)

    def _json(self, answer: Any, status: int = 200) -> None:
        self._plain(json.dumps(answer).encode(), "application/json", status)

    def _plain(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, pieces: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            if piece:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


def _manifest_in(archive: bytes) -> Json:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        manifest = opened.extractfile("manifest.json")
        assert manifest is not None
        found: Json = json.loads(manifest.read())[0]
        return found
