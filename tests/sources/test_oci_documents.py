"""Whatever JSON stands where a manifest, an index or a configuration belongs: an image with problems, or one error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.output.inspection import Question, inspect
from tests import tars
from tests.sources.contract import CONFIG, LAYERS

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["sha256:" + "0" * 64, "../../etc/passwd", "l0.tar", "blobs/sha256/x", "\udcff", "a" * 5000, "\x1b[31m"]
    ),
    st.lists(st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(
        st.sampled_from(["digest", "size", "layers", "os", "config", "manifests"]), st.integers(), max_size=3
    ),
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        found += places(value, (*path, key))
    return found


@st.composite
def twisted(draw: st.DrawFn, document: Any) -> bytes:
    """The document with up to three of its values replaced, removed or doubled."""
    made = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        all_places = places(made)
        if not all_places:
            break
        *above, last = draw(st.sampled_from(all_places))
        holder = made
        for key in above:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(ODD)
        else:
            del holder[last]
    return json.dumps(made).encode("utf-8", "surrogatepass")


BLOBS = [tars.gzipped(layer) for layer in LAYERS]
RAW = tars.dumped(CONFIG)
MANIFEST = tars.oci_manifest(RAW, BLOBS, "gzip")
MANIFEST_RAW = tars.dumped(MANIFEST)
INDEX = tars.oci_index(
    [tars.descriptor(tars.MANIFEST, MANIFEST_RAW, {"a": "b"}, platform={"os": "linux", "architecture": "amd64"})]
)
DOCKER = [{"Config": "c.json", "RepoTags": ["x:1"], "Layers": [f"l{n}.tar" for n in range(4)]}]


def document_of(path: Path) -> Any:
    question = Question(str(path), json=True, entries=True, tree=True, verify=True, cache=False)
    try:
        text = "".join(inspect(question))
    except ImagexplorerError as error:
        return str(path) in error.what
    return json.loads(text)


CHECKED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@CHECKED
@given(manifest=twisted(DOCKER), config=st.just(RAW) | twisted(CONFIG))
def test_docker_documents(tmp_path: Path, manifest: bytes, config: bytes) -> None:
    members = [tars.file(f"l{n}.tar", layer) for n, layer in enumerate(LAYERS)]
    path = tmp_path / "a.tar"
    path.write_bytes(tars.tar([*members, tars.file("c.json", config), tars.file("manifest.json", manifest)]))
    assert document_of(path)


@CHECKED
@given(
    index=st.just(tars.dumped(INDEX)) | twisted(INDEX),
    manifest=twisted(MANIFEST),
    config=st.just(RAW) | twisted(CONFIG),
)
def test_oci_documents(tmp_path: Path, index: bytes, manifest: bytes, config: bytes) -> None:
    blobs = {tars.blob_name(tars.digest(blob)): blob for blob in BLOBS}
    blobs[tars.blob_name(tars.digest(RAW))] = config
    blobs[tars.blob_name(tars.digest(MANIFEST_RAW))] = manifest
    path = tmp_path / "a.tar"
    path.write_bytes(tars.tar([tars.file(name, blob) for name, blob in {**blobs, "index.json": index}.items()]))
    found = document_of(path)
    assert found
    if found is not True and manifest != MANIFEST_RAW:
        assert found["problems"], "a changed manifest is never silent"


@pytest.mark.parametrize("text", ["\u202e", "\x1b]0;x\x07", "<b>x</b>", "a\nb", "\ud800"])
def test_hostile_text_is_kept_as_it_is_in_json_and_escaped_in_text(tmp_path: Path, text: str) -> None:
    config = {**CONFIG, "author": text, "history": [{"created_by": text} for _ in LAYERS]}
    raw = json.dumps(config).encode()
    path = tmp_path / "a.tar"
    path.write_bytes(tars.docker_archive(LAYERS, raw, [f"x:{text}"]))
    found = document_of(path)
    assert found["steps"][0]["instruction"] == text
    assert found["image"]["tags"] == [f"x:{text}"]
    lines = "".join(inspect(Question(str(path), cache=False))).splitlines()
    assert all(line.isprintable() for line in lines)
