"""Layer indexes and trees on disk: one file of columns each, mapped on opening, checked, bounded, shared by programs.

Knows files and keys; must not know sources nor how an index is made. It never fails the work: a full disk, a read-only
folder or a damaged file only means that something is made again.

A file is the packed columns (`core.columns`), then a trailer of 16 bytes: a magic and the xxh3-64 of key and content,
so a file that was cut, changed or stands under another's name is found out on opening, dropped and made again. Files
appear whole by rename and are never written again, so a mapping can neither tear nor be cut while it is open.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import secrets
import stat
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from imagexplorer.core.columns import Columns
from imagexplorer.indexing.records import DEFAULT_CACHE_BYTES, CacheOptions

logger = logging.getLogger(__name__)

FORMAT = 2
"""Part of the folder's name. Raise it whenever the columns of an index or a tree, or their meaning, change."""

_TRAILER = struct.Struct("<8sQ")
_MAGIC = b"IXCHECK1"
_STALE_SECONDS = 3600
_LOW_WATER = 0.9
_STORES_BETWEEN_LOOKS = 64
_ZEROS = "zeros"
_WORTH_LEAVING_OUT = 256
# Something else that stands there (a fifo, a link) must neither block nor lead elsewhere.
_OPEN_TO_READ = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _OPEN_TO_READ |= getattr(os, _flag, 0)


