"""The question before a container's writable layer becomes an image. Knows the container; commits nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from imagexplorer.core.command_line import commit_command
from imagexplorer.core.entities import CommitSpec, Container
from imagexplorer.core.references import repository_fault, tag_fault
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.theme import plain_label


class CommitDialog(AskDialog):
    def __init__(self, container: Container, parent: QWidget | None) -> None:
        super().__init__(f"Commit {plain(container.name, 60)}", "Commit", parent)
        self.verb.setText(self.tr("&Commit"))
        if container.writable_bytes is not None:
            self.verb.setText(self.tr("&Commit {size}").format(size=human_size(container.writable_bytes)))
        self._container = container
        about = plain_label(
            self.tr("What {name} wrote becomes one more read-only layer on top of {image}.").format(
                name=plain(container.name, 80), image=plain(container.image, 120)
            )
        )
        about.setWordWrap(True)
        self.body.addWidget(about)

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
        self.pause.setEnabled(container.running)
        self._repository_field = Field(self.repository)
        self._tag_field = Field(self.tag)
        layout = form()
        add_row(layout, self.tr("&Repository"), self._repository_field)
        add_row(layout, self.tr("&Tag"), self._tag_field)
        add_row(layout, self.tr("&Author"), Field(self.author))
        add_row(layout, self.tr("&Message"), Field(self.message))
        layout.addRow("", self.pause)
        self.body.addLayout(layout)

        self.volumes = plain_label(self._volume_words())
        self.volumes.setWordWrap(True)
        self.body.addWidget(self.volumes)
        self.shown_command = CommandText(self.tr("Command line"), rows=2)
        self.body.addWidget(self.shown_command)
        for line in (self.repository, self.tag, self.author, self.message):
            line.textChanged.connect(self._check)
        self.pause.toggled.connect(self._check)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 76)
        self.repository.setFocus()
        self._check()

    def ask_again(self, spec: CommitSpec, why: str) -> None:
        """With what was said before, to be changed."""
        self.show_refusal(why)
        self.repository.setText(spec.repository)
        self.tag.setText(spec.tag)
        self.author.setText(spec.author)
        self.message.setText(spec.message)
        self.pause.setChecked(spec.pause)

    def _volume_words(self) -> str:
        mounts = self._container.mounts
        if not mounts:
            return self.tr("Data in volumes is not part of an image; this container has none.")
        places = ", ".join(plain(mount.target, 80) for mount in mounts[:6])
        more = f" and {len(mounts) - 6} more" if len(mounts) > 6 else ""
        return self.tr("Not included: what is in volumes and mounted folders, here {places}.").format(
            places=places + more
        )

    def _check(self) -> None:
        repository, tag = self.repository.text().strip(), self.tag.text().strip()
        wrong_repository = repository_fault(repository)
        wrong_tag = tag_fault(tag) or ("A tag needs a repository" if tag and not repository else "")
        self._repository_field.set_fault(wrong_repository)
        self._tag_field.set_fault(wrong_tag)
        first = wrong_repository or wrong_tag
        self.set_ready(not first, first)
        self.shown_command.set_text(plain(commit_command(self.spec(), self._container.name), 20_000))

    def spec(self) -> CommitSpec:
        return CommitSpec(
            container_id=self._container.id,
            repository=self.repository.text().strip(),
            tag=self.tag.text().strip(),
            author=self.author.text().strip(),
            message=self.message.text().strip(),
            pause=self.pause.isChecked(),
        )
