"""The one factory of sources: an address in, an `ImageSource` out, its kind settled by what is there, not by names."""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from dataclasses import replace

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Problem
from imagexplorer.core.errors import Damaged, ImagexplorerError, WrongUse
from imagexplorer.core.layer_index import DIR, LayerIndex
from imagexplorer.core.report_reading import HEAD_BYTES, looks_like_report
from imagexplorer.sources.archive import ArchiveBytes, ArchiveStore
from imagexplorer.sources.blobs import BlobStore
from imagexplorer.sources.catalogue import Catalogue
from imagexplorer.sources.docker_manifest import join_oci, read_manifest, read_repositories
from imagexplorer.sources.image_file import ImageFile
from imagexplorer.sources.oci_index import read_index
from imagexplorer.sources.oci_layout import LayoutStore
from imagexplorer.sources.outer import CompressedFile, open_outer
from imagexplorer.sources.pinned_file import PinnedFile, not_a_file, refused
from imagexplorer.sources.protocol import ImageSource
from imagexplorer.sources.rootfs import RootfsFile

_ROOT_FOLDERS = frozenset({b"bin", b"etc", b"usr", b"var", b"lib", b"opt", b"home", b"root"})


def open_source(address: Address, control: Control | None = None) -> ImageSource:
    """Raises Unreachable for an engine, NotFound, Refused or Damaged for a path; every error names it."""
    control = control or Control()
    if address.kind == "engine":
        from imagexplorer.sources.engine.connect import open_engine

        return open_engine(address, control)
    path = os.path.abspath(os.path.expanduser(address.location))
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        raise refused(path, error) from error
    address = replace(address, location=path, name=address.name or os.path.basename(path))
    if stat.S_ISDIR(status.st_mode):
        return _open_folder(address)
    if not stat.S_ISREG(status.st_mode):
        raise not_a_file(path, status.st_mode)
    return _open_archive(address, control)


def _open_folder(address: Address) -> ImageSource:
    """An OCI layout, or a docker-save archive that somebody unpacked."""
    path = address.location
    store = LayoutStore(path)
    try:
        layout = "index.json" in store
        if not layout and "manifest.json" not in store:
            why = "it has neither an index.json (OCI layout) nor a manifest.json (docker save)"
            raise Damaged(path, f"there is no image in this folder: {why}", "Of a root file system make a tar: tar -c")
        try:
            catalogue = read_index(store, "oci-layout") if layout else read_manifest(store, "docker-archive")
        except ImagexplorerError as error:
            raise _inside(path, error) from error
        problems = []
        if layout and "oci-layout" not in store:
            problems.append(Problem("oci-layout", "this file is missing from the layout"))
        return _images(address, store, catalogue, problems)
    except BaseException:
        store.close()
        raise


def _open_archive(address: Address, control: Control) -> ImageSource:
    from imagexplorer.sources.tar_scan import scan

    path = address.location
    file = PinnedFile(path, path)
    base: ArchiveBytes = file
    try:
        if file.size == 0:
            raise Damaged(path, "the file is empty")
        if looks_like_report(file.pread(0, HEAD_BYTES)):
            raise WrongUse(
                path, "it is a report of imagexplorer, no image", f"imagexplorer {path} shows it in the window"
            )
        base = open_outer(file, control)
        index = scan(base, where="archive", diff_id="", hash_contents=False, hash_stream=False, control=control)
        if isinstance(base, CompressedFile) and (fault := base.finish()):
            index.columns.meta["problems"] = [*index.columns.meta["problems"], ["archive", fault]]
        store = ArchiveStore(base, index) if _holds_images(index) else None
        catalogue = _catalogue(path, store, index) if store is not None else None
        if store is None or catalogue is None:
            if len(index) == 0 and index.problems:
                problem = index.problems[0]
                raise Damaged(path, problem.reason)
            if len(index) == 0:
                index.columns.meta["problems"] = [["archive", "it is an empty tar: no entries, no image"]]
            if isinstance(base, CompressedFile):
                base.forget()
            return RootfsFile(replace(address, kind="rootfs"), base, file.size, index)
        return _images(address, store, catalogue, list(index.problems))
    except BaseException:
        base.close()
        file.close()
        raise


def _images(address: Address, store: BlobStore, catalogue: Catalogue, problems: list[Problem]) -> ImageSource:
    if not catalogue.images:
        what = "layout" if catalogue.kind == "oci-layout" else "archive"
        why = [f"{problem.where}: {problem.reason}" for problem in (*problems, *catalogue.problems)][:3]
        why += [f"other content: {other}" for other in catalogue.others[: 3 - len(why)]]
        raise Damaged(address.location, f"there is no image in this {what}" + (f" ({'; '.join(why)})" if why else ""))
    return ImageFile(replace(address, kind=catalogue.kind), store, catalogue, problems)


def _holds_images(index: LayerIndex) -> bool:
    return any(_has(index, name) for name in (b"manifest.json", b"index.json", b"repositories"))


def _has(index: LayerIndex, path: bytes) -> bool:
    """Whether an entry has exactly this path, without making an object of every path."""
    blob, start = bytes(index["paths"]), index["path_start"]
    at = blob.find(path)
    while at >= 0:
        row = bisect_left(start, at)
        # Empty paths (the root) share a start with their successor: look at all rows that start here.
        while row < len(index) and start[row] == at:
            if start[row + 1] == at + len(path):
                return True
            row += 1
        at = blob.find(path, at + 1)
    return False


def _catalogue(path: str, store: ArchiveStore, index: LayerIndex) -> Catalogue | None:
    """None for a root file system that happens to hold a file of such a name."""
    try:
        if "manifest.json" in store:
            catalogue = read_manifest(store, "docker-archive")
            if "index.json" in store:
                _add_oci(store, catalogue)
        elif "index.json" in store:
            catalogue = read_index(store, "oci-archive")
        else:
            catalogue = read_repositories(store, "docker-archive")
    except ImagexplorerError as error:
        if _is_root(index):
            return None
        raise _inside(path, error) from error
    return None if not catalogue.images and _is_root(index) else catalogue


def _add_oci(store: ArchiveStore, catalogue: Catalogue) -> None:
    try:
        join_oci(catalogue, read_index(store, catalogue.kind))
    except ImagexplorerError as error:
        catalogue.problems.append(Problem(error.what, error.reason))


def _is_root(index: LayerIndex) -> bool:
    found = {index.path(row) for row in range(min(len(index), 10_000)) if index["kind"][row] == DIR}
    return len(found & _ROOT_FOLDERS) >= 2


def _inside(path: str, error: ImagexplorerError) -> Damaged:
    return Damaged(path, f"{error.what}: {error.reason}" if error.reason else error.what, error.way_out)
