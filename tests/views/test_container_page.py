"""A container's page: what it changed, and how it follows the engine."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from imagexplorer.core.entities import ADDED, Change, Mount, Touched, short_id
from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.core.live import Sample
from imagexplorer.core.moments import marked
from imagexplorer.core.text import human_size
from imagexplorer.models.stack_model import LAYER, WRITABLE
from imagexplorer.views import container_changes, moments_bar
from imagexplorer.views.stats_tab import StatsTab
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages, paths


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


def ready(page, qtbot):
    qtbot.waitUntil(lambda: page.changes.body.currentWidget() is page.changes.tree)


def test_changes_beside_the_lit_slab(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    qtbot.waitUntil(lambda: page.stack.view.stack.rowCount() > 1)
    slabs = page.stack.view.stack.slabs()
    assert [slab.kind for slab in slabs if slab.kind in (WRITABLE, LAYER)] == [WRITABLE, LAYER, LAYER, LAYER]
    assert page.stack.view.current_slab().kind == WRITABLE
    model = page.changes.tree.files
    assert paths(model) == {"app", "app/cache.db", "etc", "etc/motd", "etc/passwd"}
    marks = {path: model.find(path).siblingAtColumn(3).data() for path in (b"app/cache.db", b"etc/motd", b"etc/passwd")}
    assert marks == {b"app/cache.db": "A", b"etc/motd": "D", b"etc/passwd": "M"}
    assert [button.text() for button in page.changes.filter.marks._buttons.values()] == ["A 1", "M 2", "D 1"]
    assert model.find(b"etc/motd").siblingAtColumn(1).data() == "–", "an engine does not say its size"


def test_what_the_engine_made_is_folded_away(pages, engine, qtbot):
    web = engine.named("web")
    own = [Change("/run", ADDED, engines=True), Change("/run/secrets", ADDED, engines=True)]
    engine.changed[web.id] = (*engine.changed[web.id], *own)
    page = pages.open_container(web)
    ready(page, qtbot)
    assert "run" not in paths(page.changes.tree.files)
    assert page.changes.engines.isVisibleTo(page)
    assert page.changes.engines.text().endswith("own 2")
    page.changes.engines.click()
    qtbot.waitUntil(lambda: "run/secrets" in paths(page.changes.tree.files))
    page.changes.engines.click()
    qtbot.waitUntil(lambda: "run" not in paths(page.changes.tree.files))


def test_what_is_mounted_is_said_not_to_be_in_here(pages, engine, qtbot):
    plain = pages.open_container(engine.named("web"))
    assert not plain.changes.mounts.isVisibleTo(plain)
    mounts = (Mount("volume", "data", "/var/lib/data"), Mount("bind", "/srv/<b>x</b>", "/srv", writable=False))
    web = engine.containers[engine.named("web").id] = replace(engine.named("web"), mounts=mounts)
    page = pages.open_container(web)
    assert page.changes.mounts.isVisibleTo(page)
    assert "2 mounts" in page.changes.mounts.words.text()
    assert "commit" in page.changes.mounts.words.text()
    table = page.changes.mounts.table.records
    shown = [[table.index(row, at).data() for at in range(4)] for row in range(2)]
    assert ["/srv", "bind", "/srv/<b>x</b>", "read only"] in shown
    header = page.changes.mounts.table.horizontalHeader()
    qtbot.waitUntil(lambda: header.viewport().width() > 0 and header.length() == header.viewport().width())
    ready(page, qtbot)


def test_what_changed_inside_a_file_stands_below(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    page.changes.tree.reveal(b"etc/passwd")
    qtbot.waitUntil(lambda: "+new /etc/passwd" in page.changes.content.text.toPlainText())
    image = engine.named("web").image_id
    assert [call for call in engine.calls if call[0] == "change_shown"][-1] == (
        "change_shown",
        (engine.named("web").id, image, "/etc/passwd", False),
    )
    page.changes.tree.reveal(b"app/cache.db")
    qtbot.waitUntil(lambda: "/app/cache.db" in page.changes.content.text.toPlainText())
    asked = [call for call in engine.calls if call[0] == "change_shown"]
    assert asked[-1][1][1] == "", "the image has nothing there"
    page.changes.tree.reveal(b"etc")
    assert page.changes.content.shown is None
    engine.fail["change_shown"] = Refused("file", "its name is no UTF-8")
    page.changes.tree.reveal(b"etc/motd")
    qtbot.waitUntil(lambda: "UTF-8" in page.changes.content.empty.text.text())


def test_state_has_a_shape_and_words(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    assert page.header.state.text() == "running"
    assert not page.header.state_icon.pixmap().isNull()
    assert "8080 -> 80" in page.header.facts.whole()
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: page.header.state.text() == "exited")
    assert page.selection().containers[0].state == "exited"
    engine.set_state("web", "created")
    qtbot.waitUntil(lambda: page.header.facts.whole().startswith("last started "))


def test_only_what_was_added(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    page.changes.filter.marks._buttons[1].click()
    qtbot.waitUntil(lambda: paths(page.changes.tree.files) == {"app", "app/cache.db"})
    assert "1 hit" in page.changes.filter.results.words.text()


def test_new_changes_come_by_themselves_and_nothing_jumps(pages, engine, qtbot):
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    page.changes.tree.reveal(b"etc/passwd")
    engine.changed[web.id] = (*engine.changed[web.id], Change("/etc/new", ADDED, 5, "file"))
    engine.emit(Touched(containers=frozenset({web.id})))
    qtbot.waitUntil(lambda: "etc/new" in paths(page.changes.tree.files))
    assert page.changes.tree.isExpanded(page.changes.tree.files.find(b"etc"))


def test_what_is_open_and_selected_stays_when_another_folder_comes_before_it(pages, engine, qtbot):
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    tree = page.changes.tree
    tree.reveal(b"etc/passwd")
    engine.changed[web.id] = (Change("/aa", ADDED, node="dir"), Change("/aa/new", ADDED, 5), *engine.changed[web.id])
    engine.emit(Touched(containers=frozenset({web.id})))
    qtbot.waitUntil(lambda: "aa" in paths(tree.files))
    assert tree.selected_row().path == b"etc/passwd"
    opened = [name for name in (b"aa", b"app", b"etc") if tree.isExpanded(tree.files.find(name))]
    assert opened == [b"etc"]


def test_who_scrolled_on_is_not_taken_back_to_what_is_selected(pages, engine, qtbot):
    web = engine.named("web")
    engine.changed[web.id] = tuple(Change(f"/f{number:03}", ADDED, 1, "file") for number in range(300))
    page = pages.open_container(web)
    ready(page, qtbot)
    tree = page.changes.tree
    tree.reveal(b"f000")
    bar = tree.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum() // 2)
    at = bar.value()
    engine.changed[web.id] = (*engine.changed[web.id], Change("/g", ADDED, 5))
    engine.emit(Touched(containers=frozenset({web.id})))
    qtbot.waitUntil(lambda: "g" in paths(tree.files))
    assert (tree.selected_row().path, bar.value()) == (b"f000", at)


def test_what_a_running_container_writes_comes_without_an_event(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(container_changes, "LOOK_EVERY_MS", 20)
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    for _attempt in range(20):  # lists that come in meanwhile have the page ask, and draw, once more
        view = page.changes.tree.files.view
        for _look in range(3):
            qtbot.waitSignal(page.changes._again.timeout).wait()
        if page.changes.tree.files.view is view:
            break
    assert page.changes.tree.files.view is view, "nothing new: nothing is drawn again"
    engine.changed[web.id] = (*engine.changed[web.id], Change("/etc/new", ADDED, 5, "file"))
    qtbot.waitUntil(lambda: "etc/new" in paths(page.changes.tree.files))
    total = human_size(int(page.changes.tree.files.view.size[0]))
    assert f"{total} written" in page.header.facts.whole()
    assert page.stack.view.stack.slabs()[0].size_bytes == page.changes.tree.files.view.size[0]


def test_out_of_sight_a_container_is_not_looked_at(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(container_changes, "LOOK_EVERY_MS", 20)
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    page.hide()
    qtbot.waitUntil(lambda: not page.changes._again.isActive())
    engine.changed[web.id] = (*engine.changed[web.id], Change("/etc/new", ADDED, 5, "file"))
    page.show()
    qtbot.waitUntil(lambda: "etc/new" in paths(page.changes.tree.files))


def test_nothing_changed_is_said(pages, engine, qtbot):
    old = engine.named("old")
    engine.changed[old.id] = ()
    page = pages.open_container(old)
    qtbot.waitUntil(lambda: page.changes.empty.title.text() == "Nothing changed")


def test_removed_elsewhere(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: page.gone)
    assert page.header.state.text() == "removed"
    assert page.notice.isVisible()
    assert page.selection().containers == ()
    assert "etc/passwd" in paths(page.changes.tree.files), "what was read stays"


def test_errors_offer_the_way_out(pages, engine, qtbot):
    engine.fail["changes_view"] = Refused("web", "the container is marked for removal")
    page = pages.open_container(engine.named("web"))
    qtbot.waitUntil(lambda: page.changes.empty.title.text() == "The changes cannot be shown")
    assert "marked for removal" in page.changes.empty.text.text()
    del engine.fail["changes_view"]
    page.changes._retry()
    ready(page, qtbot)


def test_errors_say_the_name_where_the_engine_was_asked_by_id(pages, engine, qtbot):
    container = engine.named("web")
    engine.fail["changes_view"] = Refused(f"changes of container {short_id(container.id)}", "no such container")
    page = pages.open_container(container)
    qtbot.waitUntil(lambda: page.changes.empty.title.text() == "The changes cannot be shown")
    assert "changes of container web: no such container" in page.changes.empty.text.text()


def test_asked_again_when_the_engine_is_back(pages, engine, qtbot):
    engine.fail["changes_view"] = Unreachable("local", "connection refused")
    page = pages.open_container(engine.named("web"))
    qtbot.waitUntil(lambda: page.changes.body.currentWidget() is page.changes.empty)
    del engine.fail["changes_view"]
    pages.session.retry(pages.key)
    ready(page, qtbot)


def test_an_image_that_is_gone_leaves_the_changes(pages, engine, qtbot):
    engine.fail["image"] = NotFound("myapp:dev", "no such image")
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    qtbot.waitUntil(lambda: "no such image" in page.stack.view.stack.slabs()[0].instruction)
    assert page.stack.view.stack.rowCount() == 1


def test_a_long_comparison_can_be_cancelled(pages, engine, qtbot):
    engine.gate["changes_view"] = threading.Event()
    page = pages.open_container(engine.named("web"))
    qtbot.waitUntil(lambda: page.changes.waiting._inner.isVisible())
    qtbot.mouseClick(page.changes.waiting.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.changes.empty.title.text() == "Reading was cancelled")


def test_a_double_click_on_a_slab_opens_the_image(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    qtbot.waitUntil(lambda: page.stack.view.stack.rowCount() > 1)
    wanted = []
    pages.session.page_wanted.connect(lambda kind, record: wanted.append((kind, record.name)))
    page.stack.view.select_layer(0)
    page.stack.view.doubleClicked.emit(page.stack.view.currentIndex())
    assert wanted == [("image", "myapp:dev")]


def test_the_header_follows_cpu_and_memory_while_the_page_is_seen(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    name = ("stats", engine.named("web").id)
    qtbot.waitUntil(lambda: name in engine.live.open)
    engine.live.use(name[1], Sample(5.0, 2.0, 4, 64_000_000, 512_000_000))
    qtbot.waitUntil(lambda: "CPU 2.0 %" in page.header.facts.text())
    assert "RAM 64 MB of 512 MB" in page.header.facts.text()
    stats = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if isinstance(each, StatsTab))
    page.tabs.setCurrentWidget(stats)
    qtbot.waitUntil(lambda: engine.live.begun.count(name) == 2 and engine.live.open.count(name) == 1)
    engine.live.use(name[1], Sample(6.0, 3.0, 4, 64_000_000, 512_000_000))
    qtbot.waitUntil(lambda: "CPU 3.0 %" in page.header.facts.text())
    page.hide()
    qtbot.waitUntil(lambda: name not in engine.live.open)
    page.tabs.setCurrentIndex(0)
    page.show()
    qtbot.waitUntil(lambda: name in engine.live.open)
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: name not in engine.live.open and "CPU" not in page.header.facts.text())


def test_what_happens_to_a_container_out_of_sight_begins_no_stream(pages, engine, qtbot):
    web = engine.named("web")
    page = pages.open_container(web)
    stats = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if isinstance(each, StatsTab))
    page.tabs.setCurrentWidget(stats)
    qtbot.waitUntil(lambda: engine.live.open == [("stats", web.id)])
    page.hide()
    qtbot.waitUntil(lambda: not engine.live.open)
    begun, asked = len(engine.live.begun), len(engine.called("container"))
    engine.emit(Touched(containers=frozenset({web.id})))
    qtbot.waitUntil(lambda: len(engine.called("container")) > asked)
    assert (len(engine.live.begun), engine.live.open) == (begun, [])
    page.show()
    qtbot.waitUntil(lambda: engine.live.open == [("stats", web.id)])


def test_what_changed_since_a_moment(pages, engine, qtbot):
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    changes, bar = page.changes, page.changes.moments
    qtbot.waitUntil(lambda: bar.what.count() == 2)
    assert bar.what.itemText(1).startswith("opened ")
    log = Change("/var/log", ADDED, 100, "file")
    engine.changed[web.id] = (*engine.changed[web.id], log)
    engine.now += 60
    bar.mark.click()
    qtbot.waitUntil(lambda: bar.what.count() == 3)
    kept = [each for each in engine.changed[web.id] if each.path not in ("/app/cache.db", "/var/log")]
    engine.changed[web.id] = (*kept, replace(log, size_bytes=150), Change("/new", ADDED, 7, "file"))
    summed = []
    bar.what.setCurrentIndex(1)
    changes.summed.connect(lambda size, _again: summed.append(size))
    assert bar.note.isVisibleTo(page)
    model = changes.tree.files
    qtbot.waitUntil(lambda: paths(model) == {"app", "app/cache.db", "new", "var", "var/log"})
    told = {path: (model.find(path).siblingAtColumn(3).data(), model.find(path).siblingAtColumn(1).data())
            for path in (b"app/cache.db", b"new", b"var/log")}  # fmt: skip
    assert told == {b"app/cache.db": ("D", "12 kB"), b"new": ("A", "7 Bytes"), b"var/log": ("M", "50 Bytes")}
    assert not summed, "the bytes that came are not those of the layer"
    bar.what.setCurrentIndex(2)
    qtbot.waitUntil(lambda: model.find(b"var/log").siblingAtColumn(3).data() == "A")
    bar.what.setCurrentIndex(0)
    qtbot.waitUntil(lambda: "etc/passwd" in paths(model))
    assert not bar.note.isVisibleTo(page)
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: page.gone)
    assert not bar.isEnabled()


def test_what_changed_between_two_moments(pages, engine, qtbot):
    web = engine.named("web")
    page = pages.open_container(web)
    ready(page, qtbot)
    bar, model = page.changes.moments, page.changes.tree.files
    qtbot.waitUntil(lambda: bar.what.count() == 2)
    engine.changed[web.id] = (*engine.changed[web.id], Change("/between", ADDED, 100, "file", mtime=1))
    engine.now += 60
    bar.mark.click()
    qtbot.waitUntil(lambda: bar.what.count() == 3)
    engine.changed[web.id] = (*engine.changed[web.id], Change("/later", ADDED, 7, "file"))
    assert not bar.upto.isVisibleTo(page), "against its image there is only now"
    bar.what.setCurrentIndex(1)
    qtbot.waitUntil(lambda: bar.moment is not None and paths(model) == {"later"})
    assert not bar.upto.isVisibleTo(page), "nothing was marked after this one"
    bar.what.setCurrentIndex(2)
    qtbot.waitUntil(lambda: paths(model) == {"between", "later"})
    assert [bar.upto.itemText(at)[:6] for at in range(bar.upto.count())] == ["now", "marked"]
    page.resize(1050, 700)  # as in a window of 1280
    for box in (bar.what, bar.upto):
        qtbot.waitUntil(lambda box=box: box.width() >= box.sizeHint().width())
    qtbot.waitUntil(lambda: bar.note.text() == bar.note.whole())
    bar.upto.setCurrentIndex(1)
    qtbot.waitUntil(lambda: paths(model) == {"between"})
    bar.what.setCurrentIndex(0)
    qtbot.waitUntil(lambda: "etc/passwd" in paths(model))
    assert bar.span is None


def test_nothing_since_a_moment_is_said_and_the_oldest_mark_goes(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    ready(page, qtbot)
    bar = page.changes.moments
    qtbot.waitUntil(lambda: bar.what.count() == 2)
    for number in range(moments_bar.MOST + 1):
        bar.add(marked([], float(number)))
    assert bar.what.count() == moments_bar.MOST + 1
    assert bar.what.itemText(bar.what.count() - 1).startswith("opened")
    bar.what.setCurrentIndex(bar.what.count() - 1)
    qtbot.waitUntil(lambda: page.changes.empty.title.text() == "Nothing changed since then")
