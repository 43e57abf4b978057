"""Terminals in a container: keys, sizes, pasted lines, several at once, ends, and where there is no shell."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from imagexplorer.core.errors import Refused
from imagexplorer.core.live import TerminalSpec
from imagexplorer.views.terminal_keys import key_bytes, pasted
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages

NONE = Qt.KeyboardModifier.NoModifier
CTRL, ALT, SHIFT = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Control", "Alt", "Shift"))


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


def open_tab(pages, name: str = "web"):
    page = pages.open_container(pages.engine.named(name))
    tab = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if type(each).__name__ == "TerminalTab")
    page.tabs.setCurrentWidget(tab)
    return tab


def opened(tab, engine, qtbot, number: int = 1):
    qtbot.waitUntil(lambda: ("terminal", f"exec{number}") in engine.live.open)
    pane = tab.panes()[-1]
    qtbot.waitUntil(lambda: pane._line is not None and pane._line.identifier == f"exec{number}")
    return pane


def test_a_locked_engine_opens_none_until_it_is_unlocked(pages, engine, qtbot):
    pages.session.lock(pages.key, True)
    tab = open_tab(pages)
    qtbot.waitUntil(lambda: tab.is_made and tab.empty.title.text() == "This engine is locked")
    assert not tab.new.isEnabled()
    tab.program.setText("sh")
    tab._run_program()
    errors = []
    pages.session.terminals.open("t", pages.key, TerminalSpec(tab.page.container.id), list, list, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert "is locked" in str(errors[0])
    assert not engine.called("terminal")
    pages.session.lock(pages.key, False)
    qtbot.waitUntil(tab.new.isEnabled)
    tab.open_pane()
    opened(tab, engine, qtbot)


@pytest.mark.parametrize(
    ("key", "held", "text", "sent"),
    [
        (Qt.Key.Key_A, NONE, "a", b"a"),
        (Qt.Key.Key_C, CTRL, "\x03", b"\x03"),
        (Qt.Key.Key_B, ALT, "b", b"\x1bb"),
        (Qt.Key.Key_Up, NONE, "", b"\x1b[A"),
        (Qt.Key.Key_Right, CTRL, "", b"\x1b[1;5C"),
        (Qt.Key.Key_Delete, NONE, "", b"\x1b[3~"),
        (Qt.Key.Key_F1, NONE, "", b"\x1bOP"),
        (Qt.Key.Key_Backspace, NONE, "\x08", b"\x7f"),
        (Qt.Key.Key_Backtab, SHIFT, "", b"\x1b[Z"),
        (Qt.Key.Key_C, CTRL | SHIFT, "\x03", b""),
        (Qt.Key.Key_1, CTRL, "1", b""),
        (Qt.Key.Key_Shift, SHIFT, "", b""),
        (Qt.Key.Key_Eacute, NONE, "é", "é".encode()),
    ],
)
def test_keys_as_programs_expect_them(key, held, text, sent):
    assert key_bytes(key.value, held, text, cursor_keys=False) == sent


def test_cursor_keys_of_editors_and_pasted_text():
    assert key_bytes(Qt.Key.Key_Up.value, NONE, "", cursor_keys=True) == b"\x1bOA"
    assert pasted("a\r\nb\x1b[201~\x03", bracketed=True) == b"\x1b[200~a\rb[201~\x1b[201~"


def test_what_is_typed_goes_in_order_and_what_is_said_is_seen(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    spec = engine.called("terminal")[0][0]
    assert (spec.columns, spec.rows) == pane.view.size_in_cells()
    engine.live.say(1, b"\x1b]0;top: web\x07$ \x1b[6n")
    qtbot.waitUntil(lambda: pane.view.terminal.lines()[0] == "$")
    qtbot.waitUntil(lambda: engine.called("terminal_write") == [("exec1", b"\x1b[1;3R")])
    assert tab.tabs.tabText(0) == "top: web"
    qtbot.keyClicks(pane.view, "ls")
    qtbot.keyClick(pane.view, Qt.Key.Key_Tab)
    qtbot.keyClick(pane.view, Qt.Key.Key_W, CTRL)
    qtbot.waitUntil(lambda: len(engine.called("terminal_write")) == 5)
    assert b"".join(data for _, data in engine.called("terminal_write")[1:]) == b"ls\t\x17"
    tab.page.resize(700, 500)
    qtbot.waitUntil(
        lambda: any(sizes == ("exec1", *pane.view.size_in_cells()) for sizes in engine.called("terminal_resize"))
    )


def test_several_at_once_and_closing_hangs_up(pages, engine, qtbot):
    tab = open_tab(pages)
    opened(tab, engine, qtbot)
    tab.new.click()
    opened(tab, engine, qtbot, 2)
    tab.page.tabs.setCurrentIndex(0)
    assert len([name for name, _ in engine.live.open if name == "terminal"]) == 2, "they go on out of sight"
    tab.page.tabs.setCurrentWidget(tab)
    tab.close_pane(0)
    qtbot.waitUntil(lambda: ("terminal", "exec1") not in engine.live.open)
    assert ("terminal", "exec2") in engine.live.open
    tab.page.close()
    qtbot.waitUntil(lambda: not engine.live.open)


def test_an_end_is_told_and_it_opens_again(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    engine.live.say(1, b"$ exit\r\n")
    engine.live.say(1, 3)
    qtbot.waitUntil(lambda: pane.words.text() == "ended with exit code 3")
    assert pane.view.terminal.lines()[0] == "$ exit"
    pane.again.click()
    opened(tab, engine, qtbot, 2)


def test_without_a_shell_it_says_what_to_do(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    engine.live.say(1, b"exec failed: no such file\r\n")
    engine.live.say(1, 127)
    qtbot.waitUntil(lambda: pane.empty.title.text() == "There is no shell in this container")
    assert "docker run --rm -it --pid container:web" in pane.empty.text.text()
    engine.fail["terminal"] = Refused("terminal", 'exec: "top": executable file not found in $PATH')
    tab.program.setText("top -d 1")
    qtbot.keyClick(tab.program, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.panes()[-1].empty.title.text() == "No such program")
    assert engine.called("terminal")[-1][0].command == ("top", "-d", "1")


def test_several_lines_ask_before_they_are_pasted(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    QGuiApplication.clipboard().setText("rm -r /\necho done")
    pane.view.paste()
    box = pane.view.findChild(QMessageBox)
    assert "rm -r /" in box.informativeText()
    assert not engine.called("terminal_write")
    next(button for button in box.buttons() if "Paste" in button.text()).click()
    qtbot.waitUntil(lambda: engine.called("terminal_write") == [("exec1", b"rm -r /\recho done")])
    QGuiApplication.clipboard().setText("one line")
    pane.view.paste()
    qtbot.waitUntil(lambda: engine.called("terminal_write")[-1] == ("exec1", b"one line"))


def test_a_flood_is_left_out_rather_than_kept(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    for number in range(200):
        engine.live.say(1, b"x" * 65_000 + b"\r\n%d\r\n" % number)
    engine.live.say(1, b"the end")
    qtbot.waitUntil(lambda: "the end" in pane.view.terminal.lines(), timeout=20_000)
    assert pane._line.left_out > 0


def test_text_is_marked_and_copied(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    engine.live.say(1, b"first line\r\nsecond")
    qtbot.waitUntil(lambda: pane.view.terminal.lines()[1] == "second")
    view = pane.view
    view._anchor, view._marked = view._place(QPoint(6, 8)), view._place(QPoint(2000, round(8 + view._high)))
    view.copy()
    assert QGuiApplication.clipboard().text() == "first line\nsecond"


def test_one_that_does_not_run_says_so(pages, engine, qtbot):
    tab = open_tab(pages, "old")
    assert tab.empty.title.text() == "It does not run"
    qtbot.wait(30)
    assert not engine.called("terminal")
    assert not tab.new.isEnabled()


def test_a_page_that_closes_at_once_leaves_no_terminal_behind(pages, engine, qtbot):
    tab = open_tab(pages)
    tab.open_pane()
    tab.page.close()
    QApplication.processEvents()
    QApplication.processEvents()
    assert tab.panes()
    assert not engine.called("terminal")


def test_an_ended_one_opens_again_once_the_container_runs_again(pages, engine, qtbot):
    tab = open_tab(pages)
    pane = opened(tab, engine, qtbot)
    engine.set_state("web", "restarting")
    engine.live.say(1, 137)
    qtbot.waitUntil(lambda: tab.page.container.state == "restarting" and pane.words.text().endswith("137"))
    qtbot.waitUntil(lambda: not pane.again.isEnabled())
    engine.set_state("web", "running")
    qtbot.waitUntil(pane.again.isEnabled)


def test_one_that_is_started_again_and_again_says_so(pages, engine, qtbot):
    engine.set_state("web", "restarting")
    tab = open_tab(pages)
    qtbot.waitUntil(lambda: tab.empty.title.text() == "It is being started again")
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: tab.empty.title.text() == "The container was removed")
    assert not engine.called("terminal")
