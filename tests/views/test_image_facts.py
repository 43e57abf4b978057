"""Which size is which, in the line over an image."""

from __future__ import annotations

from imagexplorer.core.entities import Image, ImageDetail, Layer, LayerTotals
from imagexplorer.core.text import exact_size
from imagexplorer.views.image_facts import image_facts, merged

LAYERS = (Layer(0, "sha256:a"), Layer(1, "sha256:b"))
TOTALS = {0: LayerTotals(0, 1_000_000, 3, 4), 1: LayerTotals(1, 100_000, 1, 1)}
PACKED = Image("sha256:1", ("app:1",), size_bytes=400_000)


def test_a_files_image_says_files_and_stored() -> None:
    facts, about = image_facts(PACKED, ImageDetail(PACKED, LAYERS), TOTALS, True)
    assert facts[:2] == ["1.1 MB of files", "400 kB as stored"]
    assert "1,100,000" in about
    assert "400,000" in about


def test_files_are_summed_only_when_all_layers_were_read() -> None:
    facts, _about = image_facts(PACKED, ImageDetail(PACKED, LAYERS), {0: TOTALS[0]}, True)
    assert facts[0] == "400 kB as stored"


def test_what_the_engine_says_stands_beside_another_sum_only() -> None:
    other, _about = image_facts(PACKED, ImageDetail(PACKED, LAYERS), TOTALS, False)
    assert other[:2] == ["400 kB", "1.1 MB of files"]
    same = Image("sha256:1", size_bytes=1_100_004)
    facts, about = image_facts(same, ImageDetail(same, LAYERS), TOTALS, False)
    assert facts[0] == "1.1 MB of files"
    assert "what the engine says" in about
    assert not any("kB" in fact for fact in facts)


def test_what_is_wasted_is_told_once_it_is_known() -> None:
    facts, about = image_facts(PACKED, ImageDetail(PACKED, LAYERS), TOTALS, True, 900_000)
    assert "200 kB wasted" in facts
    assert "200,000 bytes: hidden" in about
    for totals, visible in ((TOTALS, None), (TOTALS, 1_100_000), ({0: TOTALS[0]}, 900_000)):
        facts, _about = image_facts(PACKED, ImageDetail(PACKED, LAYERS), totals, True, visible)
        assert not any("wasted" in fact for fact in facts)


def test_other_tags_are_named_and_bounded() -> None:
    many = Image("sha256:1", tuple(f"app:{number}" for number in range(9)))
    facts, _about = image_facts(many, None, {}, False)
    assert facts[-1] == "also app:1, app:2, app:3, app:4, app:5 …"


def test_sizes_are_those_of_the_list_where_it_has_them() -> None:
    listed = Image("sha256:1", size_bytes=68, unique_bytes=54)
    known = merged(Image("sha256:1", size_bytes=33), listed)
    assert (known.size_bytes, known.unique_bytes) == (68, 54)
    assert merged(Image("sha256:1", size_bytes=33), Image("sha256:1")).size_bytes == 33


def test_one_byte_is_one() -> None:
    assert [exact_size(size) for size in (0, 1, 1234)] == ["0 bytes", "1 byte", "1,234 bytes"]
