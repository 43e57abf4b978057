"""The lists: rows, totals, chips, groups, what is copied, and that a refresh moves nothing."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import ALL, EVERYTHING, Container, Image, Touched
from imagexplorer.models.columns import Role
from imagexplorer.models.tables import state_words
from imagexplorer.views.chips import chip_places
from imagexplorer.views.details_pane import container_totals, image_totals
from imagexplorer.views.page_state import restore_splitter, save_splitter
from imagexplorer.views.places import Places
from imagexplorer.views.stack_bar import Slab, widths
from tests.fake_engine import BASE
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage


def names(on: Stage) -> list[str]:
    proxy = on.window.images.proxy
    return [proxy.index(row, 0).data(Role.RECORD).name for row in range(proxy.rowCount())]


def image_id(on: Stage, name: str) -> str:
    return next(image.id for image in on.session.images if name in image.tags)


# -- rows ------------------------------------------------------------------------------------------


def test_newest_first_and_every_figure_fills_in(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    created = [page.proxy.index(row, 0).data(Role.RECORD).created for row in range(page.proxy.rowCount())]
    assert created == sorted(created, reverse=True)
    unique = page.model.column_of("unique")
    assert all(page.proxy.index(row, unique).data() != "…" for row in range(3))
    assert page.summary.text().startswith("3 images, ")


def test_one_row_is_selected_at_the_start_and_no_heading(qtbot: QtBot, on: Stage) -> None:
    assert [image.name for image in on.window.images.selected()] == ["myapp:dev"], "the newest"
    on.window.show_list("containers")
    page = on.window.containers
    assert page.model.grouped
    assert [container.name for container in page.selected()] == ["web"]
    assert page.view.currentIndex().data() == "web"


def test_the_filter_in_the_tool_bar_filters_in_place_and_escape_empties_it(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is window.bar.filter
    qtbot.keyClicks(window.bar.filter, "mya")
    qtbot.waitUntil(lambda: window.images.proxy.rowCount() == 1)
    assert window.images.summary.text().startswith("1 of 3 images")
    window.show_list("containers")  # each list keeps its own
    assert window.bar.filter.text() == ""
    empties = window.bar.filter.findChild(QToolButton)  # the button that Qt shows where there is text
    qtbot.waitUntil(lambda: not empties.isVisible())
    window.show_list("images")
    assert window.bar.filter.text() == "mya"
    window.bar.filter.setFocus()
    qtbot.keyClicks(window.bar.filter, "zzz")
    qtbot.waitUntil(lambda: window.images.stack.currentWidget() is window.images.empty)
    assert "No image matches" in window.images.empty.title.text()
    qtbot.keyClick(window.bar.filter, Qt.Key.Key_Escape)
    assert window.images.proxy.rowCount() == 3
    assert window.focusWidget() is window.images.view


def test_selection_and_scroll_survive_what_happens_meanwhile(qtbot: QtBot, make_stage: MakeStage) -> None:
    engine = FakeEngine(populate=False)
    for number in range(200):
        engine.add_image(f"image{number:03}:1", layers=(BASE[2:],), created=1_700_000_000 + number)
    on = make_stage(engine)
    page = on.window.images
    chosen = [image_id(on, f"image{number:03}:1") for number in (50, 52, 60)]
    page.select(chosen)
    qtbot.wait(20)
    bar = page.view.verticalScrollBar()
    before = bar.value()
    assert before > 0
    gone = image_id(on, "image020:1")  # below
    del engine.images[gone]
    other = image_id(on, "image051:1")
    engine.images[other] = replace(engine.images[other], tags=("renamed:1",))
    engine.emit(Touched(images=frozenset({gone, other})))
    qtbot.waitUntil(lambda: len(on.session.images) == 199)
    qtbot.wait(20)
    assert [record.id for record in page.selected()] == sorted(chosen, key=lambda each: -engine.images[each].created)
    assert bar.value() == before
    assert page.summary.text().startswith("3 images")


def test_a_selected_row_that_goes_is_not_selected_any_more(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    page = on.window.images
    image = image_id(on, "busybox:1.36")
    page.select([image])
    assert on.registry.selection.images[0].id == image
    engine.containers.clear()
    del engine.images[image]
    engine.emit(Touched(images=frozenset({image}), containers=frozenset({ALL})))
    qtbot.waitUntil(lambda: not on.registry.selection.images)
    assert not on.registry.action("image.open").isEnabled()


def test_thousands_of_rows_are_asked_for_by_one_call(qtbot: QtBot, make_stage: MakeStage) -> None:
    engine = FakeEngine(populate=False)
    for number in range(3000):
        engine.add_image(f"team/image{number}:1", layers=((),))
    on = make_stage(engine)
    assert on.window.images.proxy.rowCount() == 3000
    # Once for the list, once more when the engine says that it listens from now on.
    assert len(engine.called("images")) <= 3
    assert len(engine.called("image")) <= 1, "that of the selected row, no other"


def test_several_selected_show_totals(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    page.view.selectAll()
    qtbot.wait(10)
    assert page.summary.text().startswith("3 images, ")
    assert page.summary.text().endswith("selected")
    assert page.details.title.whole().startswith("3 images, ")
    assert "Select one image: 3 are selected" in on.registry.action("image.run").toolTip()


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 10**15), st.none() | st.integers(0, 10**15)), min_size=2, max_size=8)
)
def test_totals_never_call_an_unknown_size_zero(sizes: list[tuple[int | None, int | None]]) -> None:
    images = [
        Image(f"sha256:{number:064}", size_bytes=size, unique_bytes=own) for number, (size, own) in enumerate(sizes)
    ]
    words = image_totals(images)
    assert words.startswith(f"{len(images)} images")
    assert words.count("≥") == sum(
        0 < sum(value is None for value in column) < len(column) for column in zip(*sizes, strict=True)
    )


def test_what_the_filter_leaves_out_is_not_in_the_totals(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    window.show_list("containers")
    containers = window.session.containers
    chosen = next(each for each in containers if not each.running)
    window.containers.set_filter(chosen.id[:12])
    qtbot.waitUntil(lambda: window.containers.summary.text().startswith(f"1 of {len(containers)} containers"))
    assert "none running" in window.containers.summary.text()
    assert any(each.running for each in containers)


def test_the_engines_words_are_read_again_when_they_come_into_sight(
    qtbot: QtBot, on: Stage, engine: FakeEngine
) -> None:
    window = on.window
    page = window.containers
    page._clock.setInterval(0)  # a minute out of sight
    page._clock.start()
    qtbot.waitUntil(lambda: not page._clock.isActive())
    page._clock.setInterval(60_000)
    web = engine.named("web")
    engine.containers[web.id] = replace(web, status="Up 7 weeks")
    window.show_list("containers")
    qtbot.waitUntil(lambda: any(each.status == "Up 7 weeks" for each in window.session.containers))


def test_totals_of_containers() -> None:
    some = [Container("a", "a", "x", state="running", writable_bytes=5), Container("b", "b", "x", state="exited")]
    assert container_totals(some) == "2 containers, 1 running, ≥ 5 Bytes written"


# -- copying and menus -----------------------------------------------------------------------------


def test_rows_and_ids_are_copied_as_text(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    page.select([image_id(on, "myapp:dev"), image_id(on, "busybox:1.36")])
    page.view.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(page.view, Qt.Key.Key_C, control)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 3
    assert lines[0].startswith("Image\tTags\t")
    assert "dev latest" in lines[1]
    qtbot.keyClick(page.view, Qt.Key.Key_C, control | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text().split("\n") == [image_id(on, "myapp:dev"), image_id(on, "busybox:1.36")]


def test_the_context_menu_has_the_actions_of_the_tool_bar_and_copies(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    page.select([image_id(on, "myapp:dev")])
    page.view.customContextMenuRequested.emit(page.view.visualRect(page.view.currentIndex()).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ids = {action.objectName() for action in menu.actions()}
    assert {"image.open", "image.run", "image.delete"} <= ids
    copies = next(action.menu() for action in menu.actions() if action.menu() is not None)
    assert isinstance(copies, QMenu)
    by_name = {action.text().replace("&", ""): action for action in copies.actions()}
    by_name["Command line"].trigger()
    assert QGuiApplication.clipboard().text() == "docker image inspect myapp:dev"
    assert not by_name["Digest"].isEnabled()  # it has none
    menu.close()


def test_the_header_shows_and_hides_columns(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    number = page.model.column_of("id")
    assert page.header.isSectionHidden(number)
    page.header.customContextMenuRequested.emit(page.header.rect().center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ticks = {action.text(): action for action in menu.actions()}
    assert not ticks["Image"].isEnabled()
    ticks["ID"].trigger()
    menu.close()
    assert not page.header.isSectionHidden(number)
    assert page.header.sectionSize(number) > 50


# -- containers ------------------------------------------------------------------------------------


def test_what_the_filter_leaves_is_selected_on_the_way_to_the_rows(qtbot: QtBot, on: Stage) -> None:
    window, page = on.window, on.window.images
    page.view.setFocus()
    page.view.selectionModel().clear()
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.bar.filter, "mya")
    qtbot.waitUntil(lambda: page.proxy.rowCount() == 1)
    page.view.selectionModel().setCurrentIndex(
        page.proxy.index(0, 0), page.view.selectionModel().SelectionFlag.NoUpdate
    )
    qtbot.keyClick(window.bar.filter, Qt.Key.Key_Return)
    assert window.focusWidget() is page.view
    assert [image.name for image in page.selected()] == ["myapp:dev"]


def test_what_the_filter_hides_is_not_acted_on(qtbot: QtBot, make_stage: MakeStage) -> None:
    engine = FakeEngine()
    image = next(iter(engine.images.values()))
    for name in ("api", "db"):
        engine.add_container(name, image, "running", project="shop")
    on = make_stage(engine)
    on.window.show_list("containers")
    page = on.window.containers
    page.view.selectAll()
    qtbot.waitUntil(lambda: len(on.registry.selection.containers) == 4)
    assert page.summary.text().startswith("4 containers")
    page.set_filter("api")
    qtbot.waitUntil(lambda: [each.name for each in on.registry.selection.containers] == ["api"])
    assert page.summary.text().startswith("1 of 4 containers")
    assert page.details.title.whole() == "api"


def test_rows_are_copied_as_they_stand(qtbot: QtBot, make_stage: MakeStage) -> None:
    engine = FakeEngine()
    engine.add_container("blog", next(iter(engine.images.values())), "exited", project="writing")
    on = make_stage(engine)
    on.window.show_list("containers")
    page = on.window.containers
    page.header_state.sort(0, descending=True)
    page.select([container.id for container in on.session.containers])
    seen, index = [], page.proxy.index(0, 0)
    while index.isValid():
        if not page.proxy.rowCount(index):
            seen.append(index.data())
        index = page.view.indexBelow(index)
    assert [each.name for each in page.selected()] == seen


def test_a_file_has_no_columns_that_only_an_engine_fills(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    number = {name: page.model.column_of(name) for name in ("unique", "in_use", "mark")}
    page.header.hideSection(number["mark"])
    engine = on.session.current
    on.world.files["/archives/app.tar"] = FakeEngine.single()
    on.session.open_path("/archives/app.tar")
    qtbot.waitUntil(lambda: on.session.current is not None and not on.session.current.is_engine)
    assert all(page.header.isSectionHidden(each) for each in number.values())
    page.header_state.save(on.settings, "x")
    assert "unique" not in on.settings.texts("x.hidden")
    page.header_state.restore(on.settings, "x")
    assert page.header.isSectionHidden(number["unique"])
    assert engine is not None
    on.session.choose(engine.key)
    assert {name: page.header.isSectionHidden(each) for name, each in number.items()} == {
        **dict.fromkeys(("unique", "in_use"), False),
        "mark": True,
    }


def test_a_state_that_is_none_yet_names_the_health() -> None:
    assert (
        state_words(Container("1", "web", "web:1", state="running", health="starting")) == "running, health: starting"
    )
    assert state_words(Container("1", "web", "web:1", state="running", health="healthy")) == "running, healthy"


def test_containers_stand_under_their_project_and_the_switch_undoes_it(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    window.show_list("containers")
    page = window.containers
    assert page.model.grouped
    assert page.proxy.rowCount() == 2  # the project shop, and old
    shop = page.proxy.index(0, 0)
    assert shop.data() == "shop"
    assert page.view.isExpanded(shop)
    page.view.setExpanded(shop, False)
    on.session.refresh(EVERYTHING)
    qtbot.wait(400)
    assert not page.view.isExpanded(page.proxy.index(0, 0))  # what was folded stays folded
    page.grouped.click()
    assert page.proxy.rowCount() == 2
    assert {page.proxy.index(row, 0).data() for row in range(2)} == {"web", "old"}
    assert not on.registry.action("view.grouped").isChecked()
    on.registry.action("view.grouped").trigger()
    assert page.grouped.isChecked()


def test_a_project_stands_for_its_containers(qtbot: QtBot, on: Stage) -> None:
    on.window.show_list("containers")
    page = on.window.containers
    model = page.view.selectionModel()
    model.select(page.proxy.index(0, 0), model.SelectionFlag.Select | model.SelectionFlag.Rows)
    qtbot.wait(10)
    assert [each.name for each in on.registry.selection.containers] == ["web"]
    assert on.registry.action("container.stop").isEnabled()


def test_a_state_has_a_shape_a_word_and_a_tone(on: Stage) -> None:
    page = on.window.containers
    number = page.model.column_of("state")
    index = page.proxy.index_of(next(each.id for each in on.session.containers if each.name == "web"))
    cell = index.siblingAtColumn(number)
    assert cell.data() == "running"
    assert cell.data(Qt.ItemDataRole.DecorationRole).name() == "running"
    assert cell.data(Role.TONE) == "running"


# -- instead of rows -------------------------------------------------------------------------------


def test_reading_and_none_look_different(qtbot: QtBot, make_stage: MakeStage) -> None:
    engine = FakeEngine(populate=False)
    gate = engine.gate["images"] = threading.Event()
    on = make_stage(engine, settle=False)
    page = on.window.images
    qtbot.waitUntil(lambda: on.session.current is not None)
    assert page.empty.title.text() == "Reading the images of fake"
    assert page.empty.busy.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: on.session.images_known)
    assert page.empty.title.text() == "No images yet"
    assert not page.empty.busy.isVisible()
    on.window.show_list("containers")
    assert on.window.containers.empty.title.text() == "No containers yet"


@pytest.mark.parametrize(("name", "words"), [("myapp:dev", "1 container"), ("busybox:1.36", "1 container")])
def test_details_follow_the_selection_with_its_stack(qtbot: QtBot, on: Stage, name: str, words: str) -> None:
    page = on.window.images
    page.select([image_id(on, name)])
    details = page.details
    qtbot.waitUntil(lambda: bool(details.bar.slabs()))
    assert details.title.whole() == name
    assert details.words.whole() == words
    assert details.identity.text() == image_id(on, name)[7:19]


def test_only_where_the_selection_rests_is_asked_about(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    page = on.window.images
    qtbot.waitUntil(lambda: bool(page.details.bar.slabs()))  # of the row that is selected at the start
    engine.calls.clear()
    for _ in range(5):
        for image in on.session.images:
            page.select([image.id])
    qtbot.waitUntil(lambda: bool(engine.called("image")))
    qtbot.waitUntil(lambda: bool(page.details.bar.slabs()))
    assert len(engine.called("image")) == 1


def test_a_list_out_of_sight_asks_for_no_details(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    container = on.window.containers.selected()[0]
    qtbot.waitUntil(lambda: bool(on.window.images.details.bar.slabs()))
    qtbot.wait(200)
    assert not on.window.containers.details.bar.slabs()
    engine.calls.clear()
    on.window.show_list("containers")
    qtbot.waitUntil(lambda: bool(on.window.containers.details.bar.slabs()))
    assert engine.called("image") == [(container.image_id,)]


def test_the_details_of_a_container_light_its_writable_layer(qtbot: QtBot, on: Stage) -> None:
    on.window.show_list("containers")
    page = on.window.containers
    page.select([next(each.id for each in on.session.containers if each.name == "web")])
    qtbot.waitUntil(lambda: bool(page.details.bar.slabs()))
    slabs = page.details.bar.slabs()
    assert [slab.writable for slab in slabs] == [False] * (len(slabs) - 1) + [True]


# -- small parts -----------------------------------------------------------------------------------


@given(st.lists(st.text("abcdefgh.:-", min_size=1, max_size=30), min_size=1, max_size=12), st.integers(0, 400))
def test_chips_stay_in_their_cell_and_none_is_lost(qapp: QApplication, chips: list[str], width: int) -> None:
    metrics = QFontMetrics(qapp.font())
    cell = QRect(10, 5, width, 24)
    places = chip_places(chips, metrics, cell.left() + 3, cell.right() - 3, cell)
    shown = [rect for _, rect in places if rect is not None]
    for rect in shown:
        assert rect.left() >= cell.left()
        assert rect.width() <= 0 or rect.right() <= cell.right()
        assert cell.top() <= rect.top() <= rect.bottom() <= cell.bottom()
    assert all(one.right() < other.left() for one, other in pairwise(shown))
    rest = places[-1][0] if places[-1][1] is None else "+0"
    assert len(shown) + int(rest) == len(chips)


@given(st.lists(st.none() | st.integers(0, 10**18), min_size=1, max_size=60), st.integers(200, 3000))
def test_the_stack_fills_its_line_and_each_layer_can_be_seen(sizes: list[int | None], room: int) -> None:
    slabs = [Slab("", size) for size in sizes]
    wide = widths(slabs, room)
    assert sum(wide) + 2 * (len(wide) - 1) == pytest.approx(room)
    assert min(wide) >= 1
    for (one, one_wide), (other, other_wide) in pairwise(zip(sizes, wide, strict=True)):
        if (one or 0) < (other or 0):
            assert one_wide <= other_wide + 1e-6


@given(
    st.lists(st.sampled_from(["visit a", "visit b", "visit c", "back", "forward", "forget a", "forget b"]), max_size=40)
)
def test_places_never_repeat_one_and_never_lead_nowhere(moves: list[str]) -> None:
    places = Places()
    places.visit("home")
    for move in moves:
        verb, _, place = move.partition(" ")
        if verb == "visit":
            places.visit(place)
        elif verb == "forget":
            places.forget(place)
            assert place not in places._visited
        elif verb == "back" and places.can_go_back:
            assert places.back() == places._visited[places._at]
        elif verb == "forward" and places.can_go_forward:
            assert places.forward() == places._visited[places._at]
        assert 0 <= places._at < len(places._visited)
        assert all(one != other for one, other in pairwise(places._visited))


def test_the_height_of_details_that_are_out_of_sight_is_not_kept(qtbot: QtBot, on: Stage) -> None:
    page = on.window.images
    save_splitter(page.splitter, on.settings, "x")
    before = on.settings.numbers("x")
    assert before["part_1"] > 0
    page.set_filter("no such image")
    assert page.details.isHidden()
    qtbot.waitUntil(lambda: page.splitter.sizes()[1] == 0)
    save_splitter(page.splitter, on.settings, "x")
    assert on.settings.numbers("x") == before


def test_details_stand_there_whatever_was_kept_of_them(qtbot: QtBot, make_stage: MakeStage) -> None:
    """Containers that were never looked at have no height of their own that could be kept."""
    on = make_stage(FakeEngine())
    page = on.window.containers
    save_splitter(page.splitter, on.settings, "x")
    on.settings.set("y", {"part_0": 664, "part_1": 0})
    for key in ("x", "y"):
        restore_splitter(page.splitter, on.settings, key)
    on.window.show_list("containers")
    qtbot.waitUntil(lambda: page.view.isVisible())
    assert page.splitter.sizes()[1] >= page.details.minimumHeight() > 0
