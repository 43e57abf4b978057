"""An image's page: at once what is known, files when they are read, and every way in which that may fail."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from imagexplorer.core.entities import ALL, Problem, Touched
from imagexplorer.core.errors import Refused, Unreachable
from imagexplorer.core.text import human_size
from imagexplorer.models.stack_model import EMPTY, LAYER
from tests.fake_engine import BASE, FakeEngine
from tests.fakes import FakeSource
from tests.views.pages import Pages, paths


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


@pytest.fixture
def image(engine):
    return next(image for image in engine.images.values() if "myapp:dev" in image.tags)


def ready(page, qtbot):
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.tree)


def test_layers_and_steps_stand_before_files(pages, engine, image, qtbot):
    engine.gate["build"] = threading.Event()
    page = pages.open_image(image)
    qtbot.waitUntil(lambda: page.detail is not None)
    kinds = [slab.kind for slab in page.stack.view.stack.slabs() if slab.kind in (EMPTY, LAYER)]
    assert kinds == [EMPTY, LAYER, LAYER, LAYER]
    assert page.stack.view.current_slab().below == 2
    assert page.files.body.currentWidget() is page.files.waiting
    engine.gate["build"].set()
    ready(page, qtbot)
    assert "app/main.py" in paths(page.files.tree.files)
    assert page.files.busy.isHidden()


def test_what_the_list_learns_later_stands_over_the_page_too(pages, engine, image, qtbot):
    page = pages.open_image(replace(image, unique_bytes=None))
    ready(page, qtbot)
    qtbot.waitUntil(lambda: "its own" in page.header.facts.whole())


def test_what_is_wasted_stands_over_the_page(pages, image, qtbot):
    """Whichever layer is looked at, and while a filter is set."""
    page = pages.open_image(image)
    ready(page, qtbot)
    files = sum(totals.stored_bytes for totals in page.totals.values())
    wasted = f"{human_size(files - page.files.tree.files.view.size[0])} wasted"
    assert wasted in page.header.facts.whole()
    page.stack.view.select_layer(0)
    qtbot.waitUntil(lambda: "app" not in paths(page.files.tree.files))
    qtbot.keyClicks(page.files.filter.paths.edit, "motd")
    qtbot.waitUntil(lambda: paths(page.files.tree.files) == {"etc", "etc/motd"})
    assert wasted in page.header.facts.whole()


def test_a_long_wait_shows_progress_and_can_be_cancelled(pages, engine, image, qtbot):
    engine.gate["build"] = threading.Event()
    page = pages.open_image(image)
    qtbot.waitUntil(lambda: page.files.waiting._inner.isVisible())
    assert "myapp:dev" in page.files.waiting.title.text()
    qtbot.mouseClick(page.files.waiting.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.empty)
    assert page.files.empty.title.text() == "Reading was cancelled"
    engine.gate.clear()
    page.files.retry()
    ready(page, qtbot)


def test_another_layer_is_another_tree(pages, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    assert "app/main.py" in paths(page.files.tree.files)
    page.stack.view.select_layer(0)
    qtbot.waitUntil(lambda: "app" not in paths(page.files.tree.files))
    assert "etc/motd" in paths(page.files.tree.files)
    page.stack.view.select_layer(1)
    page.files.one_layer.click()
    qtbot.waitUntil(lambda: paths(page.files.tree.files) == {"app", "app/main.py", "app/data.bin", "etc", "etc/motd"})
    marks = {row: page.files.tree.files.find(row).siblingAtColumn(3).data() for row in (b"app/main.py", b"etc/motd")}
    assert marks == {b"app/main.py": "A", b"etc/motd": "M"}


def test_keys_walk_the_stack(pages, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    before = page.stack.view.current_slab()
    qtbot.keyClick(page.stack.view, Qt.Key.Key_Down)
    assert page.stack.view.current_slab().below == before.below - 1
    qtbot.keyClick(page.stack.view, Qt.Key.Key_End)
    assert page.stack.view.current_slab().below == 0
    qtbot.waitUntil(lambda: "app" not in paths(page.files.tree.files))


def test_the_filter_opens_what_it_finds_and_gives_back_what_was_open(pages, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    tree = page.files.tree
    tree.expand(tree.files.find(b"etc"))
    page.focus_filter()
    qtbot.keyClicks(page.files.filter.paths.edit, "main")
    qtbot.waitUntil(lambda: paths(tree.files) == {"app", "app/main.py"})
    assert tree.isExpanded(tree.files.find(b"app"))
    assert page.files.filter.results.words.text() == "1 hit, 15 Bytes"
    qtbot.keyClick(page.files.filter.paths.edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "etc/motd" in paths(tree.files))
    assert tree.isExpanded(tree.files.find(b"etc"))
    assert not tree.isExpanded(tree.files.find(b"app"))
    qtbot.keyClicks(page.files.filter.paths.edit, "no such path")
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.empty)
    assert page.files.empty.title.text() == "No file matches"


def test_marks_filter_and_count(pages, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    chips = page.files.filter.marks
    texts = [button.text() for button in chips._buttons.values()]
    assert texts == ["A 0", "M 0", "D 1", "O 1"]
    chips._buttons[3].click()
    qtbot.waitUntil(lambda: paths(page.files.tree.files) == {"app", "app/data.bin"})
    assert [button.text() for button in chips._buttons.values()] == texts


def test_sorting_asks_for_the_largest_first(pages, image, qtbot, engine):
    page = pages.open_image(image)
    ready(page, qtbot)
    page.files.tree.reveal(b"app/main.py")
    page.files.tree.header().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: page.files.tree.files.index(0, 0).data() == "bin")
    assert page.files.spec.descending
    assert engine.called("view")[-1][0].sort == "size"


def test_details_follow_the_selected_file(pages, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    page.files.tree.reveal(b"app/main.py")
    details = page.files.details
    assert details.path.whole() == "/app/main.py"
    assert "user 1000, group 0" in details.facts.whole()
    assert "layer 2: COPY layer2 /" in details.origin.whole()
    details.copy.click()
    assert QGuiApplication.clipboard().text() == "/app/main.py"


def test_an_error_says_why_and_offers_the_way_out(pages, engine, image, qtbot):
    engine.fail["build"] = Refused("myapp:dev", "no space left on device")
    page = pages.open_image(image)
    qtbot.waitUntil(lambda: page.files.empty.title.text() == "The files cannot be shown")
    assert "no space left on device" in page.files.empty.text.text()
    kinds = [slab.kind for slab in page.stack.view.stack.slabs()]
    assert (kinds.count(LAYER), kinds.count(EMPTY)) == (3, 1), "layers and steps stay"
    del engine.fail["build"]
    page.files.retry()
    ready(page, qtbot)


def test_an_image_that_cannot_be_read_at_all(pages, engine, image, qtbot):
    engine.fail["image"] = Refused("myapp:dev", "<b>broken</b>")
    page = pages.open_image(image)
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.empty)
    assert "<b>broken</b>" in page.files.empty.text.text()
    assert page.files.empty.text.textFormat() == Qt.TextFormat.PlainText


def test_a_lost_engine_is_asked_again_when_it_is_back(pages, engine, image, qtbot):
    engine.fail["build"] = Unreachable("local", "connection refused")
    page = pages.open_image(image)
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.empty)
    del engine.fail["build"]
    pages.session.retry(pages.key)
    ready(page, qtbot)


def test_an_image_that_is_deleted_elsewhere(pages, engine, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    del engine.images[image.id]
    engine.emit(Touched(images=frozenset({image.id})))
    qtbot.waitUntil(lambda: page.gone)
    assert "no longer there" in page.notice.text.whole()
    assert page.notice.isVisible()
    assert page.selection().images == ()
    assert "app/main.py" in paths(page.files.tree.files), "what was read stays"


def test_a_new_tag_shows_without_reading_again(pages, engine, image, qtbot):

    page = pages.open_image(image)
    ready(page, qtbot)
    builds = len(engine.called("build"))
    engine.images[image.id] = replace(image, tags=("other:1", *image.tags))
    engine.emit(Touched(images=frozenset({ALL})))
    qtbot.waitUntil(lambda: page.header.title.whole() == "other:1")
    qtbot.wait(100)
    assert len(engine.called("build")) == builds


def test_problems_are_seen(pages, engine, image, qtbot, monkeypatch):
    whole = FakeSource.image

    def damaged(self, reference, control, platform=""):

        found = whole(self, reference, control, platform)
        return replace(found, problems=(Problem("layer 2", "cut off"), Problem("layer 1", "digest does not match")))

    monkeypatch.setattr(FakeSource, "image", damaged)
    page = pages.open_image(image)
    ready(page, qtbot)
    assert page.problems.isVisible()
    assert page.problems.text.whole() == "2 problems, the first: layer 2: cut off"
    page.problems.unfold.click()
    assert page.problems.all.count() == 2


def test_files_open_the_same_page(pages, qtbot):
    content = FakeEngine.single()
    key = pages.open_file("app.tar", content)
    image = next(iter(content.images.values()))
    page = pages.open_image(image, key)
    ready(page, qtbot)
    assert "app/main.py" in paths(page.files.tree.files)
    assert not page.selection().live
    assert page.selection().source == key


def test_an_image_without_layers(pages, engine, qtbot):
    empty = engine.add_image("scratch:1", layers=())
    page = pages.open_image(empty)
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.empty)
    assert page.files.empty.title.text() == "No layers"


def test_a_closed_page_asks_nothing_more(pages, engine, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    asked = engine.called("image").count((image.id,))
    page.close()
    engine.emit(Touched(images=frozenset({image.id})))
    qtbot.wait(500)
    assert engine.called("image").count((image.id,)) == asked


def test_two_pages_of_one_image_do_not_take_each_other_s_answers(pages, image, qtbot):
    one, two = pages.open_image(image), pages.open_image(image)
    ready(one, qtbot)
    ready(two, qtbot)
    two.stack.view.select_layer(0)
    qtbot.waitUntil(lambda: "app" not in paths(two.files.tree.files))
    assert "app/main.py" in paths(one.files.tree.files)


def test_a_wide_layer_stays_whole(pages, engine, qtbot):
    from tests.fake_trees import FakeFile

    wide = tuple(FakeFile(f"d/{n:05}", b"x") for n in range(2000))
    page = pages.open_image(engine.add_image("wide:1", layers=(BASE, wide)))
    ready(page, qtbot)
    tree = page.files.tree
    folder = tree.files.find(b"d")
    tree.expand(folder)
    assert tree.files.rowCount(folder) == 2000


def test_what_was_not_hashed_is_verified_after_the_tree_is_shown(pages, engine, qtbot, monkeypatch):
    def made(address, control):
        source = FakeSource(pages.world.files[address.location], address, host=False)
        source.unverified = {0, 1, 2}
        source.wrong = {1: "its digest is another one"}
        return source

    monkeypatch.setattr(pages.session, "_open_address", made)
    content = FakeEngine.single()
    gate = content.gate["verify"] = threading.Event()
    key = pages.open_file("app.tar", content)
    page = pages.open_image(next(iter(content.images.values())), key)
    ready(page, qtbot)
    assert page.problems.isHidden()
    qtbot.waitUntil(lambda: pages.session.jobs.in_lane(page.lane + "verify") is not None)
    gate.set()
    qtbot.waitUntil(lambda: pages.session.checking.idle)
    assert not page.problems.isHidden()
    assert "its digest is another one" in page.problems.text.whole()
    slabs = {slab.below: slab for slab in page.stack.view.stack.slabs() if slab.kind == LAYER}
    assert [(slabs[number].verified, slabs[number].problems) for number in range(3)] == [
        (True, 0),
        (False, 1),
        (True, 0),
    ]
    assert slabs[1].size_bytes  # what was read before stays
    assert page.problems.all.count() == 2  # of the layer, and of the image
    page.refresh()
    qtbot.waitUntil(
        lambda: len(content.called("image")) > 1 and pages.session.jobs.in_lane(page.lane + "detail") is None
    )
    assert page.problems.all.count() == 2


def test_a_closed_page_is_not_verified(pages, engine, qtbot, monkeypatch):
    def made(address, control):
        source = FakeSource(pages.world.files[address.location], address, host=False)
        source.unverified = {0}
        return source

    monkeypatch.setattr(pages.session, "_open_address", made)
    content = FakeEngine.single()
    gate = content.gate["verify"] = threading.Event()
    key = pages.open_file("app.tar", content)
    page = pages.open_image(next(iter(content.images.values())), key)
    qtbot.waitUntil(lambda: pages.session.jobs.in_lane(page.lane + "verify") is not None)
    page.close()
    assert pages.session.checking.idle
    gate.set()


def test_another_reading_ends_the_verification_of_the_one_before(pages, engine, qtbot, monkeypatch):
    def made(address, control):
        source = FakeSource(pages.world.files[address.location], address, host=False)
        source.unverified = {0}
        return source

    monkeypatch.setattr(pages.session, "_open_address", made)
    content = FakeEngine.single()
    gate = content.gate["verify"] = threading.Event()
    key = pages.open_file("app.tar", content)
    page = pages.open_image(next(iter(content.images.values())), key)
    qtbot.waitUntil(lambda: pages.session.jobs.in_lane(page.lane + "verify") is not None)
    content.gate["build"] = threading.Event()
    page.read_layers(page.detail)
    assert pages.session.checking.idle
    gate.set()
    content.gate["build"].set()
    qtbot.waitUntil(lambda: {slab.verified for slab in page.stack.view.stack.slabs() if slab.kind == LAYER} == {True})


def test_what_a_path_held_is_asked_again_where_it_could_not_be_read(pages, engine, image, qtbot):
    page = pages.open_image(image)
    ready(page, qtbot)
    engine.fail["story"] = Unreachable("reading", "the reader process ended", "Try again")
    page.files.tree.reveal(b"app/main.py")
    empty = page.path.preview.empty
    qtbot.waitUntil(lambda: empty.title.text() == "The content cannot be shown")
    del engine.fail["story"]
    (again,) = empty.findChildren(QPushButton)
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty.title.text() == "Nothing to show")
