"""From what was asked on the command line to an open source: paths, names on an engine, and what may be both.

Knows the rules of TARGET and of finding an engine. Must not know what is printed.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.core.errors import ImagexplorerError, NotFound, Unreachable, WrongUse
from imagexplorer.core.references import try_parse
from imagexplorer.core.report_head import Asked
from imagexplorer.core.targets import ARCHIVE, EITHER, ENGINE, OCI, Target, ambiguous, parse_target
from imagexplorer.core.text import plain
from imagexplorer.sources.image_file import ImageFile
from imagexplorer.sources.protocol import ImageSource

if TYPE_CHECKING:
    from imagexplorer.sources.engine.source import EngineSource

_PATIENCE_SECONDS = 5.0


def open_target(text: str, host: str, control: Control) -> tuple[ImageSource, str]:
    """The source of a TARGET, and the reference of the image in it ("" for files: the first one).

    Raises WrongUse (it may be both), NotFound, Refused, Damaged, Unreachable.
    """
    from imagexplorer.sources.opening import open_source

    target = parse_target(text)
    if target.kind == ENGINE:
        return open_engine(host, control), target.text
    if _is_path(target, host):
        return open_source(Address("file", target.text), control), ""
    try:
        return open_engine(host, control), target.text
    except Unreachable as error:
        raise Unreachable(f"{plain(text, 300)}: no such file, and {error.what}", error.reason, error.way_out) from error


def check_target(text: str, host: str, image: str, platform: str) -> None:
    """What can be known of a TARGET before a window opens on it: raises what `open_target` and `image_of` would.

    Cheap where it can be: an engine is asked only where the text may be both, and the source is opened only to find
    out whether that image or platform is there.
    """
    if not text:
        if image or platform:
            raise WrongUse("--image" if image else "--platform", "it needs a TARGET to choose from")
        return
    target = parse_target(text)
    if image or platform:
        source, reference = open_target(text, host, Control())
        try:
            image_of(source, text, reference, image, platform, Control())
        finally:
            source.close()
    elif target.kind != ENGINE and _is_path(target, host) and not os.path.lexists(os.path.expanduser(target.text)):
        raise NotFound(plain(target.text, 300), "no such file or directory")


def _is_path(target: Target, host: str) -> bool:
    """Whether a TARGET that does not say engine:// means a path. Raises WrongUse (both), NotFound (neither can be)."""
    if target.on_disk:
        return True
    if not os.path.lexists(target.text):
        if try_parse(target.text) is None:
            raise NotFound(plain(target.text, 300), "no such file, and it cannot be the name of an image")
        return False
    if _on_engine(target.text, host):
        raise ambiguous(plain(target.text, 500), OCI if os.path.isdir(target.text) else ARCHIVE)
    return True


def image_of(
    source: ImageSource, target: str, reference: str, image: str, platform: str, control: Control
) -> ImageDetail:
    """The image asked for. An `image` or `platform` that is not there is WrongUse, and those there are named."""
    if reference:
        if image:
            raise WrongUse("--image", "it chooses among the images of a file; on an engine name the image itself")
        try:
            return source.image(reference, control, platform)
        except NotFound as error:
            if parse_target(target).kind != EITHER:
                raise
            raise NotFound(
                plain(target, 300), "no such file, and no such image on the engine", error.way_out
            ) from error
    try:
        return source.image(image or "0", control, platform)
    except NotFound as error:
        if image:
            raise WrongUse(f"--image {plain(image, 300)}", error.reason, error.way_out) from error
        raise


def asked_of(target: str, source: ImageSource, detail: ImageDetail) -> Asked:
    names = source.titles() if isinstance(source, ImageFile) else ()
    return Asked(target, source.address.kind, source.address.location, detail, tuple(names))


def open_engine(host: str, control: Control) -> EngineSource:
    """The first engine that answers. Raises Unreachable, which says what was tried."""
    from imagexplorer.sources.engine.connect import find

    source, tried = find(host, control)
    if source is not None:
        return source
    if len(tried) == 1:
        address, reason, advice = tried[0]
        raise Unreachable(_engine_name(address), reason, advice)
    words = "; ".join(f"{address.location}: {reason}" for address, reason, _ in tried)
    raise Unreachable("no engine is reachable", words, "Start one, or name one with --host")


def _engine_name(address: Address) -> str:
    return f"the context {address.context}" if address.context else f"the engine {address.location or address.name}"


def _on_engine(text: str, host: str) -> bool:
    """Does a reachable engine have an image of that name? Nothing is asked where it cannot be one, and an engine
    that does not answer in time does not keep anyone from opening a file."""
    if try_parse(text) is None or not _maybe_reachable(host):
        return False
    control = Control()
    patience = threading.Timer(_PATIENCE_SECONDS, control.cancel)
    patience.daemon = True
    patience.start()
    try:
        source = open_engine(host, control)
        try:
            source.image(text, control)
        finally:
            source.close()
    except ImagexplorerError:
        return False
    finally:
        patience.cancel()
    return True


def _maybe_reachable(host: str) -> bool:
    """False where each engine would be a socket that is not there: then nothing need be loaded to ask it."""
    from imagexplorer.sources.engine.candidates import candidates

    try:
        places = [address.location for address in candidates(host)]
    except ImagexplorerError:
        return False
    return any(not place.startswith("unix://") or os.path.exists(place.removeprefix("unix://")) for place in places)
