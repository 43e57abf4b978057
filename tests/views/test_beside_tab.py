"""The image and its container, side by side."""

from __future__ import annotations

from imagexplorer.core.live import Sample
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages


def test_the_two_as_what_they_are(qtbot):
    engine = FakeEngine()
    pages = Pages(qtbot, engine)
    web = engine.named("web")
    engine.add_container("web2", engine.images[web.image_id], "exited")
    page = pages.open_container(web)
    tab = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if type(each).__name__ == "BesideTab")
    page.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: page.image is not None and ("stats", web.id) in engine.live.open)
    engine.live.use(web.id, Sample(5.0, 2.0, memory_bytes=64_000_000))

    def words(what: str) -> tuple[str, str]:
        return next((image.text(), container.text()) for name, image, container in tab.cells if name.text() == what)

    qtbot.waitUntil(lambda: words("In memory now")[1] == "64 MB, 2.0 % of one core")
    assert words("What it is")[0] == "a template"
    assert words("In memory now")[0] == "nothing: an image does not run"
    assert "3 layers" in words("Its files")[0]
    assert words("State") == ("none", "running")
    assert words("How many")[0] == "one image"
    engine.set_state("web", "restarting")
    qtbot.waitUntil(lambda: words("In memory now")[1] == "nothing: it ended and is started again")
    assert "started" not in page.header.facts.whole()
    engine.set_state("web", "running")
    qtbot.waitUntil(lambda: words("State")[1] == "running")
    page.tabs.setCurrentIndex(0)
    # The line over the page goes on, until the page is out of sight.
    qtbot.waitUntil(lambda: engine.live.open.count(("stats", web.id)) == 1)
    page.hide()
    qtbot.waitUntil(lambda: not engine.live.open)
    page.show()
    page.tabs.setCurrentWidget(tab)
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: words("State")[1] == "removed")
    assert words("In memory now")[1] == "nothing: it does not run"
    pages.close()
