"""Keys that a widget takes while it has the focus. Knows no widget of ours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def own_key(
    widget: QWidget,
    key: QKeySequence.StandardKey | Qt.Key | str,
    act: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetShortcut,
) -> None:
    """A shortcut of this widget alone. PySide leaves the context out where a callable is given too: then the key would
    be taken from the whole window, and two such keys from each other."""
    QShortcut(QKeySequence(key), widget, context=context).activated.connect(act)
