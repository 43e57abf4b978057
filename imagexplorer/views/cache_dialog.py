"""How large the cache of layers is and may be, and the button that clears it. Knows the session's cache only."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QSpinBox, QWidget

from imagexplorer import resources
from imagexplorer.core.text import exact_size, human_size, plain
from imagexplorer.session.index_cache import IndexCache
from imagexplorer.views.ask_dialog import AskDialog
from imagexplorer.views.theme import plain_label, set_tip

MB = 1_000_000
_LEAST_MB, _MOST_MB = 10, 1_000_000


class CacheDialog(AskDialog):
    def __init__(self, cache: IndexCache, parent: QWidget | None) -> None:
        super().__init__(self.tr("Cache of layers"), self.tr("Save limit"), parent)
        self._cache = cache
        about = plain_label(
            self.tr(
                "What was read of a layer is kept, so that it is read once. "
                "Clearing it loses nothing but the time to read it again."
            ),
            wrap=True,
        )
        self.used = plain_label(selectable=True)
        self.place = plain_label(selectable=True, tone="muted")
        self.clear = QPushButton(resources.icon("delete"), self.tr("&Clear cache"))
        self.clear.setAutoDefault(False)
        self.clear.clicked.connect(self._clear)
        self.limit = QSpinBox()
        self.limit.setRange(_LEAST_MB, _MOST_MB)
        self.limit.setSingleStep(100)
        self.limit.setGroupSeparatorShown(True)
        self.limit.setSuffix(" MB")
        self.limit.setValue(cache.limit_bytes // MB)
        set_tip(self.limit, self.tr("Beyond it what was used least recently goes first"))
        row = QHBoxLayout()
        row.addWidget(self.used)
        row.addStretch()
        row.addWidget(self.clear)
        form = QFormLayout()
        form.addRow(self.tr("In use"), row)
        form.addRow(self.tr("Folder"), self.place)
        form.addRow(self.tr("&Limit"), self.limit)
        note = plain_label(self.tr("What is beyond a new limit goes at once."), wrap=True, tone="muted")
        self.body.addWidget(about)
        self.body.addLayout(form)
        self.body.addWidget(note)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 72)
        cache.changed.connect(self._show)
        self._show()
        self.limit.setFocus()
        cache.look()

    def _show(self) -> None:
        used = self._cache.used_bytes
        if not self._cache.enabled:
            self.used.set_text(self.tr("the cache is off"))
        else:
            self.used.set_text("…" if used is None else human_size(used))
            set_tip(self.used, "" if used is None else exact_size(used))
        self.place.set_text(plain(self._cache.directory, 300))
        self.clear.setEnabled(bool(used))

    def _clear(self) -> None:
        self.clear.setEnabled(False)
        self._cache.clear()

    def limit_bytes(self) -> int:
        return self.limit.value() * MB