def default_directory() -> Path:
    """IMAGEXPLORER_CACHE, else the system's folder for caches (XDG_CACHE_HOME honoured)."""
    named = os.environ.get("IMAGEXPLORER_CACHE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("imagexplorer", appauthor=False))


def open_cache(options: CacheOptions) -> Cache | None:
    if not options.enabled:
        return None
    return Cache(Path(options.directory) if options.directory else None, options.limit_bytes)


def combine(parts: Iterable[str]) -> str:
    """One key for an ordered list of keys."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape")
        digest.update(struct.pack("<Q", len(raw)))
        digest.update(raw)
    return digest.hexdigest()


class Cache:
    """`directory` None means `default_directory()`. Several programs and threads may use one folder at the same time.

    A key is text of any kind; `kind` (layer, tree) keeps the two apart.
    """

    def __init__(self, directory: Path | None = None, limit_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self._base = directory if directory is not None else default_directory()
        self._folder = self._base / f"v{FORMAT}"
        self._limit = limit_bytes
        self._usable: bool | None = None
        self._told = False
        self._stores = 0
        self._estimate = 0  # bytes in the folder as far as this program knows

    @property
    def directory(self) -> Path:
        return self._base

    def path(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{combine([key])[:40]}.ixc"

    def load(self, kind: str, key: str) -> Columns | None:
        """The columns, mapped; None where there are none. A damaged file is dropped."""
        if not self._ready():
            return None
        path = self.path(kind, key)
        columns = read_columns(path, f"{kind}:{key}")
        if columns is not None:
            with suppress(OSError):
                os.utime(path)  # used just now: the least recently used go first
        return columns

    def store(self, kind: str, key: str, columns: Columns) -> Path | None:
        """The file's path, None where it could not be written (said once in the log)."""
        if not self._ready():
            return None
        path = self.path(kind, key)
        part = self._folder / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part"
        try:
            size = _write(part, f"{kind}:{key}", _without_zeros(columns))
            os.replace(part, path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            self._tell(f"cannot write to {self._folder}: {error.strerror or error}")
            return None
        self._stores += 1
        self._estimate += size
        # Looking at every file for every one written would be dear with many layers.
        if self._estimate > self._limit or self._stores % _STORES_BETWEEN_LOOKS == 1:
            self._evict(path, size)
        return path

    def drop(self, kind: str, key: str) -> None:
        """Forget one; nothing where there is none."""
        with suppress(OSError):
            self.path(kind, key).unlink()

    def clear(self) -> None:
        """Remove every file of ours, of every format. What is open stays readable."""
        for folder in self._base.glob("v[0-9]*"):
            for path in _files(folder):
                with suppress(OSError):
                    path.unlink()

    def trim(self) -> None:
        """Down to the limit now, the least recently used first."""
        if self._ready():
            self._evict(Path(), 0)

    def used_bytes(self) -> int:
        total = 0
        for path in _files(self._folder):
            with suppress(OSError):
                total += path.stat().st_size
        return total

    # -- inside ---------------------------------------------------------------------------------
    def _ready(self) -> bool:
        if self._usable is None:
            try:
                self._usable = self._prepare()
            except OSError as error:
                self._usable = False
                self._tell(f"cannot use {self._folder}: {error.strerror or error}")
        return self._usable

    def _prepare(self) -> bool:
        self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        found = self._folder.stat()
        if hasattr(os, "getuid"):
            if found.st_uid != os.getuid():
                self._tell(f"{self._folder} belongs to another user")
                return False
            if stat.S_IMODE(found.st_mode) & 0o077:
                self._folder.chmod(0o700)
        return True

    def _evict(self, newest: Path, size: int) -> None:
        """Remove the least recently used beyond the limit, and parts that a killed program left."""
        rows: list[tuple[float, int, Path]] = []
        total = 0
        now = time.time()
        for path in _files(self._folder):
            try:
                found = path.stat()
            except OSError:  # removed by another program meanwhile
                continue
            if path.name.endswith(".part"):
                if now - found.st_mtime > _STALE_SECONDS:
                    with suppress(OSError):
                        path.unlink()
                continue
            total += found.st_size
            if path != newest:
                rows.append((found.st_mtime, found.st_size, path))
        self._estimate = total
        if total <= self._limit:
            return
        rows.sort()
        for _, bytes_, path in rows:
            with suppress(OSError):
                path.unlink()
            total -= bytes_
            self._estimate = total
            if total <= self._limit * _LOW_WATER:
                return
        if size > self._limit:  # one file larger than all that is allowed
            with suppress(OSError):
                newest.unlink()

    def _tell(self, text: str) -> None:
        if not self._told:
            self._told = True
            logger.info("no cache: %s", text)


def read_columns(path: Path, name: str) -> Columns | None:
    """Map and check one file; None where it is absent, or damaged (then it is removed)."""
    import xxhash

    try:
        handle = os.open(path, _OPEN_TO_READ)
    except OSError:
        return None
    try:
        found = os.fstat(handle)
        usable = stat.S_ISREG(found.st_mode) and found.st_size > _TRAILER.size
        mapped = mmap.mmap(handle, found.st_size, access=mmap.ACCESS_READ) if usable else None
    except (OSError, ValueError):
        mapped = None
    finally:
        os.close(handle)
    if mapped is not None:
        view = memoryview(mapped)
        content = view[: -_TRAILER.size]
        magic, check = _TRAILER.unpack(view[-_TRAILER.size :])
        digest = xxhash.xxh3_64(name.encode("utf-8", "surrogateescape"))
        digest.update(content)
        if magic == _MAGIC and digest.intdigest() == check:
            with suppress(ValueError):
                return _with_zeros(Columns.unpack(content))
    logger.info("damaged cache file dropped: %s", path.name)
    with suppress(OSError):
        path.unlink()
    return None


def _without_zeros(columns: Columns) -> Columns:
    """Columns of nothing but zeros (owners, flags, hashes that nobody asked for) are kept as their length only."""
    zeros = {name: [column.format, len(column)] for name, column in columns.columns.items() if _is_zero(column)}
    if not zeros:
        return columns
    kept = {name: column for name, column in columns.columns.items() if name not in zeros}
    return Columns(kept, {**columns.meta, _ZEROS: zeros})


def _is_zero(column: memoryview) -> bool:
    if column.nbytes < _WORTH_LEAVING_OUT:
        return False
    raw = column.cast("B")
    return not any(raw[:: max(1, len(raw) // 64)]) and raw.tobytes().count(0) == len(raw)


def _with_zeros(columns: Columns) -> Columns:
    zeros = columns.meta.pop(_ZEROS, {})
    for name, (code, items) in zeros.items():
        # The system hands out such memory as it is read: a column that nobody reads costs nothing.
        raw = memoryview(bytes(items * struct.calcsize(code)))
        columns.columns[name] = raw.cast(code)
    return columns


def _write(path: Path, name: str, columns: Columns) -> int:
    import xxhash

    digest = xxhash.xxh3_64(name.encode("utf-8", "surrogateescape"))
    size = _TRAILER.size
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with open(handle, "wb", buffering=1 << 16) as file:
        for piece in columns.pack():
            digest.update(piece)
            file.write(piece)
            size += len(piece)
        file.write(_TRAILER.pack(_MAGIC, digest.intdigest()))
    return size


def _files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.name.endswith((".ixc", ".part"))]
    except OSError:
        return []
