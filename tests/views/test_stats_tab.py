"""A container's use and processes as they go on; the list's small graphs follow only what is in sight."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from imagexplorer.core.entities import ADDED, Change
from imagexplorer.core.errors import Refused
from imagexplorer.core.live import Processes, Sample
from imagexplorer.session.uses import MOST
from imagexplorer.views import processes_tab, stats_tab
from imagexplorer.views.containers_page import ContainersPage
from imagexplorer.views.live_plot import clock
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


def open_tab(pages, kind: str, name: str = "web"):
    page = pages.open_container(pages.engine.named(name))
    tab = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if type(each).__name__ == kind)
    page.tabs.setCurrentWidget(tab)
    return tab


def feed(engine, qtbot, tab, count: int, start: float = 1_700_000_000.0) -> None:
    web = engine.named("web").id
    name = ("stats", web)
    # The line over the page followed it first, and lets go of it for the tab.
    qtbot.waitUntil(lambda: tab._streaming and engine.live.heard(name) == 1)
    before = len(tab.history)
    for second in range(count):
        engine.live.use(
            web, Sample(start + second, float(second), 4, 64_000_000, 512_000_000, second * 1000, 0, None, None, 3)
        )
    qtbot.waitUntil(lambda: len(tab.history) == before + count)


def test_plots_follow_and_are_read_off(pages, engine, qtbot):
    tab = open_tab(pages, "StatsTab")
    assert "first sample" in tab.empty.title.text()
    feed(engine, qtbot, tab, 30)
    cpu, memory, network, disk, processes, _layer = tab.plots
    assert cpu.value_words() == "of one core 29.0 %"
    assert memory.value_words() == "used 64 MB   limit 512 MB"
    assert network.value_words() == "received 1 kB/s   sent 0 Bytes/s"
    assert disk.value_words() == "read –   written –"
    assert "cgroups" in disk.note
    assert network.note == processes.note == ""
    assert processes.value_words() == "3"
    area = cpu._area()
    at = QPoint(round(area.right() - area.width() * 10 / 60), round(area.center().y()))
    qtbot.mouseMove(cpu, QPoint(1, 1))
    qtbot.mouseMove(cpu, at)
    assert cpu.value_words() == "of one core 19.0 %"
    assert tab.status.text().startswith("at ")
    assert memory.moment == cpu.moment, "one hair through all"
    qtbot.keyClick(cpu, Qt.Key.Key_Right)
    assert cpu.value_words() == "of one core 20.0 %"
    qtbot.keyClick(cpu, Qt.Key.Key_Escape)
    assert cpu.value_words() == "of one core 29.0 %"


def test_the_writable_layer_is_weighed_and_its_growth_told(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(stats_tab, "WEIGH_MS", 10)
    tab = open_tab(pages, "StatsTab")
    feed(engine, qtbot, tab, 2)
    layer = tab.plots[-1]
    qtbot.waitUntil(lambda: layer.value_words() == "12 kB")
    web = engine.named("web")
    engine.changed[web.id] = (*engine.changed[web.id], Change("/new", ADDED, 30_000, "file"))
    feed(engine, qtbot, tab, 2, 1_700_000_010.0)
    qtbot.waitUntil(lambda: layer.note == "+30 kB in this window")
    tab.page.tabs.setCurrentIndex(0)
    asked = len(engine.called("written"))
    qtbot.wait(60)
    assert len(engine.called("written")) == asked


def test_marked_moments_stand_on_the_growth(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(stats_tab, "WEIGH_MS", 10)
    monkeypatch.setattr(stats_tab, "ahead", lambda _sample: 0.3)
    tab = open_tab(pages, "StatsTab")
    moments, layer = tab.page.changes.moments, tab.plots[-1]
    qtbot.waitUntil(lambda: len(moments.kept) == 1)  # as it was when it was opened
    moments.add(replace(moments.kept[0], at=1_700_000_005.0))
    feed(engine, qtbot, tab, 3)
    qtbot.waitUntil(lambda: len(tab.growth) > 0)
    web = engine.named("web")
    engine.changed[web.id] = (*engine.changed[web.id], Change("/new", ADDED, 30_000, "file"))
    feed(engine, qtbot, tab, 2, 1_700_000_010.0)
    qtbot.waitUntil(lambda: layer.note == "+30 kB in this window")
    moments.what.setCurrentIndex(1)
    feed(engine, qtbot, tab, 1, 1_700_000_012.0)
    qtbot.waitUntil(lambda: layer.note == f"+30 kB since {clock(1_700_000_005.0)}")
    assert (1_700_000_005.0, f"marked {clock(1_700_000_005.0)}") in layer.marks
    first = tab.growth.times[0]
    assert tab._grown(first - 60, first + 60, "{size} since {time}") == f"+30 kB since {clock(first)}", (
        "no more is known"
    )
    with_marks = layer.grab().toImage()
    layer.marks = ()
    assert layer.grab().toImage() != with_marks, "they are drawn"
    monkeypatch.setattr(stats_tab, "ahead", lambda _sample: 3600.0)
    feed(engine, qtbot, tab, 1, 1_700_000_013.0)
    assert layer.marks[0][0] == 1_700_003_605.0, "of an engine whose clock is another they stand where it was then"


def test_held_it_stands_while_samples_come(pages, engine, qtbot):
    tab = open_tab(pages, "StatsTab")
    feed(engine, qtbot, tab, 5)
    tab.pause.click()
    end = tab.plots[0]._end
    feed(engine, qtbot, tab, 5, 1_700_000_005.0)
    assert tab.plots[0]._end == end
    assert tab.status.text().startswith("held")
    tab.pause.click()
    assert tab.plots[0]._end == end + 5
    tab.windows.button(15).click()
    assert tab.plots[0]._end - tab.plots[0]._start == 900


def test_out_of_sight_nothing_streams(pages, engine, qtbot):
    tab = open_tab(pages, "StatsTab")
    feed(engine, qtbot, tab, 2)
    tab.page.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: not tab._streaming)
    tab.page.tabs.setCurrentWidget(tab)
    name = ("stats", engine.named("web").id)
    qtbot.waitUntil(lambda: tab._streaming and engine.live.heard(name) == 1)
    engine.live.end(engine.named("web").id)
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: "does not run" in tab.status.text())
    engine.set_state("web", "running")
    qtbot.waitUntil(lambda: tab.status.text() == "live", timeout=8000)
    tab.page.close()
    qtbot.waitUntil(lambda: not engine.live.open)


def test_one_that_does_not_run_has_no_use_and_no_processes(pages, engine, qtbot):
    assert open_tab(pages, "StatsTab", "old").empty.title.text() == "It does not run"
    assert open_tab(pages, "ProcessesTab", "old").empty.title.text() == "It does not run"
    assert not engine.called("stats")
    assert not engine.called("processes")


def test_processes_come_again_and_errors_are_named(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(processes_tab, "EVERY_MS", 20)
    tab = open_tab(pages, "ProcessesTab")
    qtbot.waitUntil(lambda: tab.table is not None and tab.table.records.rowCount() == 2)
    assert tab.status.text() == "2 processes"
    table = tab.table
    table.selectRow(1)
    engine.live.processes = Processes(("PID", "CMD"), (("1", "nginx"), ("7", "sleep 1"), ("8", "sh")))
    qtbot.waitUntil(lambda: table.records.rowCount() == 3)
    assert tab.table is table
    assert [row[0] for row in table.selected()] == ["7"]
    engine.fail["processes"] = Refused("processes of web", "the engine tells none", "Look with ps")
    qtbot.waitUntil(lambda: "the engine tells none" in tab.empty.text.text())
    tab.page.tabs.setCurrentIndex(0)
    asked = len(engine.called("processes"))
    qtbot.wait(80)
    assert len(engine.called("processes")) == asked


def test_one_that_is_started_again_and_again_says_so(pages, engine, qtbot, monkeypatch):
    engine.set_state("web", "restarting")
    engine.fail["processes"] = Refused("processes of web", "Container is restarting, wait until it is running")
    words = "It is being started again"
    stats = open_tab(pages, "StatsTab")

    def said() -> bool:
        engine.live.end(engine.named("web").id)  # each that is begun: news of its state begin one more
        return stats.empty.title.text() == words

    qtbot.waitUntil(said)
    monkeypatch.setattr(processes_tab, "EVERY_MS", 20)
    tab = open_tab(pages, "ProcessesTab")
    qtbot.waitUntil(lambda: tab.empty.title.text() == words)
    engine.gate["processes"] = threading.Event()
    asked = len(engine.called("processes"))
    qtbot.waitUntil(lambda: len(engine.called("processes")) > asked)
    assert tab.empty.title.text() == words, "it does not blink while it is asked again"


def test_processes_that_come_after_the_removal_are_not_shown(pages, engine, qtbot):
    engine.gate["processes"] = threading.Event()
    tab = open_tab(pages, "ProcessesTab")
    qtbot.waitUntil(lambda: bool(engine.called("processes")))
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: tab.page.gone)
    engine.gate["processes"].set()
    qtbot.waitUntil(lambda: not tab._asking)
    assert (tab.empty.title.text(), tab.body.currentWidget() is tab.empty) == ("The container was removed", True)
    assert tab.status.text() == ""


def test_the_list_follows_rows_in_sight_and_at_most_thirty(qtbot, engine):
    image = next(iter(engine.images.values()))
    for number in range(60):
        engine.add_container(f"more{number}", image)
    pages = Pages(qtbot, engine)
    page = ContainersPage(pages.session, pages.registry)
    page.resize(1100, 500)
    page.show()
    page._use.look()
    rows = list(page._use.in_sight())
    assert 3 < len(rows) < MOST
    qtbot.waitUntil(lambda: {each for _, each in engine.live.open} == set(rows))
    engine.live.use(rows[0], Sample(5.0, 50.0, memory_bytes=1_000_000))
    qtbot.waitUntil(lambda: pages.session.uses.of(rows[0]).now("cpu") == 50.0)
    assert page.model.index_of(rows[0]).siblingAtColumn(page.model.column_of("cpu")).data() == "50.0 %"
    page.resize(1100, 3000)
    page._use.look()
    qtbot.waitUntil(lambda: len(engine.live.open) == MOST)
    page.hide()
    qtbot.waitUntil(lambda: not engine.live.open)
    page.close()
    page.deleteLater()
    pages.close()
