"""One QAction per Action, for menu bar, toolbar, context menus and palette alike. Knows no view.

A blocked action is disabled and its tooltip is the sentence that says why; an action that can run says its shortcut.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from imagexplorer import resources
from imagexplorer.actions.action import Action
from imagexplorer.core.entities import Selection
from imagexplorer.session import Session

GROUPS = ("&File", "&Image", "&Container", "&View", "&Help")
"""The menus, in their order. A group that is not here comes after them."""


class Registry(QObject):
    selection_changed = Signal()
    changed = Signal()  # an action was added, or what is blocked was looked at again

    def __init__(self, session: Session, actions: Iterable[Action] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, Action] = {}
        self._made: dict[str, QAction] = {}
        self._blocked: dict[str, str] = {}
        self._selection = Selection()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.update)
        for signal in (session.sources_changed, session.images_changed, session.containers_changed):
            signal.connect(self._later.start)
        session.trash.changed.connect(self._later.start)
        session.jobs.changed.connect(self._later.start)
        self.add(*actions)

    def add(self, *actions: Action) -> None:
        """What belongs to the window itself (palette, filter, back) comes from there."""
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"two actions are called {action.id}")
            # A key that a view takes itself is no shortcut of the window: behind a tab a menu shows it all the same.
            made = QAction(f"{action.text}\t{action.shown_key}" if action.shown_key else action.text, self)
            made.setIconText(action.words)
            made.setObjectName(action.id)
            if action.icon:
                made.setIcon(resources.icon(action.icon))
            if action.keys:
                made.setShortcuts([QKeySequence(key) for key in action.keys])
            made.setCheckable(action.checked is not None)
            made.triggered.connect(lambda _checked=False, name=action.id: self._run(name))
            self._actions[action.id] = action
            self._made[action.id] = made
        self.update()

    def close(self) -> None:
        """The window goes: what its actions ask of it is not there any more."""
        self._later.stop()
        self._actions.clear()

    # -- what there is --------------------------------------------------------------------------
    def action(self, identifier: str) -> QAction:
        """Raises KeyError for an id that no action has."""
        return self._made[identifier]

    def record(self, identifier: str) -> Action:
        return self._actions[identifier]

    def ids(self) -> Sequence[str]:
        return tuple(self._actions)

    def blocked(self, identifier: str) -> str:
        """Why it cannot run now, "" where it can."""
        return self._blocked[identifier]

    @property
    def selection(self) -> Selection:
        return self._selection

    def set_selection(self, selection: Selection) -> None:
        """What actions are about from now on; told by the page that has the focus of the window."""
        if selection != self._selection:
            self._selection = selection
            self.update()
            self.selection_changed.emit()

    def update(self) -> None:
        """Look again what can run."""
        for name, action in self._actions.items():
            made, why = self._made[name], action.blocked(self._selection)
            self._blocked[name] = why
            made.setEnabled(not why)
            made.setToolTip(_tooltip(action, made, why))
            made.setStatusTip("")
            if action.checked is not None:
                made.setChecked(action.checked())
        self.changed.emit()

    def run(self, identifier: str) -> str:
        """As if its menu entry had been chosen. Returns why it is blocked, "" where it ran."""
        why = self._actions[identifier].blocked(self._selection)
        if not why:
            self._made[identifier].trigger()
        return why

    # -- where they show ------------------------------------------------------------------------
    def fill_menu_bar(self, bar: QMenuBar) -> dict[str, QMenu]:
        """One menu per group; returned by group."""
        present = list(dict.fromkeys(action.group for action in self._actions.values() if action.group))
        ordered = [group for group in GROUPS if group in present] + [group for group in present if group not in GROUPS]
        menus = {}
        for group in ordered:
            menu = bar.addMenu(group)
            menu.setToolTipsVisible(True)
            self._fill(menu, [action for action in self._actions.values() if action.group == group])
            menus[group] = menu
        return menus

    def fill_context_menu(self, menu: QMenu, selection: Selection) -> None:
        """What can be done with the selection, the same actions as everywhere."""
        self.set_selection(selection)
        self.update()
        held = (("image.", selection.images), ("container.", selection.containers), ("volume.", selection.volumes))
        kinds = [kind for kind, there in held if there]
        menu.setToolTipsVisible(True)
        self._fill(
            menu, [action for name, action in self._actions.items() if name.startswith(tuple(kinds or ["view."]))]
        )

    def _fill(self, menu: QMenu, actions: Sequence[Action]) -> None:
        section = None
        for action in sorted(actions, key=lambda each: each.section):
            if section is not None and action.section != section:
                menu.addSeparator()
            section = action.section
            menu.addAction(self._made[action.id])

    def _run(self, identifier: str) -> None:
        action = self._actions[identifier]
        if not action.blocked(self._selection):  # it may have changed since it was drawn
            action.run(self._selection)
        self._later.start()


def _tooltip(action: Action, made: QAction, why: str) -> str:
    """Rich text of our own making around escaped words: names in a sentence are from outside."""
    keys = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText) or action.shown_key
    words = why or (f"{action.words} ({keys})" if keys else action.words)
    return f"<qt>{html.escape(words)}</qt>"
