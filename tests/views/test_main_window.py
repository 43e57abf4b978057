"""The real window over sources made up: every entrance leads to the same thing, and the screen follows the world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import DeleteAnswer
from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Touched
from imagexplorer.core.errors import Damaged, Refused
from imagexplorer.settings import Settings
from imagexplorer.views.main_window import MainWindow
from imagexplorer.views.palette import CommandPalette
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage, complete
from tests.views.stage import Stage

Entrance = Callable[[QtBot, Stage, str], None]


def image_id(on: Stage, name: str) -> str:
    return next(image.id for image in on.session.images if name in image.tags)


def container_id(on: Stage, name: str) -> str:
    return next(each.id for each in on.session.containers if each.name == name)


def open_menu(qtbot: QtBot) -> QMenu:
    def shown() -> None:
        assert isinstance(QApplication.activePopupWidget(), QMenu)

    qtbot.waitUntil(shown)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(qtbot: QtBot, menu: QMenu, on: Stage, action: str) -> None:
    menu.setActiveAction(on.registry.action(action))
    qtbot.keyClick(menu, Qt.Key.Key_Return)


# -- entrances: each starts from a selected row and an action's id ---------------------------------------------


def by_menu_bar(qtbot: QtBot, on: Stage, action: str) -> None:
    qtbot.wait(10)
    menu = next(menu for menu in on.window.menus.values() if on.registry.action(action) in menu.actions())
    menu.popup(on.window.mapToGlobal(QPoint(0, 0)))
    choose(qtbot, menu, on, action)


def by_tool_bar(qtbot: QtBot, on: Stage, action: str) -> None:
    qtbot.wait(10)
    button = on.window.bar.widgetForAction(on.registry.action(action))
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def by_context_menu(qtbot: QtBot, on: Stage, action: str) -> None:
    view = on.window.list_page.view
    at = view.visualRect(view.selectionModel().selectedRows(0)[0]).center()
    view.customContextMenuRequested.emit(at)
    choose(qtbot, open_menu(qtbot), on, action)


def by_palette(qtbot: QtBot, on: Stage, action: str) -> None:
    on.window.activateWindow()  # no window manager gives the focus back after a popup
    qtbot.waitUntil(on.window.isActiveWindow)
    qtbot.keyClick(on.window.list_page.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = next(each for each in on.window.findChildren(CommandPalette) if each.isVisible())
    qtbot.keyClicks(palette.edit, on.registry.record(action).words)
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)


def by_enter(qtbot: QtBot, on: Stage, action: str) -> None:
    qtbot.keyClick(on.window.list_page.view, Qt.Key.Key_Return)


def by_double_click(qtbot: QtBot, on: Stage, action: str) -> None:
    view = on.window.list_page.view
    at = view.visualRect(view.selectionModel().selectedRows(0)[0]).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def by_details(qtbot: QtBot, on: Stage, action: str) -> None:
    qtbot.wait(10)
    qtbot.mouseClick(on.window.list_page.details.open, Qt.MouseButton.LeftButton)


def by_delete_key(qtbot: QtBot, on: Stage, action: str) -> None:
    qtbot.wait(10)
    qtbot.keyClick(on.window.list_page.view, Qt.Key.Key_Delete)


EVERYWHERE: list[Entrance] = [by_menu_bar, by_tool_bar, by_context_menu, by_palette]
OPENING = [*EVERYWHERE, by_enter, by_double_click, by_details]
DELETING = [*EVERYWHERE, by_delete_key]


@pytest.mark.parametrize("entrance", OPENING, ids=lambda each: each.__name__)
def test_an_image_opens_through_every_entrance(qtbot: QtBot, on: Stage, entrance: Entrance) -> None:
    image = image_id(on, "myapp:dev")
    on.window.images.select([image])
    entrance(qtbot, on, "image.open")
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)
    assert on.window.tabs.current_key.endswith(image)


@pytest.mark.parametrize("entrance", OPENING, ids=lambda each: each.__name__)
def test_a_container_opens_through_every_entrance(qtbot: QtBot, on: Stage, entrance: Entrance) -> None:
    on.window.show_list("containers")
    container = container_id(on, "web")
    on.window.containers.select([container])
    entrance(qtbot, on, "container.open")
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)
    assert on.window.tabs.current_key.endswith(container)


@pytest.mark.parametrize("entrance", DELETING, ids=lambda each: each.__name__)
def test_delete_asks_through_every_entrance_and_a_no_changes_nothing(
    qtbot: QtBot, on: Stage, engine: FakeEngine, entrance: Entrance
) -> None:
    on.window.show_list("containers")
    on.window.containers.select([container_id(on, "old")])
    entrance(qtbot, on, "container.delete")
    assert on.answers is not None
    answers = on.answers
    qtbot.waitUntil(lambda: len(answers.asked) == 1)
    assert answers.asked[0][0] == "delete"
    assert not engine.called("remove_container")
    answers.delete_answer = DeleteAnswer()
    entrance(qtbot, on, "container.delete")
    qtbot.waitUntil(lambda: all(each.name != "old" for each in on.session.containers))
    assert len(engine.called("remove_container")) == 1
    assert on.window.containers.proxy.index_of("old").isValid() is False


def test_a_blocked_action_says_why_on_every_entrance(qtbot: QtBot, on: Stage) -> None:
    on.window.images.select([])
    qtbot.wait(10)
    action = on.registry.action("image.delete")
    assert not action.isEnabled()
    assert "Select an image first" in action.toolTip()
    on.registry.run("view.palette")
    palette = on.window.findChild(CommandPalette)
    assert palette is not None
    qtbot.keyClicks(palette.edit, "delete image")
    entry = palette.model.entries[0]
    assert entry.blocked == "Select an image first"
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()


# -- pages, places ---------------------------------------------------------------------------------


def test_pages_are_tabs_over_the_list_and_closing_the_last_returns_to_it(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    one, two = (image_id(on, name) for name in ("myapp:dev", "busybox:1.36"))
    for each in (one, two, one):
        window.images.select([each])
        on.registry.run("image.open")
        window.show_list("images")
    assert window.tabs.count() == 3  # opening the same again raises it
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.current_key.endswith(one)
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.current_key.endswith(two)
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.count() == 1
    assert window.current_page is window.images
    assert not on.registry.action("view.close_page").isEnabled()


def test_a_page_is_called_what_its_record_is_called_now(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    on.window.open_page("container", on.session.containers[0])
    on.window.open_page("image", next(image for image in on.session.images if image.tags == ("busybox:1.36",)))
    assert on.window.tabs.tabText(2) == "busybox:1.36"
    container = on.session.containers[0]
    engine.containers[container.id] = replace(container, name="renamed & new")
    engine.emit(Touched(containers=frozenset({container.id})))
    qtbot.waitUntil(lambda: on.window.tabs.tabText(1) == "renamed && new")
    assert "busybox:1.36" in on.window.windowTitle(), "that of the page in front"
    image = image_id(on, "busybox:1.36")
    engine.images[image] = replace(engine.images[image], tags=("other:1",))
    engine.emit(Touched(images=frozenset({image})))
    qtbot.waitUntil(lambda: "other:1" in on.window.windowTitle())
    assert on.window.tabs.tabText(2) == "other:1"


def test_back_and_forward_walk_where_one_has_been(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    window.show_list("containers")
    window.show_list("images")
    window.images.select([image_id(on, "myapp:dev")])
    on.registry.run("image.open")
    key = window.tabs.current_key
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert window.current_page is window.images
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert window.current_page is window.containers
    qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    assert window.tabs.current_key == key
    window.close_page()
    assert window.current_page is window.images
    assert not window.places.can_go_forward


def test_the_tool_bar_follows_the_selection_and_the_page(qtbot: QtBot, on: Stage) -> None:
    def shown() -> list[str]:
        return [action.objectName() for action in on.window.bar.actions() if "." in action.objectName()]

    assert "image.run" in shown()
    on.window.show_list("containers")
    assert "container.start" in shown()
    assert "image.run" not in shown()
    on.window.containers.select([container_id(on, "web")])
    qtbot.wait(10)
    assert on.registry.action("container.stop").isEnabled()
    assert not on.registry.action("container.start").isEnabled()
    on.window.containers.select([container_id(on, "old")])
    qtbot.wait(10)
    assert on.registry.action("container.start").isEnabled()
    assert not on.registry.action("container.stop").isEnabled()


def test_a_key_that_the_list_takes_stands_in_the_menu_and_not_on_the_button(on: Stage) -> None:
    action = on.registry.action("image.open")
    assert action.text().endswith("\tEnter")
    assert action.iconText() == "Open image"
    assert action.shortcuts() == []


def test_the_page_of_a_removed_container_keeps_the_tools_of_a_container(
    qtbot: QtBot, on: Stage, engine: FakeEngine
) -> None:
    old = engine.named("old")
    on.window.open_page("container", old)
    page = on.window.current_page
    page.gone = True
    page.selection_changed.emit()
    names = [action.objectName() for action in on.window.bar.actions()]
    assert "container.delete" in names
    assert "image.delete" not in names
    assert not on.registry.action("container.delete").isEnabled()


def test_every_action_is_in_a_menu_or_has_a_key(on: Stage) -> None:
    listed = {action.objectName() for menu in on.window.menus.values() for action in menu.actions()}
    for identifier in on.registry.ids():
        assert identifier in listed or on.registry.action(identifier).shortcuts(), identifier


def test_no_two_actions_that_can_run_at_once_share_a_key(on: Stage) -> None:
    seen: dict[str, str] = {}
    for identifier in on.registry.ids():
        for sequence in on.registry.action(identifier).shortcuts():
            other = seen.setdefault(sequence.toString(), identifier)
            pair = {other.rpartition(".")[2], identifier.rpartition(".")[2]}
            assert other == identifier or pair in ({"delete"}, {"tag", "rename"}), (
                other,
                identifier,
                sequence.toString(),
            )


# -- the world -------------------------------------------------------------------------------------


def test_without_an_engine_the_start_page_says_what_was_tried_and_leaves_by_itself(
    qtbot: QtBot, make_stage: MakeStage
) -> None:
    on = make_stage(None)
    window = on.window
    qtbot.waitUntil(lambda: window.start.table.rowCount() == 1)
    assert window.current_page is window.start
    assert [window.start.table.item(0, column).text() for column in (1, 2)] == ["no such socket", "Start the engine"]
    assert not window.bar.filter.isVisible()
    named = any(each.address.name for each in on.window.session.tried)
    assert ("no other engine is tried" in window.start.text.text()) is named
    on.world.engine = FakeEngine()
    qtbot.mouseClick(window.start.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: complete(on))
    assert window.current_page is window.images
    assert window.images.proxy.rowCount() == 3


def test_a_lost_engine_greys_its_lists_says_since_when_and_comes_back(
    qtbot: QtBot, on: Stage, engine: FakeEngine
) -> None:
    engine.lose()
    qtbot.waitUntil(lambda: on.session.current is not None and on.session.current.state == "lost")
    page = on.window.images
    assert page.note.isVisible()
    assert page.note.text().startswith("as of ")
    assert page.note.text().endswith("reconnecting")
    assert page.proxy.rowCount() == 3
    page.select([image_id(on, "myapp:dev")])
    qtbot.wait(10)
    assert "engine is lost" in on.registry.action("image.delete").toolTip()
    engine.come_back()
    qtbot.waitUntil(lambda: on.session.current is not None and on.session.current.live, timeout=10_000)
    assert not page.note.isVisible()


def test_a_list_that_cannot_be_read_any_more_is_grey_and_says_why_until_it_can(
    qtbot: QtBot, on: Stage, engine: FakeEngine
) -> None:
    """While the engine answers all else: it is live, and its rows are old all the same."""
    page = on.window.images
    page.select([image_id(on, "myapp:dev")])
    engine.fail["images"] = Damaged("list of images", "the engine's answer is not readable JSON")
    on.session.refresh(EVERYTHING)
    qtbot.waitUntil(lambda: page.note.isVisible())
    assert page.note.text().startswith("as of ")
    assert page.note.text().endswith("not readable JSON")
    assert page.proxy.rowCount() == 3
    assert on.session.current is not None
    assert on.session.current.words.endswith("its lists cannot be read")
    del engine.fail["images"]
    qtbot.waitUntil(lambda: not page.note.isVisible(), timeout=20_000)
    assert [image.name for image in page.selected()] == ["myapp:dev"]


def test_dropping_an_archive_opens_it(qtbot: QtBot, on: Stage) -> None:
    on.world.files["/archives/app.tar"] = FakeEngine.single()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/archives/app.tar"), QUrl("https://example.org/x.tar")])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    on.window.dropEvent(event)
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)
    texts = [on.window.sidebar.item(row).text() for row in range(on.window.sidebar.count())]
    assert "FILES" in texts
    assert "app.tar" in texts
    assert len(on.session.sources) == 2


def test_an_engines_refusal_stands_in_the_strip_in_its_own_words(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    engine.fail["stop"] = Refused("web", "the engine's own words", "What to do")
    on.window.show_list("containers")
    on.window.containers.select([container_id(on, "web")])
    qtbot.wait(10)
    on.registry.run("container.stop")
    strip = on.window.strip
    qtbot.waitUntil(lambda: strip.details.isVisible())
    assert "the engine's own words" in strip._message.whole()
    qtbot.mouseClick(strip.details, Qt.MouseButton.LeftButton)
    assert "Refused" in QApplication.clipboard().text()


def test_what_is_done_next_takes_the_place_of_an_old_error(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    strip = on.window.strip
    strip.show_error(Refused("web", "the engine's own words"))
    assert strip.details.isVisible()
    go_on = threading.Event()

    def stop(_control: Control) -> Touched:
        assert go_on.wait(5)
        return Touched()

    on.window.session.jobs.perform("Stop web", stop)
    qtbot.waitUntil(lambda: strip._job.isVisible())
    assert not strip.details.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: not strip._job.isVisible())


def test_the_end_of_a_long_refusal_is_seen(on: Stage) -> None:
    on.window.strip.show_error(Refused("run app", "it failed: " * 60 + "executable file not found"))
    shown = on.window.strip._message.text()
    assert shown.startswith("run app")
    assert "not found" in shown


def test_what_the_window_remembers_comes_back_by_column_keys(
    qtbot: QtBot, on: Stage, engine: FakeEngine, make_stage: MakeStage, tmp_path: Path
) -> None:
    page = on.window.images
    number = page.model.column_of("unique")
    page.header.moveSection(page.header.visualIndex(number), 0)
    page.header.setSectionHidden(page.model.column_of("platform"), True)
    page.header.resizeSection(page.model.column_of("size"), 177)
    page.header_state.sort(page.model.column_of("size"), descending=True)
    on.window.containers.grouped.setChecked(False)
    on.window.resize(760, 610)
    on.window.close()
    kept = Settings(tmp_path / "settings.json")
    assert kept.texts("images.columns")[0] == "unique"
    again = make_stage(engine).window
    header = again.images.header
    assert header.logicalIndex(0) == number
    assert header.isSectionHidden(page.model.column_of("platform"))
    assert header.sectionSize(page.model.column_of("size")) == 177
    assert header.sortIndicatorSection() == page.model.column_of("size")
    assert not again.containers.grouped.isChecked()
    assert (again.width(), again.height()) == (760, 610)


def test_every_widget_that_takes_the_focus_has_a_name(on: Stage) -> None:
    def nameless(window: MainWindow) -> list[str]:
        from PySide6.QtGui import QAccessible
        from PySide6.QtWidgets import QWidget

        found = []
        for widget in window.findChildren(QWidget):
            if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible():
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is not None and not interface.text(QAccessible.Text.Name):
                found.append(f"{type(widget).__name__} {widget.objectName()}")
        return found

    assert nameless(on.window) == []
