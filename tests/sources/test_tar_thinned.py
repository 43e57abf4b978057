"""A tar that streams by without some of its files: exactly those are gone, and where it is odd, none."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.sources.tar_thinned import Thinned

CONTENTS = (b"", b"a", b"b" * 511, b"c" * 512, b"d" * 1500, bytes(1024), bytes(5000))


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def archive(contents: Sequence[bytes], long: bool = False) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for number, content in enumerate(contents):
            folder = tarfile.TarInfo(f"{number}")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
            member = tarfile.TarInfo(f"{number}/" + "layer" * (40 if long else 1))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def through(raw: bytes, size: int, without: Collection[str]) -> tuple[bytes, set[str]]:
    thinned = Thinned((raw[at : at + size] for at in range(0, len(raw), size)), without)
    out = bytearray()
    for part in thinned.parts():
        if isinstance(part, int):
            del out[-part:]
        else:
            out += part
    assert not thinned.undecided
    return bytes(out), thinned.left_out


@given(
    st.lists(st.sampled_from(CONTENTS), max_size=6),
    st.sets(st.sampled_from(CONTENTS)),
    st.integers(1, 5000),
    st.booleans(),
)
def test_exactly_the_files_of_these_digests_are_gone(
    contents: list[bytes], gone: set[bytes], size: int, long: bool
) -> None:
    out, left_out = through(archive(contents, long), size, [digest(each) for each in gone])
    with tarfile.open(fileobj=io.BytesIO(out)) as tar:
        files = {member.name[0]: tar.extractfile(member).read() for member in tar if member.isfile()}  # type: ignore[union-attr]
    never = {b""}  # holds no bytes
    missing = {str(number): content for number, content in enumerate(contents) if str(number) not in files}
    assert all(content in gone - never for content in missing.values())
    assert left_out == {digest(content) for content in missing.values()}
    assert left_out == {digest(content) for content in contents if content in gone - never}
    assert all(contents[int(name)] == content for name, content in files.items())
    assert out.endswith(bytes(1024))


@given(st.lists(st.sampled_from(CONTENTS), min_size=1, max_size=4), st.data())
def test_what_is_cut_or_no_tar_passes_whole_but_for_what_was_seen_whole(
    contents: list[bytes], data: st.DataObject
) -> None:
    raw = archive(contents)
    cut = raw[: data.draw(st.integers(0, len(raw)))]
    out, left_out = through(cut, 700, [digest(b"never there")])
    assert (out, left_out) == (cut, set())
    noise = data.draw(st.binary(max_size=1500))
    assert through(noise, 300, [digest(noise)]) == (noise, set())
