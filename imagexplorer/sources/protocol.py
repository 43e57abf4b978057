"""What a source is. An engine, an archive and a layout folder answer the same few questions.

What only an engine can do is `ContainerHost`; a source without one carries None there, which the action rules read.
One contract suite in tests/ runs over every implementation, the proxy to the worker process included.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.copy_plan import CopyPlan
from imagexplorer.core.entities import (
    Address,
    Change,
    CommitSpec,
    Container,
    ContainerDetail,
    DiskUsage,
    Ended,
    EngineInfo,
    Image,
    ImageDetail,
    Touched,
    Volume,
)
from imagexplorer.core.extraction import Report
from imagexplorer.core.file_sides import FileSides
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.manifest_tree import ManifestTree
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.world import World
from imagexplorer.sources.live import LiveHost


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """`verify`: read and hash every byte, so that `LayerIndex.verified` says whether the diff ID matches.
    Without it only what is cheap is hashed: bytes that pass by anyway."""

    verify: bool = False


class ImageSource(Protocol):
    """All methods may block, and raise `core.errors` only. Any thread may call them."""

    @property
    def address(self) -> Address:
        """With its kind settled: engine, docker-archive, oci-archive, oci-layout or rootfs."""
        ...

    @property
    def host(self) -> ContainerHost | None: ...

    def images(self, control: Control) -> Sequence[Image]:
        """The rows of the list: one call or one pass, never one call a row."""
        ...

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:
        """An image by tag, id, id prefix or (files) its position "0", "1", ... Layers and steps, no file is read.

        `platform` is `os/arch[/variant]`. Raises NotFound; WrongUse for a platform that is not there.
        """
        ...

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        """The diff IDs of the layers of an image of the list, base first: what tells which images build on which. No
        history is read and no layer. Raises NotFound."""
        ...

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,
        done: Callable[[int, LayerIndex], None],
        control: Control,
    ) -> ImageDetail:
        """Read the entries of the wanted layers (indexes into `image.layers`), in whichever order is natural, calling
        `done(layer, index)` as each completes. Returns the image as it is now known: an engine's export may
        tell which steps are empty, and problems join `problems`. A layer that cannot be read at all gets an empty
        LayerIndex with its problem; the others are read all the same."""
        ...

    def content_hashes(
        self, image: ImageDetail, layer: int, rows: Sequence[int], index: LayerIndex, control: Control
    ) -> Sequence[int]:
        """xxh3-64 of the content of these rows (regular files) of a layer; 0 where it cannot be read."""
        ...

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:
        """The documents that the image is made of, those about it, and who is said to have made it. What is not known
        stays empty; a document that cannot be read is named in the tree's problems."""
        ...

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:
        """The bytes of a node of that tree, by its `key`; at most 4 MiB. Raises NotFound, Damaged (too long)."""
        ...

    def contents(
        self,
        image: ImageDetail,
        layer: int,
        slices: Sequence[Slice],
        index: LayerIndex,
        take: Callable[[int, bytes], object],
        control: Control,
        visible: bool = False,
    ) -> None:
        """The bytes of regular files of a layer: `take(row, piece)` again and again, the pieces of a row in their
        order. `visible` says that the rows are what the whole image shows at their paths. Raises Damaged, NotFound or
        Refused for what cannot be had, after what could."""
        ...

    def close(self) -> None: ...


