"""Where an image comes from, in the real window on a real engine: the images below it, its Dockerfile, its kin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from imagexplorer.models.stack_model import FROM, LAYER
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.related_tab import RelatedTab
from tests import engine_images
from tests.engines import Engine
from tests.stories.test_window_main_job import Open, opened
from tests.views.pages import paths

__all__ = ["opened"]


def test_a_line_its_files_its_image_and_what_comes_later(
    opened: Open, engine: Engine, tidy: list[str], tmp_path: Path
) -> None:
    root, leaf = engine.name("story/root:1"), engine.name("story/leaf:1")
    tidy += ["image:story/later:1", "image:story/leaf:1", "image:story/root:1"]
    engine_images.build(engine.api, "story/root:1", "FROM scratch\nCOPY busybox /bin/busybox\nENV PATH=/bin\n")
    engine_images.build(engine.api, "story/leaf:1", f"FROM {root}\nCOPY Dockerfile /here\nCMD true\n")
    person = opened(leaf)
    person.sees(lambda: isinstance(person.window.current_page, ImagePage))
    page = person.window.current_page
    assert isinstance(page, ImagePage)
    view = page.stack.view
    person.sees(lambda: any(base.name == root for base in page.origin.bases) and page.files.tree.files.view is not None)
    slabs = view.stack.slabs()
    assert any(slab.kind == FROM and slab.text == f"FROM {root}" for slab in slabs)

    # a line by the keyboard shows what it wrote; a file points at its line
    top = view.stack.row_of_layer(1)
    view.select_row(top - 1)
    person.press(view, Qt.Key.Key_Down)
    assert view.current_slab().kind == LAYER
    person.sees(lambda: paths(page.files.tree.files) == {"here"})
    assert page.files.spec.delta

    # the Dockerfile
    QGuiApplication.clipboard().clear()
    person.trigger("image.dockerfile_copy")
    person.sees(lambda: f"\nFROM {root}\n" in QGuiApplication.clipboard().text())
    page.session.origins.save(page.source, page.image.id, str(tmp_path / "Dockerfile"), person.errors.append)
    person.sees(lambda: (tmp_path / "Dockerfile").exists())
    assert (tmp_path / "Dockerfile").read_text() == QGuiApplication.clipboard().text()

    # another terminal builds on it, and that is seen
    tab = page.findChild(RelatedTab)
    page.tabs.setCurrentWidget(tab)
    engine_images.build(engine.api, "story/later:1", f"FROM {leaf}\nCOPY busybox /again\n")
    later = engine.name("story/later:1")
    person.sees(lambda: any(item.text(0) == later for item in tab._items()))

    # and the image below opens from the path over the page
    step = next(each for each in page.header.findChildren(QToolButton) if each.accessibleName() == root)
    step.click()
    person.sees(lambda: getattr(person.window.current_page, "title", "") == root)
    assert person.errors == []
