"""The question before what a container wrote becomes an image: what is in the new layer, with ticks, and what it is
called. Knows the container and its changes; commits nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imagexplorer.actions.prompts import CommitQuestion
from imagexplorer.core.command_line import commit_command
from imagexplorer.core.commit_notes import CACHES, LOGS, SECRETS, Note, notes
from imagexplorer.core.entities import CommitSpec
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.references import repository_fault, tag_fault
from imagexplorer.core.secrets import looks_secret
from imagexplorer.core.text import human_size, plain
from imagexplorer.models.tick_model import TickModel
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.commit_config import CommitConfig
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.file_tree_view import FileTreeView
from imagexplorer.views.preview import PreviewView
from imagexplorer.views.theme import TonedLabel, plain_label

_NOTED = {
    SECRETS: "Secrets, it seems, which everybody who has the image can read: {n}",
    LOGS: "Logs: {n}, {size}",
    CACHES: "Caches and temporary files: {n}, {size}",
}


class CommitDialog(AskDialog):
    def __init__(self, question: CommitQuestion, parent: QWidget | None) -> None:
        container = question.container
        super().__init__(f"Commit {plain(container.name, 60)}", "Commit", parent, careful=True)
        self._question, self._container = question, container
        about = self.tr("What {name} wrote becomes one more read-only layer on top of {image}.").format(
            name=plain(container.name, 80), image=plain(container.image, 120)
        )
        if question.instead is not None:
            about += " " + self.tr("A Dockerfile can be built again, reviewed and kept; a commit cannot.")
        self.body.addWidget(plain_label(about, wrap=True))
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self._changes())
        sides.addWidget(self._form())
        sides.setSizes([560, 400])
        self.body.addWidget(sides, 1)
        self.warnings = QVBoxLayout()
        self.warnings.setSpacing(4)
        self.body.addLayout(self.warnings)
        self.built = TonedLabel("warning", "")
        self.built.setWordWrap(True)
        self.body.addWidget(self.built)
        self.volumes = plain_label(self._volume_words(), wrap=True)
        self.body.addWidget(self.volumes)
        self.shown_command = CommandText(self.tr("Command line"), rows=2, folded=question.view is not None)
        self.body.addWidget(self.shown_command)
        self.dockerfile = QPushButton(self.tr("Write a &Dockerfile instead…"))
        self.dockerfile.setAutoDefault(False)
        self.dockerfile.clicked.connect(self._instead)
        self.dockerfile.setVisible(question.instead is not None)
        self.buttons.addButton(self.dockerfile, self.buttons.ButtonRole.ResetRole)
        self._leave: list[tuple[QPushButton, frozenset[bytes]]] = []
        self._note(notes(self.ticks.files()))
        if question.given is not None:
            self._fill(question.given)
        if question.why:
            self.show_refusal(question.why)
        for line in (self.repository, self.tag, self.author, self.message):
            line.textChanged.connect(self._check)
        self.pause.toggled.connect(self._check)
        self.config.changed.connect(self._check)
        self.ticks.ticks_changed.connect(self._check)
        if question.view is not None:
            self.resize(1000, 660)
        else:
            self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 84)
        self.repository.setFocus()
        self._check()

    # -- what changed ---------------------------------------------------------------------------------
    def _changes(self) -> QWidget:
        self.ticks = TickModel(parent=self)
        self.tree = FileTreeView(files=self.ticks)
        self.tree.setSortingEnabled(False)
        self.tree.header().setSectionsClickable(False)
        self.tree.header().setSortIndicatorShown(False)
        self.tree.set_view(self._question.view)
        self.ticks.ticks_changed.connect(self.tree.viewport().update)
        self.content = PreviewView()
        self.content.show_message(self.tr("Select a file to see what changed inside"))
        self.content.more_wanted.connect(lambda: self._look(True))
        self.tree.row_selected.connect(self._selected)
        self._file: tuple[bytes, int] | None = None
        self.all = QPushButton(self.tr("Tick &all"))
        self.all.setAutoDefault(False)
        self.all.clicked.connect(lambda: self.ticks.leave_out_but(()))
        self.sum = plain_label()
        head = QHBoxLayout()
        head.addWidget(self.sum, 1)
        head.addWidget(self.all)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(self.content)
        split.setSizes([300, 160])
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(split, 1)
        left.setVisible(self._question.view is not None)
        return left

    def _selected(self, row: TreeRow | None) -> None:
        self._file = None if row is None or not row.mark or row.is_dir else (row.path, row.mark)
        if self._file is None:
            self.content.show_message(self.tr("Select a file to see what changed inside"))
        else:
            self._look(False)

    def _look(self, more: bool) -> None:
        wanted, show = self._file, self._question.show
        if wanted is None or show is None:
            return
        if not more:
            self.content.show_message(self.tr("Reading"), busy=True)

        def failed(error: ImagexplorerError) -> None:
            if not isinstance(error, Cancelled) and wanted == self._file and self.isVisible():
                self.content.show_message(self.tr("It cannot be shown"), sentence_of(error), "error")

        show(
            *wanted,
            more,
            lambda preview: self.content.show_preview(preview) if self.isVisible() and wanted == self._file else None,
            failed,
        )

    def _note(self, found: tuple[Note, ...]) -> None:
        for note in found:
            n = len(note.paths)
            words = _NOTED[note.kind].format(n=f"{n:,} file{'s' if n > 1 else ''}", size=human_size(note.size_bytes))
            first = plain(note.paths[0].decode("utf-8", "replace"), 80)
            line = QHBoxLayout()
            example = f"/{first}, {note.why}" if note.why else f"such as /{first}" if n > 1 else f"/{first}"
            line.addWidget(plain_label(f"{words}, {example}", tone="error" if note.kind == SECRETS else "warning"), 1)
            leave = QPushButton(self.tr("Leave out"))
            leave.setAutoDefault(False)
            leave.clicked.connect(lambda _on=False, paths=note.paths: self.ticks.leave_out(paths))
            line.addWidget(leave)
            self._leave.append((leave, frozenset(note.paths)))
            self.warnings.addLayout(line)
        env = self._question.config.get("Env")
        names = [str(each).partition("=")[0] for each in env] if isinstance(env, list) else []
        if secret := [name for name in names if looks_secret(name)]:
            words = self.tr("Its variables are kept with their values, which everybody can read: {names}").format(
                names=plain(", ".join(secret), 200)
            )
            self.warnings.addWidget(plain_label(words, wrap=True, tone="error"))
        if self._question.unseen:
            why = self.tr("What changed cannot be shown: {why}").format(why=plain(self._question.unseen, 300))
            self.warnings.addWidget(plain_label(why, wrap=True, tone="warning"))

    def _volume_words(self) -> str:
        mounts = self._container.mounts
        if not mounts:
            return self.tr("Data in volumes is not part of an image; this container has none.")
        places = ", ".join(plain(mount.target, 80) for mount in mounts[:6])
        more = f" and {len(mounts) - 6} more" if len(mounts) > 6 else ""
        return self.tr("Not included: what is in volumes and mounted folders, here {places}.").format(
            places=places + more
        )

    # -- what it is called ----------------------------------------------------------------------------
    def _form(self) -> QWidget:
        self.repository = QLineEdit()
        self.repository.setPlaceholderText(self.tr("none: the image has an id only"))
        self.tag = QLineEdit()
        self.tag.setPlaceholderText("latest")
        self.author = QLineEdit()
        self.author.setPlaceholderText(self.tr("Name <mail@example.org>"))
        self.message = QLineEdit()
        self.message.setPlaceholderText(self.tr("What was changed, and why"))
        self.pause = QCheckBox(self.tr("&Pause the container while its files are read"))
        self.pause.setChecked(True)
        self.pause.setEnabled(self._container.running)
        self._repository_field, self._tag_field = Field(self.repository), Field(self.tag)
        self._message_field = Field(self.message)
        layout = form()
        add_row(layout, self.tr("&Repository"), self._repository_field)
        add_row(layout, self.tr("&Tag"), self._tag_field)
        add_row(layout, self.tr("A&uthor"), Field(self.author))
        add_row(layout, self.tr("&Message"), self._message_field)
        layout.addRow("", self.pause)
        self.config = CommitConfig(self._question.config)
        self.more = QToolButton()
        self.more.setText(self.tr("C&onfiguration"))
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.clicked.connect(lambda: self._unfold(self.config.isHidden()))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 8, 0)
        column.addLayout(layout)
        column.addWidget(self.more)
        column.addWidget(self.config)
        column.addStretch(1)
        self._inside, area = inside, QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        wide = inside.sizeHint().width() + area.verticalScrollBar().sizeHint().width()
        area.setMinimumSize(max(wide, self.fontMetrics().averageCharWidth() * 52), inside.sizeHint().height() // 2)
        self._unfold(False)
        return area

    def _unfold(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self.config.setVisible(shown)

    def _fill(self, spec: CommitSpec) -> None:
        """With what was said before, to be changed."""
        self.repository.setText(spec.repository)
        self.tag.setText(spec.tag)
        self.author.setText(spec.author)
        self.message.setText(spec.message)
        self.pause.setChecked(spec.pause)
        self.config.fill(spec.config)
        self._unfold(spec.config != CommitSpec("").config)
        self.ticks.leave_out_but([path.encode("utf-8", "surrogateescape").lstrip(b"/") for path in spec.left_out])

    def _instead(self) -> None:
        self.reject()
        if self._question.instead is not None:
            QTimer.singleShot(0, self._question.instead)

    # -- checks ---------------------------------------------------------------------------------------
    def _check(self) -> None:
        repository, tag = self.repository.text().strip(), self.tag.text().strip()
        wrong_repository = repository_fault(repository)
        wrong_tag = tag_fault(tag) or ("A tag needs a repository" if tag and not repository else "")
        self._repository_field.set_fault(wrong_repository)
        self._tag_field.set_fault(wrong_tag)
        _config, wrong = self.config.read()
        spec = self.spec()
        ticked, all_of_it = self.ticks.counts
        nothing = self.tr("Tick what is to be in the image") if all_of_it and not ticked else ""
        first = wrong_repository or wrong_tag or wrong or nothing
        self.set_ready(not first, first)
        self._show_sum(spec, ticked, all_of_it)
        line = commit_command(spec, self._container.name, self._question.program)
        self.shown_command.set_text(plain(line, 20_000))

    def _show_sum(self, spec: CommitSpec, ticked: int, all_of_it: int) -> None:
        size = self.ticks.size_bytes if self._question.view is not None else self._container.writable_bytes
        words = human_size(size) if size is not None else ""
        verb = self.tr("&Build {size}") if spec.left_out else self.tr("&Commit {size}")
        self.verb.setText(verb.format(size=words).strip())
        self.sum.setText(
            self.tr("{n} of {all} changes, {size} in the new layer").format(
                n=f"{ticked:,}", all=f"{all_of_it:,}", size=words
            )
        )
        self.all.setEnabled(bool(spec.left_out))
        files = {path for path, _size in self.ticks.files()} if self._leave else frozenset()
        for leave, paths in self._leave:
            leave.setEnabled(not paths.isdisjoint(files))
            leave.setText(self.tr("Leave out") if leave.isEnabled() else self.tr("Left out"))
        self._message_field.set_hint(self.tr("A build keeps no message") if spec.left_out else "")
        self.message.setEnabled(not spec.left_out)
        self.built.set_text(
            self.tr(
                "A commit leaves nothing out: this image is built from what is ticked, upon the container's image. "
                "Modes, owners and links stay; what was deleted takes a layer of its own."
            )
            if spec.left_out
            else ""
        )
        self.built.setVisible(bool(spec.left_out))

    def spec(self) -> CommitSpec:
        return CommitSpec(
            container_id=self._container.id,
            repository=self.repository.text().strip(),
            tag=self.tag.text().strip(),
            author=self.author.text().strip(),
            message=self.message.text().strip(),
            pause=self.pause.isChecked(),
            config=self.config.read()[0],
            left_out=tuple("/" + path.decode("utf-8", "surrogateescape") for path in self.ticks.left_out()),
        )
