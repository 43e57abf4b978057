"""The list of containers of the current engine, by compose project where that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QMenu, QTreeView, QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import ALL, DOCKER, Container, Selection, Touched
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Group, Role
from imagexplorer.models.tables import CONTAINERS, compose_project
from imagexplorer.models.use_columns import with_use
from imagexplorer.session import Session
from imagexplorer.views.copying import add_copy
from imagexplorer.views.details_pane import container_totals, shown_of
from imagexplorer.views.list_page import ListPage
from imagexplorer.views.use_watch import UseWatch

WORDS_EVERY_MS = 60_000


class ContainersPage(ListPage):
    grouping_changed = Signal(bool)
    noun = "container"
    key = "containers"
    open_action = "container.open"
    delete_action = "container.delete"

    def __init__(self, session: Session, registry: Registry, parent: QWidget | None = None) -> None:
        view = QTreeView()
        view.setAccessibleName("Containers")
        view.setUniformRowHeights(True)
        view.setAllColumnsShowFocus(True)
        view.setExpandsOnDoubleClick(True)
        columns = with_use(CONTAINERS, session.uses.of, session.growth_of)
        super().__init__(session, registry, columns, view, parent)
        self._tree = view
        self._use = UseWatch(self, view)
        self._project = self._project_of  # the one object: the model looks whether it is another
        self._folded: set[str] = set()  # projects that the user folded: new ones come open
        self.grouped = QCheckBox(self.tr("Group by compose &project"))
        self.grouped.toggled.connect(self._group)
        self.bar.addWidget(self.grouped)
        view.collapsed.connect(lambda index: self._remember(index, True))
        view.expanded.connect(lambda index: self._remember(index, False))
        self.header_state.set_up()
        self.header_state.withhold(self.withheld())
        self.header_state.sort(self.model.column_of("created"), descending=True)
        self.proxy.rowsInserted.connect(lambda *_: self._unfold())
        self.proxy.layoutChanged.connect(lambda *_: self._unfold())
        session.containers_changed.connect(lambda: self.show_records(session.containers))
        session.sources_changed.connect(self._sources_changed)
        self._clock = QTimer(self, singleShot=True, interval=WORDS_EVERY_MS)
        self._clock.timeout.connect(self._read_words)
        self._clock.start()
        self.grouped.setChecked(True)
        self.show_records(session.containers)

    def withheld(self) -> tuple[str, ...]:
        # With whose each is, the name would have no room beside what State says too.
        return super().withheld() or ("status", "memory")

    def _sources_changed(self) -> None:
        self.header_state.withhold(self.withheld())
        self.show_state()

    def _read_words(self) -> None:
        """ "Up 3 minutes" is the engine's own sentence: it says another one a minute later, and sends no event.
        Out of sight the clock stops: the words are read when they are to be seen again."""
        if not self.isVisible():
            return
        self._clock.start()
        if self.session.containers:
            self.session.refresh(Touched(containers=frozenset({ALL})))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._clock.isActive():
            self._read_words()
        self._use.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        self._use.end()
        super().hideEvent(event)

    # -- groups -------------------------------------------------------------------------------------

    def _group(self, wanted: bool) -> None:
        self.model.set_grouping(self._project if wanted else None)
        self.header.setSectionHidden(self.model.column_of("project"), wanted)  # the groups say it
        self._shape()
        self._unfold()
        self.grouping_changed.emit(wanted)

    def _project_of(self, container: Container) -> str:
        """Two engines may have projects of one name."""
        project = compose_project(container)
        return f"{project} on {self.session.name_of(container.source)}" if project and container.source else project

    def _shape(self) -> None:
        """Without a project the rows are a flat list, with no room for branches."""
        self._tree.setRootIsDecorated(
            self.model.grouped and any(container.project for container in self.session.containers)
        )

    def _remember(self, index: QModelIndex, folded: bool) -> None:
        group = index.data(Role.RECORD)
        if isinstance(group, Group):
            (self._folded.add if folded else self._folded.discard)(group.key)

    def _unfold(self) -> None:
        if not self._tree.rootIsDecorated():
            return  # no heading among thousands of rows
        for row in range(self.proxy.rowCount()):
            index = self.proxy.index(row, 0)
            group = index.data(Role.RECORD)
            if isinstance(group, Group):
                self._tree.setFirstColumnSpanned(row, QModelIndex(), False)
                wanted = group.key not in self._folded
                if self._tree.isExpanded(index) != wanted:
                    self._tree.setExpanded(index, wanted)

    def show_records(self, records: Sequence[Any]) -> None:
        super().show_records(records)
        self._shape()
        self._unfold()

    # -- words --------------------------------------------------------------------------------------

    def _shown(self) -> list[Container]:
        found: list[Container] = []
        for top in (self.proxy.index(row, 0) for row in range(self.proxy.rowCount())):
            below = [self.proxy.index(row, 0, top) for row in range(self.proxy.rowCount(top))]
            found += [index.data(Role.RECORD) for index in below or [top]]
        return found

    def count_words(self) -> str:
        containers = self.session.containers
        if not self.session.containers_known:
            return ""
        if not self.proxy.filtering or not containers:
            return container_totals(containers) if containers else "no containers"
        shown = self._shown()
        return shown_of(len(shown), len(containers), "container", container_totals(shown))

    def total_words(self, records: Sequence[Any]) -> str:
        return container_totals(records)

    def selection_of(self, records: Sequence[Any]) -> Selection:
        return Selection(*self.whose(records), containers=tuple(records))

    def show_empty(self) -> None:
        source = self.session.current
        if source is not None and not source.is_engine:
            self.empty.show_text(
                self.tr("A file has no containers"),
                self.tr("Containers live on an engine; choose one at the left."),
                icon="archive",
            )
        elif source is None or not self.session.containers_known:
            if source is not None and source.error is not None:
                self.empty.show_text(
                    self.tr("The containers could not be read"),
                    str(source.error),
                    [(self.tr("&Retry"), lambda: self.session.retry(source.key))],
                    icon="warning",
                )
                return
            name = source.name if source is not None else "the engine"
            self.empty.show_text(f"Reading the containers of {plain(name, 80)}", busy=True)
        elif self.session.containers:
            self.empty.show_text(
                self.tr("No container matches the filter"),
                self.tr("The filter looks at names, images, states, ports, ids and all other columns."),
                icon="filter",
            )
        else:
            self.empty.show_text(
                self.tr("No containers yet"),
                self.tr("Run one from an image: select it in Images and press Run."),
                [(self.tr("Show the &images"), lambda: self.session.list_wanted.emit("images"))],
                icon="container",
            )

    def fill_copy_menu(self, menu: QMenu, records: Sequence[Any]) -> None:
        containers: list[Container] = list(records)
        key, _live = self.whose(records)
        program = self.session.acts.program(key) if key else DOCKER
        add_copy(menu, self.tr("&Name"), containers, lambda each: plain(each.name))
        menu.addAction(self.copy_ids)
        add_copy(menu, self.tr("&Image"), containers, lambda each: plain(each.image))
        add_copy(
            menu,
            self.tr("Command &line"),
            containers,
            lambda each: plain(joined([program, "container", "inspect", each.name or each.id])),
        )
        menu.addSeparator()
        menu.addAction(self.copy_rows)
