"""The question before what is copied into a container replaces what is there. Copies nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from imagexplorer.core.copy_plan import NAMED_MOST, CopyPlan
from imagexplorer.core.text import counted, plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.ask_dialog import AskDialog, set_rows
from imagexplorer.views.theme import plain_label

_ROWS_MOST = 12


class ReplaceDialog(AskDialog):
    """`container` and `engine` are the names that they are known by."""

    def __init__(self, plan: CopyPlan, container: str, engine: str, parent: QWidget | None) -> None:
        count = len(plan.replaced)
        files = counted(count, "file") if count < NAMED_MOST else f"{count:,} files or more"
        super().__init__(
            self.tr("Replace files in {name}?").format(name=plain(container, 60)),
            self.tr("Replace {files}").format(files=files) if count else self.tr("Copy all the same"),
            parent,
            dangerous=True,
        )
        words = self.tr(
            "{files} of {name} on {engine} would be replaced, and what they hold now would be lost:"
        ).format(files=files, name=plain(container, 80), engine=plain(engine, 80))
        unsure = self.tr("Not each of the files could be looked for in the container: more may be replaced.")
        for text, shown in ((words, bool(count)), (unsure, plan.unsure)):
            if shown:
                label = plain_label(text, wrap=True)
                self.body.addWidget(label)
        self.list = QPlainTextEdit("\n".join(plain(path, 1000) for path in plan.replaced))
        self.list.setReadOnly(True)
        self.list.setFont(fixed_font())
        self.list.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.list.setTabChangesFocus(True)
        self.list.setAccessibleName(self.tr("Files that would be replaced"))
        set_rows(self.list, min(count, _ROWS_MOST) + 1)  # a scroll bar below long names takes one
        self.list.setVisible(bool(count))
        self.body.insertWidget(1 if count else 0, self.list, 1)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 76)
