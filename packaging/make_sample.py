"""Make resources/sample.tar: a small image worth exploring when there is no engine.

usage: python packaging/make_sample.py OUTPUT

A docker-save archive in the layout that Docker 25 and newer write (blobs by digest, manifest.json, index.json).
It shows what real images suffer from: a package cache that a later layer deletes, a file that is overwritten, a
recursive chown that stores everything again, an opaque directory, hard links, symlinks and a setuid file.
The same bytes at every run. Knows nothing of the program.
"""

import hashlib
import io
import json
import random
import sys
import tarfile
from datetime import UTC, datetime

EPOCH = 1_790_000_000  # a fixed moment, so that the archive is reproducible
WORDS = [
    "layer",
    "image",
    "stack",
    "slab",
    "base",
    "tag",
    "digest",
    "manifest",
    "config",
    "whiteout",
    "opaque",
    "engine",
    "registry",
    "commit",
    "history",
    "step",
]


def prose(seed: str, size: int) -> bytes:
    """Readable filler, different for every seed."""
    chance = random.Random(seed)
    lines = []
    length = 0
    while length < size:
        line = " ".join(chance.choice(WORDS) for _ in range(9)) + "\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()[:size]


class LayerWriter:
    """One layer's tar, in memory."""

    def __init__(self, moment: int) -> None:
        self._buffer = io.BytesIO()
        self._tar = tarfile.TarFile(fileobj=self._buffer, mode="w", format=tarfile.PAX_FORMAT)
        self._moment = moment

    def add(
        self,
        path: str,
        content: bytes = b"",
        mode: int = 0o644,
        owner: int = 0,
        kind: bytes = tarfile.REGTYPE,
        link: str = "",
    ) -> None:
        entry = tarfile.TarInfo(path)
        entry.size = len(content)
        entry.mode = mode
        entry.uid = entry.gid = owner
        entry.mtime = self._moment
        entry.type = kind
        entry.linkname = link
        self._tar.addfile(entry, io.BytesIO(content))

    def folder(self, path: str, mode: int = 0o755, owner: int = 0) -> None:
        self.add(path + "/", mode=mode, owner=owner, kind=tarfile.DIRTYPE)

    def symlink(self, path: str, target: str) -> None:
        self.add(path, mode=0o777, kind=tarfile.SYMTYPE, link=target)

    def hardlink(self, path: str, target: str) -> None:
        self.add(path, kind=tarfile.LNKTYPE, link=target)

    def remove(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        self.add(f"{folder}/.wh.{name}" if folder else f".wh.{name}")

    def empty(self, folder: str) -> None:
        self.add(f"{folder}/.wh..wh..opq")

    def bytes(self) -> bytes:
        self._tar.close()
        return self._buffer.getvalue()


APP = {
    "app/main.py": b'"""A web application that says hello."""\n\nimport http.server\n\nhttp.server.test(port=8080)\n',
    "app/settings.json": b'{\n  "name": "sample",\n  "workers": 4,\n  "debug": true\n}\n',
    "app/static/index.html": b"<!doctype html>\n<title>Sample</title>\n<p>Hello from a layer.</p>\n",
    "app/static/logo.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v2H0z"/></svg>\n',
    "app/static/style.css": prose("style", 30_000),
    "app/vendor/framework.js": prose("framework", 120_000),
}
PACKAGES = ("libssl", "libxml", "python-minimal", "ca-certificates")


def base_layer() -> bytes:
    layer = LayerWriter(EPOCH)
    for folder in (
        "bin",
        "etc",
        "home",
        "tmp",
        "usr",
        "usr/bin",
        "usr/lib",
        "usr/share",
        "usr/share/doc",
        "var",
        "var/lib",
        "var/cache",
    ):
        layer.folder(folder, 0o1777 if folder == "tmp" else 0o755)
    layer.add("bin/sh", prose("shell", 90_000), 0o755)
    layer.hardlink("bin/ash", "bin/sh")
    layer.add("usr/bin/passwd", prose("passwd", 20_000), 0o4755)
    layer.symlink("usr/bin/env", "../../bin/sh")
    layer.add("etc/os-release", b'ID=sample\nNAME="Sample Linux"\nVERSION_ID=1\n')
    layer.add("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    layer.add("etc/app.conf", b"# defaults of the base image\nworkers = 1\n")
    for name in ("motd", "shells", "services"):
        layer.add(f"etc/{name}", prose(name, 900))
    return layer.bytes()


def packages_layer() -> bytes:
    layer = LayerWriter(EPOCH + 60)
    layer.folder("var/cache/apt")
    layer.folder("var/cache/apt/archives")
    layer.folder("var/lib/apt")
    layer.folder("var/lib/apt/lists")
    for package in PACKAGES:
        layer.add(f"var/cache/apt/archives/{package}_1.0.deb", prose(f"{package}.deb", 60_000))
        layer.add(f"usr/lib/{package}.so.1", prose(package, 70_000), 0o755)
        layer.symlink(f"usr/lib/{package}.so", f"{package}.so.1")
        layer.folder(f"usr/share/doc/{package}")
        layer.add(f"usr/share/doc/{package}/copyright", prose(f"{package} copyright", 3_000))
    layer.add("var/lib/apt/lists/packages", prose("lists", 150_000))
    return layer.bytes()


def application_layer() -> bytes:
    layer = LayerWriter(EPOCH + 120)
    for folder in ("app", "app/static", "app/vendor"):
        layer.folder(folder)
    for path, content in APP.items():
        layer.add(path, content)
    return layer.bytes()


def clean_layer() -> bytes:
    layer = LayerWriter(EPOCH + 180)
    layer.folder("var/cache/apt")
    layer.empty("var/cache/apt")
    layer.folder("var/lib/apt")
    layer.remove("var/lib/apt/lists")
    layer.remove("etc/motd")
    return layer.bytes()


def configure_layer() -> bytes:
    layer = LayerWriter(EPOCH + 240)
    layer.add("etc/app.conf", b"# written by the image\nworkers = 4\nlog = info\n")
    layer.add("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n")
    return layer.bytes()


def chown_layer() -> bytes:
    layer = LayerWriter(EPOCH + 300)
    for folder in ("app", "app/static", "app/vendor"):
        layer.folder(folder, owner=1000)
    for path, content in APP.items():
        layer.add(path, content, owner=1000)
    return layer.bytes()


STEPS = [
    ("ADD rootfs.tar / # buildkit", base_layer),
    ('CMD ["/bin/sh"]', None),
    ("RUN /bin/sh -c apt-get update && apt-get install -y " + " ".join(PACKAGES) + " # buildkit", packages_layer),
    ("ENV PORT=8080 WORKERS=4", None),
    ("COPY app /app # buildkit", application_layer),
    ("RUN /bin/sh -c rm -rf /var/cache/apt/* /var/lib/apt/lists /etc/motd # buildkit", clean_layer),
    ("RUN /bin/sh -c adduser -D -u 1000 app && cp /app/app.conf /etc/app.conf # buildkit", configure_layer),
    ("RUN /bin/sh -c chown -R app:app /app # buildkit", chown_layer),
    ("USER app", None),
    ("EXPOSE [8080/tcp]", None),
    ('CMD ["python3" "/app/main.py"]', None),
]


def moment_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def archive() -> bytes:
    blobs: dict[str, bytes] = {}

    def keep(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        blobs[digest] = content
        return digest

    layers = [make() for _, make in STEPS if make]
    digests = [keep(layer) for layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": moment_text(EPOCH + 360),
        "config": {
            "User": "app",
            "ExposedPorts": {"8080/tcp": {}},
            "Env": ["PATH=/usr/bin:/bin", "PORT=8080", "WORKERS=4"],
            "Cmd": ["python3", "/app/main.py"],
            "Labels": {
                "org.opencontainers.image.title": "imagexplorer sample",
                "org.opencontainers.image.version": "1.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
        "history": [
            {
                "created": moment_text(EPOCH + 30 * number),
                "created_by": instruction,
                "comment": "buildkit.dockerfile.v0",
                **({} if make else {"empty_layer": True}),
            }
            for number, (instruction, make) in enumerate(STEPS)
        ],
    }
    config_bytes = json.dumps(config, separators=(",", ":")).encode()
    config_digest = keep(config_bytes)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": f"sha256:{config_digest}",
            "size": len(config_bytes),
        },
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{digest}", "size": len(layer)}
            for digest, layer in zip(digests, layers, strict=True)
        ],
    }
    manifest_bytes = json.dumps(manifest, separators=(",", ":")).encode()
    manifest_digest = keep(manifest_bytes)
    tag = "imagexplorer/sample:1.0"
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {
                "mediaType": manifest["mediaType"],
                "digest": f"sha256:{manifest_digest}",
                "size": len(manifest_bytes),
                "annotations": {
                    "io.containerd.image.name": f"docker.io/{tag}",
                    "org.opencontainers.image.ref.name": "1.0",
                },
                "platform": {"architecture": "amd64", "os": "linux"},
            }
        ],
    }
    legacy = [
        {
            "Config": f"blobs/sha256/{config_digest}",
            "RepoTags": [tag],
            "Layers": [f"blobs/sha256/{digest}" for digest in digests],
        }
    ]
    outer = LayerWriter(EPOCH)
    outer.folder("blobs")
    outer.folder("blobs/sha256")
    for digest in sorted(blobs):
        outer.add(f"blobs/sha256/{digest}", blobs[digest])
    outer.add("index.json", json.dumps(index, separators=(",", ":")).encode())
    outer.add("manifest.json", json.dumps(legacy, separators=(",", ":")).encode())
    outer.add("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    return outer.bytes()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as output:
        output.write(archive())