class ContainerHost(LiveHost, Protocol):
    """What an engine can do beyond being read. Ids are full ids."""

    def info(self, control: Control) -> EngineInfo: ...

    def containers(self, control: Control, ids: Collection[str] = ()) -> Sequence[Container]:
        """All containers, or just these (those that are gone are left out). One call."""
        ...

    def container(self, reference: str, control: Control) -> ContainerDetail: ...

    def changes(
        self, container_id: str, control: Control, listed: Callable[[Sequence[Change]], object] | None = None
    ) -> Sequence[Change]:
        """The writable layer against the image, with sizes where they can be had in a bounded number of calls. Where
        that takes calls at all, `listed` hears of what changed before."""
        ...

    def written_tar(self, container_id: str, changes: Sequence[Change] | None, control: Control) -> Iterator[bytes]:
        """One tar, in pieces: what `changes` say was written, with modes, owners, links and extended attributes, and
        the folders above; None: the whole tree, which volumes are not part of. What is gone meanwhile is left out."""
        ...

    def patch(self, container_id: str, image_id: str, changes: Sequence[Change], control: Control) -> Iterator[bytes]:
        """What `changes` did to the image's text files and links, as a patch (`core.patch`), in pieces."""
        ...

    def tools(self, container_id: str, changes: Sequence[Change], control: Control) -> frozenset[str]:
        """Which of `core.container_dockerfile`'s places of rm and a shell its image has."""
        ...

    def sides(self, container_id: str, image_id: str, path: str, control: Control) -> FileSides:
        """An absolute path as the image has it ("": not asked) and as the container has it, with the content."""
        ...

    def copied_out(self, container_id: str, paths: Sequence[str], control: Control) -> Iterator[tuple[Any, ...]]:
        """Absolute paths as they are now, each with all below it, told as `core.extraction` has it. What is not there
        is a FAULT. Raises NotFound where the container is gone."""
        ...

    def copy_plan(self, container_id: str, folder: str, chosen: Sequence[str], control: Control) -> CopyPlan:
        """What copying `chosen` (absolute paths of this machine) into a folder of the container would do. Raises
        Refused where it cannot be done."""
        ...

    def copied_in(self, container_id: str, plan: CopyPlan, control: Control) -> Report:
        """Do it. No link of this machine is followed; what could not be read is skipped, in the report."""
        ...

    def holdings(self, control: Control, usage: bool = True) -> World:
        """All that a delete could touch, sizes of layers apart. Two calls, and one an image where its own file of the
        configuration cannot be read. Without `usage`, which may take long, no build cache and no sum."""
        ...

    def layer_sizes(self, image_id: str, control: Control) -> Sequence[int | None]:
        """Of the layers of an image from the base up, by the engine's own measure; None where that is not told."""
        ...

    def disk_usage(self, control: Control) -> DiskUsage: ...

    def writable_sizes(self, control: Control) -> dict[str, int]:
        """Writable bytes by container id, from one call."""
        ...

    def events(self, control: Control) -> Iterator[Touched]:
        """Blocks; yields what changed, and first an empty Touched once it listens: what is listed after that misses
        nothing. Ends only by Cancelled or Unreachable: an end of the stream is a loss."""
        ...

    def run(self, spec: RunSpec, control: Control) -> str:
        """Create and start; returns the container's id, whether it is detached or not."""
        ...

    def create(self, spec: RunSpec, control: Control) -> str:
        """As `run`, and does not start it."""
        ...

    def run_attached(self, spec: RunSpec, control: Control) -> Ended:
        """As `run`, and waits for its end. Cancelling stops nothing: the container goes on."""
        ...

    def start(self, container_id: str, control: Control) -> None: ...

    def stop(self, container_id: str, control: Control, timeout: int | None = None, signal: str = "") -> None:
        """`timeout` seconds until it is killed and `signal` before: None and "" leave them to the container."""
        ...

    def restart(self, container_id: str, control: Control, timeout: int | None = None) -> None: ...

    def kill(self, container_id: str, control: Control, signal: str = "SIGKILL") -> None: ...
    def pause(self, container_id: str, control: Control) -> None: ...
    def unpause(self, container_id: str, control: Control) -> None: ...
    def rename(self, container_id: str, name: str, control: Control) -> None: ...

    def replace(self, container_id: str, spec: RunSpec, control: Control) -> str:
        """A new container in the old one's place; returns its id. The old one is stopped and kept, as
        `core.run_spec.kept_name` where its name was wanted; where the new one does not come up all is undone."""
        ...

    def commit(self, spec: CommitSpec, control: Control) -> str:
        """Returns the new image's id."""
        ...

    def remove_container(
        self, container_id: str, control: Control, force: bool = False, volumes: bool = False
    ) -> None: ...

    def saved(self, image_id: str, control: Control) -> Iterator[bytes]:
        """One archive, in pieces, which holds the image without its names."""
        ...

    def load(self, path: str, image_id: str, control: Control) -> str:
        """Such an archive back into the engine; returns the id that the image has now. Raises Refused."""
        ...

    def volume(self, name: str, control: Control) -> Volume:
        """With what it takes to make one like it. Raises NotFound."""
        ...

    def remove_volume(self, name: str, control: Control, created: str = "") -> None:
        """Raises Refused where a container uses it, and where it is not the one that was `created` then ("": any)."""
        ...

    def volume_saved(self, name: str, control: Control) -> Iterator[bytes]:
        """Its content as a tar, in pieces. Raises Refused where the engine has no image, through which it is read."""
        ...

    def volume_restored(self, like: Volume, path: str, control: Control) -> None:
        """A volume like that one, with the content of such a tar. Raises Refused where there is one of its name."""
        ...

    def prune_build_cache(self, control: Control) -> int:
        """Delete all of the builder's cache that no build uses; how many bytes came free, in the engine's words."""
        ...

    def tag(self, image_id: str, name: str, control: Control) -> None:
        """One more name (`repository:tag`); it is taken from the image that has it."""
        ...

    def untag(self, image_id: str, name: str, control: Control) -> None:
        """Take a name off an image that has others. Raises Refused for its last, or where it is another's by now."""
        ...

    def remove_image(self, reference: str, control: Control, force: bool = False, image_id: str = "") -> Sequence[str]:
        """Delete an image by id, or a tag by name. Returns what went, in the engine's words ("Untagged: x").
        `image_id` is what was meant: Refused where the tag is another image's by now, or the id got a tag."""
        ...
