"""The question before what is unused is deleted: by kind, each with its bytes, each to be left out. Deletes nothing.

Cancel is the default and Escape; no tick is remembered.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.actions.prompts import PruneAnswer
from imagexplorer.actions.prune_flows import CACHE, planned
from imagexplorer.core.entities import PODMAN, Container, Volume, volume_name
from imagexplorer.core.plan import STOPPED, Plan, own_bytes, plan_prune
from imagexplorer.core.removal import lost_with
from imagexplorer.core.text import counted, exact_size, human_age, human_size, plain
from imagexplorer.core.trash import PODMAN_VOLUMES
from imagexplorer.core.world import Held, World
from imagexplorer.views.ask_dialog import AskDialog, CommandText
from imagexplorer.views.theme import plain_label, set_tip, tooltip
from imagexplorer.views.tick_delegate import TickDelegate

_NAME, _WHAT, _BYTES = range(3)
_ID = Qt.ItemDataRole.UserRole + 1


class PruneDialog(AskDialog):
    def __init__(
        self,
        world: World,
        engine: str,
        parent: QWidget | None,
        before: PruneAnswer | None = None,
        keep: bool | None = None,
    ) -> None:
        """`before` is what was chosen when the world was another: nobody has to say it again. `keep`: whether the tick
        for the trash is set at first; None: there is no such tick."""
        super().__init__(self.tr("Prune"), self.tr("Prune"), parent, dangerous=True)
        self._world = world
        self._now = round(time.time())  # of one question: what is old does not change while it stands
        self._filling = False
        self._kept: frozenset[str] = frozenset()
        self._all = plan_prune(world, dangling=True, unused=True, containers=True, volumes=True, build_cache=True)
        heading = plain_label(self.tr("What is unused on {engine}").format(engine=plain(engine, 120)))
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        self.dangling = QCheckBox(self.tr("Images without a &tag"))
        self.unused = QCheckBox(self.tr("&All images that no container uses"))
        self.containers = QCheckBox(self.tr("&Containers that do not run"))
        self.volumes = QCheckBox(self.tr("&Volumes that no container uses, with all that is in them"))
        self.volumes.setVisible(bool(self._all.volumes))
        self.build_cache = QCheckBox(self.tr("The &builder's cache that no build uses"))
        self.build_cache.setVisible(bool(world.build_cache))
        chosen = before or PruneAnswer(dangling=True, keep=_with_a_name(self._all.volumes))
        for box, ticked in (
            (self.dangling, chosen.dangling),
            (self.unused, chosen.unused),
            (self.containers, chosen.containers),
            (self.volumes, chosen.volumes),
            (self.build_cache, chosen.build_cache),
        ):
            box.setChecked(ticked)
        self.trash = QCheckBox(self.tr("&Keep it in the trash: all but the cache can be brought back"))
        self.trash.setVisible(keep is not None)
        self.trash.setChecked(before.trash if before is not None else bool(keep))
        self.trash.toggled.connect(lambda _on: self._tell())
        self.owners_lost = plain_label(PODMAN_VOLUMES, tone="muted", wrap=True)
        self.days = QSpinBox()
        self.days.setRange(0, 9999)
        self.days.setSpecialValueText(self.tr("any"))
        self.days.setSuffix(self.tr(" days"))
        self.days.setValue(chosen.days)
        self.days.setAccessibleName(self.tr("Only images older than"))
        self.like = QLineEdit(chosen.like)
        self.like.setPlaceholderText(self.tr("any name; a pattern such as ci/*"))
        self.like.setClearButtonEnabled(True)
        self.like.setAccessibleName(self.tr("Only images named like"))
        self.tree = self._made_tree()
        self.tree.itemChanged.connect(self._changed)
        self.total = plain_label(wrap=True)
        self.commands = CommandText(self.tr("Command lines"), rows=3, folded=True)
        self.body.addWidget(heading)
        for box in (self.dangling, self.unused, self.containers, self.volumes, self.build_cache):
            self.body.addWidget(box)
            box.toggled.connect(lambda _on: self._fill(self.answer().keep))
        self.body.addLayout(self._narrowing())
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.trash)
        self.body.addWidget(self.owners_lost)
        self.body.addWidget(self.total)
        self.body.addWidget(self.commands)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 120)
        self.resize(self.width(), self.fontMetrics().height() * 34)
        self._fill(chosen.keep)
        self.cancel.setFocus()

    def answer(self) -> PruneAnswer:
        items = self._items()
        shown = {item.data(_NAME, _ID) for item in items}
        left = {item.data(_NAME, _ID) for item in items if item.checkState(_NAME) != Qt.CheckState.Checked}
        keep = frozenset((self._kept - shown) | left)  # what is not shown at the moment stays unticked too
        return replace(self._asked(), keep=keep)

    def _asked(self) -> PruneAnswer:
        days = self.days.value()
        return PruneAnswer(
            self.dangling.isChecked(),
            self.unused.isChecked(),
            self.containers.isChecked(),
            before=self._now - days * 86_400 if days else None,
            days=days,
            like=self.like.text().strip(),
            build_cache=bool(self._world.build_cache) and self.build_cache.isChecked(),
            trash=self.trash.isChecked(),
            volumes=bool(self._all.volumes) and self.volumes.isChecked(),
        )

    def _narrowing(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.addWidget(plain_label(self.tr("Only images older than")))
        line.addWidget(self.days)
        line.addSpacing(12)
        line.addWidget(plain_label(self.tr("named like")))
        line.addWidget(self.like, 1)
        self.days.valueChanged.connect(lambda _days: self._fill(self.answer().keep))
        self.like.textChanged.connect(lambda _text: self._fill(self.answer().keep))
        return line

    def _made_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(self.tr("What would go"))
        tree.setHeaderLabels([self.tr("What goes"), self.tr("Why, and what goes with it"), self.tr("Its own")])
        tree.headerItem().setTextAlignment(_BYTES, Qt.AlignmentFlag.AlignRight)
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setItemDelegateForColumn(_NAME, TickDelegate(tree, wrapped=False))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_BYTES, QHeaderView.ResizeMode.ResizeToContents)
        header.resizeSection(_NAME, self._name_width(tree))
        return tree

    def _name_width(self, tree: QTreeWidget) -> int:
        """As wide as what may stand there needs, so that most is left for the why."""
        step = tree.fontMetrics().averageCharWidth()
        names = [
            *(each.name for each in self._world.images),
            *(each.name for each in self._world.containers),
            *(volume_name(each.name) for each in self._all.volumes),
        ]
        longest = max((len(name) for name in names), default=0)
        return step * min(max(longest + 14, 24), 56)

    def _items(self) -> Sequence[QTreeWidgetItem]:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _fill(self, kept: frozenset[str]) -> None:
        """Anew for the chosen kinds; what was unticked stays so."""
        self._kept = kept
        plan = planned(self._world, self._asked())
        self._filling = True
        self.tree.clear()
        for container in sorted(plan.containers, key=lambda each: -(each.writable_bytes or 0)):
            self._add(
                container.id, "container", container.name, _of_container(container), container.writable_bytes, kept
            )
        asked_for = {identifier for _, identifier in plan.references}
        images = [image for image in self._world.images if image.id in asked_for]
        sizes = {image.id: own_bytes(self._world, image) for image in images}
        for image in sorted(images, key=lambda each: -(sizes[each.id] or 0)):
            self._add(image.id, "image", image.name, _of_image(image), sizes[image.id], kept)
        for volume in sorted(plan.volumes, key=lambda each: -(each.bytes or 0)):
            words = self.tr("no container uses it; all that is in it is lost")
            self._add(volume.name, "volume", volume_name(volume.name), words, volume.bytes, kept)
        if plan.build_cache or (CACHE in kept and self._asked().build_cache):
            unused = [entry for entry in self._world.build_cache if not entry.in_use]
            size = sum(entry.bytes for entry in unused if not entry.shared)
            words = self.tr("{records}; the next build takes longer").format(records=counted(len(unused), "record"))
            self._add(CACHE, "layer", self.tr("build cache"), words, size, kept)
        self._filling = False
        self._tell()

    def _add(self, identifier: str, icon: str, name: str, what: str, size: int | None, kept: frozenset[str]) -> None:
        item = QTreeWidgetItem([plain(name, 300), plain(what, 300), "" if size is None else human_size(size)])
        item.setIcon(_NAME, resources.icon(icon))
        item.setData(_NAME, _ID, identifier)
        for column, text in ((_NAME, f"{name}\n{identifier}"), (_WHAT, what)):
            item.setToolTip(column, tooltip("\n".join(plain(line, 300) for line in text.split("\n"))))
        item.setCheckState(_NAME, Qt.CheckState.Unchecked if identifier in kept else Qt.CheckState.Checked)
        item.setTextAlignment(_BYTES, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if size is not None:
            item.setData(_BYTES, Qt.ItemDataRole.AccessibleTextRole, exact_size(size))
        self.tree.addTopLevelItem(item)

    def _changed(self) -> None:
        if not self._filling:
            self._tell()

    def _tell(self) -> None:
        plan = planned(self._world, self.answer())
        nothing = plan.nothing
        about = "" if plan.exact else self.tr("about ")
        freed = f"{about}{human_size(plan.frees_bytes)}"
        self.verb.setText(self.tr("Prune") if nothing else self.tr("Prune, frees {size}").format(size=freed))
        self.total.set_text(self._words(plan, freed))
        kept = bool(plan.volumes) and self.answer().trash and self.trash.isVisibleTo(self)
        self.owners_lost.setVisible(kept and self._world.command == PODMAN)
        set_tip(self.total, exact_size(plan.frees_bytes))
        self.commands.set_text("\n".join(plain(step, 2000) for step in plan.steps))
        self.set_ready(not nothing, self.tr("Nothing of what is chosen is unused") if nothing else "")

    def _words(self, plan: Plan, freed: str) -> str:
        if plan.nothing:
            if not self._all.nothing:
                return self.tr("Nothing of what is chosen is unused.")
            return self.tr("Nothing is unused here: there is nothing to prune.")
        parts = [
            *([counted(len(plan.containers), "container")] if plan.containers else []),
            *([counted(len(plan.deleted), "image")] if plan.deleted else []),
            *([counted(len(plan.layers), "layer")] if plan.layers else []),
            *([counted(len(plan.volumes), "volume")] if plan.volumes else []),
            *([self.tr("build cache")] if plan.build_cache else []),
        ]
        said = ", ".join(parts) or counted(len(plan.untagged), "tag")
        stay = "" if plan.volumes else self.tr(", volumes stay")
        return self.tr("To go: {things}; {size} come free{stay}.").format(things=said, size=freed, stay=stay)


def _with_a_name(volumes: Sequence[Volume]) -> frozenset[str]:
    """Somebody gave it to be found again: such a volume goes only where it is ticked itself."""
    return frozenset(volume.name for volume in volumes if not volume.nameless)


def _of_container(container: Container) -> str:
    word = {"created": "never started", "exited": "has ended", "dead": "is dead"}.get(container.state, container.state)
    assert container.state in STOPPED
    return f"{word}; {lost_with(container)}"


def _of_image(image: Held) -> str:
    age = human_age(image.created)
    made = f"made {age}" if age else ""
    if not image.tags:
        return "; ".join(filter(None, ("without a tag", made)))
    more = f"also {', '.join(image.tags[1:])}" if len(image.tags) > 1 else ""
    return "; ".join(filter(None, ("no container uses it", more, made)))
