"""How this program and its worker process talk: frames over two pipes.

Knows bytes, pickling and the records of `core`; must not know processes, sources or what a call means.

One frame: kind (1 byte), 3 bytes of nothing, request number (4), length (4), then the payload; little-endian.
A value is pickled; the columns inside it travel beside the pickle as raw bytes, in pieces of at most 1 MiB, and a long
list travels in batches: so no step of the receiving side holds the interpreter for longer than a few milliseconds. Only
our own child is on the other end; what it may name in a pickle is limited all the same, since it reads hostile files.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from imagexplorer.core import errors
from imagexplorer.core.columns import Columns
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.tree_view import TreeView

CALL, CANCEL, PROGRESS, ITEM, ROWS, BUFFER, CHUNK, RESULT, ERROR, TAKEN = range(1, 11)

ITEMS_AHEAD = 32
"""How many items of one answer may be on their way: then the worker waits until who asked has TAKEN some of them, or a
slow disk at this end would gather a whole export in memory."""
TAKEN_AT_ONCE = 8
BATCH_ROWS = 500
CHUNK_BYTES = 1 << 20
MAX_PAYLOAD = 1 << 28
MAX_BUFFER = 1 << 38

_HEADER = struct.Struct("<B3xII")
_TOTAL = struct.Struct("<Q")
_SMALL_BUFFER = 1 << 16


class BadFrame(Exception):  # noqa: N818  (as in core.errors)
    """What arrived is no frame of ours: the other side is broken and is not listened to any more."""


@dataclass(slots=True)
class Frame:
    """One message. `buffers` are those that its pickle refers to, in order."""

    kind: int
    request: int
    payload: bytes
    buffers: list[memoryview] = field(default_factory=list)

    def value(self) -> Any:
        return loads(self.payload, self.buffers)


def error_of(frame: Frame) -> ImagexplorerError:
    """The error that an ERROR frame carries."""
    name, what, reason, way_out, details = frame.value()
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, ImagexplorerError)):
        raise BadFrame(f"an error of kind {name!r}")
    return errors.Fault(what, reason, way_out, details) if kind is errors.Fault else kind(what, reason, way_out)


class Channel:
    """Both ends of a conversation. `receive` belongs to one thread; `send` may be called by any."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        """Takes over two file descriptors."""
        self._incoming = io.BufferedReader(io.FileIO(incoming, "rb"), 1 << 16)
        self._outgoing = outgoing
        self._lock = Lock()
        self._closed = False
        # Buffers that are on their way, by request: those complete, and how much of the last one is there.
        self._arriving: dict[int, list[memoryview]] = {}
        self._filled: dict[int, int] = {}

    # -- sending --------------------------------------------------------------------------------
    def send(self, kind: int, request: int, value: Any) -> None:
        """Raises OSError when the other side is gone."""
        buffers: list[pickle.PickleBuffer] = []
        payload = dumps(value, buffers)
        # Pieces of one request stay in order, since one thread at a time speaks for a request.
        for buffer in buffers:
            raw = buffer.raw()
            self._write(BUFFER, request, _TOTAL.pack(raw.nbytes))
            for at in range(0, raw.nbytes, CHUNK_BYTES):
                self._write(CHUNK, request, raw[at : at + CHUNK_BYTES])
        self._write(kind, request, payload)

    def send_result(self, request: int, value: Any) -> None:
        """A result; long lists in batches before it."""
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple) and len(value) > BATCH_ROWS:
            for at in range(0, len(value), BATCH_ROWS):
                self.send(ROWS, request, list(value[at : at + BATCH_ROWS]))
            self.send(RESULT, request, ("tuple" if isinstance(value, tuple) else "list", None))
        else:
            self.send(RESULT, request, ("value", value))

    def send_error(self, request: int, error: BaseException, trace: str = "") -> None:
        """An error of ours as it is; anything else as a Fault with its traceback."""
        if isinstance(error, ImagexplorerError):
            named = next(kind for kind in type(error).__mro__ if getattr(errors, kind.__name__, None) is kind)
            details = getattr(error, "details", "")
            self.send(ERROR, request, (named.__name__, error.what, error.reason, error.way_out, details))
        else:
            self.send(ERROR, request, ("Fault", type(error).__name__, str(error), "", trace))

    def _write(self, kind: int, request: int, payload: bytes | memoryview) -> None:
        pieces = [memoryview(_HEADER.pack(kind, request, len(payload))), memoryview(payload)]
        with self._lock:
            if self._closed:
                raise BrokenPipeError("closed")
            while pieces:
                written = os.write(self._outgoing, pieces[0]) if not _WRITEV else os.writev(self._outgoing, pieces)
                while pieces and written >= len(pieces[0]):
                    written -= len(pieces.pop(0))
                if pieces:
                    pieces[0] = pieces[0][written:]

    # -- receiving ------------------------------------------------------------------------------
    def receive(self) -> Frame | None:
        """The next whole message; None at the end. Raises BadFrame."""
        while True:
            head = self._incoming.read(_HEADER.size)
            if not head:
                return None
            if len(head) < _HEADER.size:
                raise BadFrame("cut off in a header")
            kind, request, length = _HEADER.unpack(head)
            if kind == CHUNK:
                self._fill(request, length)
                continue
            if not CALL <= kind <= TAKEN or length > MAX_PAYLOAD:
                raise BadFrame(f"kind {kind}, length {length}")
            payload = self._incoming.read(length)
            if len(payload) < length:
                raise BadFrame("cut off in a message")
            if kind == BUFFER:
                self._open_buffer(request, payload)
                continue
            if self._incomplete(request):
                raise BadFrame("a buffer is not complete")
            self._filled.pop(request, None)
            return Frame(kind, request, payload, self._arriving.pop(request, []))

    def _open_buffer(self, request: int, payload: bytes) -> None:
        if len(payload) != _TOTAL.size or self._incomplete(request):
            raise BadFrame("a buffer out of turn")
        (total,) = _TOTAL.unpack(payload)
        if total > MAX_BUFFER:
            raise BadFrame(f"a buffer of {total} bytes")
        # Anonymous pages come zeroed from the system as they are filled; a large bytearray would be cleared in one go.
        target: Any = bytearray(total) if total <= _SMALL_BUFFER else mmap.mmap(-1, total)
        self._arriving.setdefault(request, []).append(memoryview(target))
        self._filled[request] = 0

    def _fill(self, request: int, length: int) -> None:
        at = self._filled.get(request)
        if at is None or length > CHUNK_BYTES or at + length > self._arriving[request][-1].nbytes:
            raise BadFrame("a piece of no buffer")
        target = self._arriving[request][-1][at : at + length]
        done = 0
        while done < length:
            count = self._incoming.readinto(target[done:])
            if not count:
                raise BadFrame("cut off in a buffer")
            done += count
        self._filled[request] = at + length

    def _incomplete(self, request: int) -> bool:
        at = self._filled.get(request)
        return at is not None and at < self._arriving[request][-1].nbytes

    def close(self) -> None:
        """Close the sending side: the other one sees its end."""
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._outgoing)

    def close_incoming(self) -> None:
        """Only by the thread that receives."""
        self._incoming.close()


_WRITEV = hasattr(os, "writev")


# -- pickling ------------------------------------------------------------------------------------
_OUR_MODULES = frozenset({"imagexplorer.sources.protocol", "imagexplorer.indexing.records", __name__})
_OTHERS = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("builtins", "bytearray"),
        ("builtins", "range"),
        ("builtins", "complex"),
        ("collections", "OrderedDict"),
    }
)


def _columns(meta: dict[str, Any], named: Sequence[tuple[str, str, Any]]) -> Columns:
    """The other half of `_reduce_columns`."""
    columns: dict[str, memoryview] = {}
    for name, code, raw in named:
        columns[name] = memoryview(raw).cast("B").cast(code)  # type: ignore[call-overload]
    return Columns(columns, meta)


def _reduce_columns(columns: Columns) -> tuple[Any, ...]:
    named = [
        (name, column.format, pickle.PickleBuffer(column) if column.nbytes else b"")
        for name, column in columns.columns.items()
    ]
    return _columns, (columns.meta, named)


def _reduce_holder(holder: Any) -> tuple[Any, ...]:
    return type(holder), (holder.columns,)


class _Pickler(pickle.Pickler):
    # Read by pickle, never changed. The holders keep views of their columns, which cannot be pickled.
    dispatch_table = {Columns: _reduce_columns, LayerIndex: _reduce_holder, TreeView: _reduce_holder}  # noqa: RUF012


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("imagexplorer.core.") or module in _OUR_MODULES:
            found = super().find_class(module, name)
            if isinstance(found, type) or found is _columns:
                return found
        elif (module, name) in _OTHERS:
            return super().find_class(module, name)
        raise BadFrame(f"a message names {module}.{name}")


def dumps(value: Any, buffers: list[pickle.PickleBuffer]) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, 5, buffer_callback=buffers.append).dump(value)
    return stream.getvalue()


def loads(payload: bytes, buffers: list[memoryview]) -> Any:
    """Raises BadFrame for anything that is not a value of ours."""
    try:
        return _Unpickler(io.BytesIO(payload), buffers=buffers).load()
    except BadFrame:
        raise
    except Exception as error:
        raise BadFrame(f"a message cannot be read: {error}") from error
