"""What pages of one kind remember between them and between runs: columns by key, and where the splitter stands."""

from __future__ import annotations

from PySide6.QtWidgets import QSplitter

from imagexplorer.settings import Settings
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.record_page import RecordPage

_WIDEST = 20_000


def save_page(page: RecordPage, settings: Settings) -> None:
    for name, header in page.headers().items():
        header.save(settings, f"{page.kind}_page.{name}")
    save_splitter(page.splitter, settings, f"{page.kind}_page.split")
    for tab in page.findChildren(PageTab):
        _save_tab(tab, settings)


def restore_page(page: RecordPage, settings: Settings) -> None:
    """Not the order of rows: what a page is sorted by is asked for with its files."""
    for name, header in page.headers().items():
        header.restore(settings, f"{page.kind}_page.{name}", sorting=False)
    restore_splitter(page.splitter, settings, f"{page.kind}_page.split")
    for tab in page.findChildren(PageTab):
        if tab.is_made:
            _restore_tab(tab, settings)
        else:
            tab.made.connect(lambda tab=tab: _restore_tab(tab, settings))


def _save_tab(tab: PageTab[RecordPage], settings: Settings) -> None:
    for name, part in tab.remembered().items() if tab.is_made else ():
        key = f"{tab.page.kind}_page.{tab.name}.{name}"
        save_splitter(part, settings, key) if isinstance(part, QSplitter) else part.save(settings, key)


def _restore_tab(tab: PageTab[RecordPage], settings: Settings) -> None:
    for name, part in tab.remembered().items():
        key = f"{tab.page.kind}_page.{tab.name}.{name}"
        restore_splitter(part, settings, key) if isinstance(part, QSplitter) else part.restore(settings, key)


def save_splitter(splitter: QSplitter, settings: Settings, key: str) -> None:
    # Of one that was never laid out, and of a part that is out of sight now, the size is 0: it would hide it for good.
    if all(splitter.sizes()):
        settings.set(key, {f"part_{number}": size for number, size in enumerate(splitter.sizes())})


def restore_splitter(splitter: QSplitter, settings: Settings, key: str) -> None:
    sizes = settings.numbers(key)
    wanted = [sizes.get(f"part_{number}", 0) for number in range(splitter.count())]
    if sizes and all(0 < size < _WIDEST for size in wanted):
        splitter.setSizes(wanted)
