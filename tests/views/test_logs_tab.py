"""The log of a container: followed, filtered, searched, copied, saved; ended, gone on with, removed, refused."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from imagexplorer.core.errors import Refused, Unreachable
from imagexplorer.core.live import STDERR
from imagexplorer.views.logs_tab import LogsTab
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages


def logs_open(engine) -> bool:
    return any(name == "logs" for name, _ in engine.live.open)


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


def open_logs(pages, name: str = "web") -> LogsTab:
    page = pages.open_container(pages.engine.named(name))
    tab = next(page.tabs.widget(n) for n in range(page.tabs.count()) if isinstance(page.tabs.widget(n), LogsTab))
    page.tabs.setCurrentWidget(tab)
    return tab


def seen(tab: LogsTab) -> list[str]:
    return tab.log.shown_text()


def test_lines_come_as_they_are_written_and_the_end_stays_in_sight(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, *(b"line %d" % n for n in range(500)))
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: "line 499" in seen(tab))
    engine.live.write(web, b"\x1b[31mred\x1b[0m end\x1b]0;title\x07", second=1_700_000_009)
    qtbot.waitUntil(lambda: seen(tab)[-1] == "red end")
    tab.log.scroll_rows(-50)
    assert not tab.follow.isChecked()
    assert not tab.log.following
    top = seen(tab)[0]
    engine.live.write(web, b"more", second=1_700_000_010)
    qtbot.waitUntil(lambda: len(tab.lines) == 502)
    qtbot.wait(60)
    assert seen(tab)[0] == top, "who reads is not moved"
    tab.follow.click()
    assert seen(tab)[-1] == "more"


def test_out_of_sight_nothing_streams_and_it_goes_on_where_it_was(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"a", b"b", second=5)
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 2)
    tab.page.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: not logs_open(engine))
    engine.live.write(web, b"c", second=5)
    engine.live.write(web, b"d", second=6)
    tab.page.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: len(tab.lines) == 4)
    assert seen(tab) == ["a", "b", "c", "d"]
    assert engine.called("logs")[-1][1].since == 5.0
    tab.page.close()
    qtbot.waitUntil(lambda: not logs_open(engine))


def test_one_output_alone_and_since(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"out")
    engine.live.write(web, b"err", stream=STDERR)
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 2)
    tab.streams.setCurrentIndex(2)
    assert seen(tab) == ["err"]
    assert "1 of 2 lines" in tab.status.text()
    engine.live.write(web, b"new", second=int(time.time()))
    tab.since.setCurrentIndex(2)
    qtbot.waitUntil(lambda: [tab.lines.line(n) for n in range(tab.lines.first, tab.lines.end)] == [b"new"])
    assert seen(tab) == []


def test_words_are_found_in_many_lines_without_a_stall(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, *(b"line %d%s" % (n, b" Needle" if n % 50_000 == 7 else b"") for n in range(300_000)))
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 300_000 and tab.finder.isEnabled(), timeout=30_000)
    tab.finder.begin()
    qtbot.keyClicks(tab.finder.edit, "needle")
    qtbot.keyClick(tab.finder.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.finder.count.text().endswith(" of 6"), timeout=30_000)
    qtbot.keyClick(tab.finder.edit, Qt.Key.Key_Return)
    chosen = tab.log.selected_text()
    assert chosen.endswith("Needle")
    assert chosen in seen(tab)
    number = int(chosen.split()[1])
    qtbot.keyClick(tab.finder.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert int(tab.log.selected_text().split()[1]) == (number - 50_000) % 300_000
    tab.finder.edit.setText("no such thing")
    qtbot.waitUntil(lambda: tab.finder.count.text() == "not found")


def test_what_is_selected_is_copied_and_all_is_saved(pages, engine, qtbot, tmp_path):
    web = engine.named("web").id
    engine.live.write(web, b"one \x1b[1mbold", "zwei ü".encode(), b"three")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 3)
    high = tab.log.layout_of.height
    start, end = QPoint(tab.log.layout_of.left, 6), QPoint(1000, 6 + high)
    qtbot.mousePress(tab.log.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(tab.log.viewport(), end)
    tab.log._cursor = tab.log._place(end)  # offscreen no button is down while the mouse moves
    qtbot.mouseRelease(tab.log.viewport(), Qt.MouseButton.LeftButton, pos=end)
    tab.log.copy()
    assert QGuiApplication.clipboard().text() == "one bold\nzwei ü"
    tab.times.setChecked(True)
    path = tmp_path / "web.log"
    tab.save_to(str(path))
    qtbot.waitUntil(path.exists)
    moment = "2023-11-14T22:13:20.000000000Z"
    assert path.read_text() == f"{moment} one bold\n{moment} zwei ü\n{moment} three\n"
    assert [each.name for each in tmp_path.iterdir()] == ["web.log"]


def test_it_ends_and_goes_on_with_the_container(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"first")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 1)
    engine.live.end(web)
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: "does not run" in tab.status.text())
    qtbot.waitUntil(lambda: not tab._again.isActive() or not tab.page.container.running)
    engine.set_state("web", "running")
    qtbot.waitUntil(lambda: logs_open(engine))
    engine.live.write(web, b"second", second=1_700_000_100)
    qtbot.waitUntil(lambda: seen(tab) == ["first", "second"])
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: "removed" in tab.status.text())
    assert seen(tab) == ["first", "second"]


def test_a_driver_that_keeps_nothing_is_named(pages, engine, qtbot):
    engine.fail["logs"] = Refused("log of web", "configured logging driver does not support reading", "Use another")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: tab.empty.title.text() == "The log cannot be read")
    assert "does not support reading" in tab.empty.text.text()
    asked = len(engine.called("logs"))
    tab.page.known.emit()
    assert len(engine.called("logs")) == asked, "not again and again"


def test_the_engine_goes_and_comes_back(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"before")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 1)
    engine.lose()
    engine.live._tell(("logs", web), Unreachable("log of web", "the connection broke"))
    qtbot.waitUntil(lambda: "when the engine is back" in tab.status.text())
    engine.come_back()
    engine.live.kept[web].append((b"meanwhile", 1, 1_700_000_001 * 10**9))
    qtbot.waitUntil(lambda: seen(tab) == ["before", "meanwhile"], timeout=15_000)


def test_long_lines_wrap(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"x" * 3000, b"short", b"y" * 200_000)
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 3)
    qtbot.waitUntil(lambda: tab.log.horizontalScrollBar().maximum() > 0)
    tab.wrap.setChecked(True)
    assert tab.log.horizontalScrollBar().maximum() == 0
    last = tab.lines.end - 1
    assert tab.log.layout_of.rows_of(last) > 20
    assert tab.log._top == last, "the end is in sight"
    assert tab.log._sub > 0
    for _ in range(200):
        tab.log.scroll_rows(-3)
    assert (tab.log._top, tab.log._sub) == (0, 0)


def test_a_colour_goes_on_into_the_next_line_of_its_stream(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"\x1b[31mone")
    engine.live.write(web, b"other", stream=STDERR)
    engine.live.write(web, b"two\x1b[0m", b"three")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: len(tab.lines) == 4)
    colours = [bool(tab.log.layout_of._get(number).layout.formats()) for number in range(4)]
    assert colours == [True, False, True, False]


def test_a_crash_loop_goes_on_by_itself_and_a_removal_is_the_last_word(pages, engine, qtbot):
    web = engine.named("web").id
    engine.live.write(web, b"first")
    tab = open_logs(pages)
    qtbot.waitUntil(lambda: seen(tab) == ["first"] and logs_open(engine))
    tab._waited_ms = 10**6  # so that what is said in between is seen

    def ended_with(words: str) -> bool:
        engine.live.end(web)  # each that is begun: news of its state begin one more
        return tab.status.text().endswith(words)

    engine.set_state("web", "restarting")
    qtbot.waitUntil(lambda: ended_with("is started again: its log goes on then"))
    engine.set_state("web", "paused")
    qtbot.waitUntil(lambda: ended_with("paused: nothing is written"))
    assert not tab._again.isActive(), "nothing comes of a paused one"
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: ended_with("the container does not run: nothing more comes"))
    engine.set_state("web", "running")
    qtbot.waitUntil(lambda: logs_open(engine))
    engine.live.write(web, b"second", second=1_700_000_009)
    qtbot.waitUntil(lambda: seen(tab) == ["first", "second"])
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: tab.status.text().endswith("the container was removed"))
    engine.live.end(web)
    qtbot.waitUntil(lambda: not engine.live.open)
    ended = []
    tab.page.session.jobs.load("after", lambda _control: None, ended.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert tab.status.text().endswith("the container was removed")
