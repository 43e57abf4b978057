"""The question which engine to connect to: every place where one may be, or an address by hand.

It stays until the engine answers, so that a slip in an address costs nothing but another try. Knows the session's
engines only.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QLineEdit, QProgressBar, QPushButton, QWidget

from imagexplorer import resources
from imagexplorer.core.engine_places import EnginePlace, spelled, unsafe, without_password
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain
from imagexplorer.models.place_table import PLACES, key_of
from imagexplorer.session.engines import Engines
from imagexplorer.views.ask_dialog import AskDialog, Field, add_row, form
from imagexplorer.views.table_or_words import TableOrWords
from imagexplorer.views.theme import plain_label
from imagexplorer.views.tls_fields import TlsFields

_HINT = "unix:///path/to.sock, ssh://user@host, tcp://host:2376"


class EngineDialog(AskDialog):
    def __init__(self, engines: Engines, parent: QWidget | None) -> None:
        super().__init__(self.tr("Connect to an engine"), self.tr("Connect"), parent)
        self.verb.setText(self.tr("&Connect"))
        self._engines = engines
        self._place: EnginePlace | None = None
        self.places = TableOrWords(
            PLACES,
            key_of,
            self.tr("Places where an engine may be"),
            (self.tr("Looking for engines"), self.tr("Contexts, connections and the usual sockets are looked at.")),
        )
        self.places.table.current_changed.connect(self._choose)
        self.places.table.opened.connect(lambda _place: self._act())
        self.places.table.horizontalHeader().setStretchLastSection(True)
        self.places.setMinimumHeight(self.fontMetrics().height() * 11)
        self.address = QLineEdit()
        self.address.setMaxLength(2000)
        self.field = Field(self.address, _HINT)
        self.address.textChanged.connect(self._edited)
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.secure = TlsFields()
        self.secure.changed.connect(self._judge)
        self.aware = QCheckBox(self.tr("Connect all the &same"))
        self.aware.toggled.connect(self._judge)
        self.warning = plain_label(wrap=True, tone="warning")
        self.trouble = plain_label(wrap=True, selectable=True, tone="error")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(4)
        keeps_place = self.busy.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(keeps_place)
        self.again = QPushButton(resources.icon("refresh"), self.tr("&Look again"))
        self.again.setAutoDefault(False)
        self.again.clicked.connect(engines.look)
        fields = form()
        add_row(fields, self.tr("&Address"), self.field)
        add_row(fields, self.tr("&Name"), Field(self.name, self.tr("What it is called at the left")))
        self.body.addWidget(self.places, 1)
        self.body.addWidget(self.busy)
        self.body.addLayout(fields)
        for widget in (self.secure, self.warning, self.aware, self.trouble):
            self.body.addWidget(widget)
        self.buttons.addButton(self.again, self.buttons.ButtonRole.ActionRole)
        self.resize(self.fontMetrics().averageCharWidth() * 150, self.fontMetrics().height() * 30)
        self._connecting = False
        engines.changed.connect(self._show)
        self.finished.connect(lambda _result: engines.give_up())
        self._judge()
        self._show()
        engines.look()
        self.places.table.setFocus()

    def _show(self) -> None:
        engines = self._engines
        if engines.places:
            self.places.set_records(engines.places)
        self.again.setEnabled(not engines.looking)
        self._show_busy()
        if engines.trouble is not None:
            self._tell(engines.trouble)

    def _show_busy(self) -> None:
        self.busy.setVisible(self._engines.looking or self._connecting)

    def _choose(self, place: EnginePlace | None) -> None:
        if place is not None:
            self.address.setText(without_password(place.address.location))
            self.name.setPlaceholderText(plain(place.address.name, 80))
            self._place = place
            self._judge()

    def _edited(self) -> None:
        self._place = None
        self.name.setPlaceholderText("")
        self._judge()

    def _judge(self) -> None:
        text = self.address.text().strip()
        location = spelled(text) if text else ""
        by_context = self._place is not None and bool(self._place.address.context)
        self.secure.setVisible(location.startswith(("tcp://", "http")) and not by_context)
        tls = self.secure.tls() if not self.secure.isHidden() else None
        risk = unsafe(location, tls is not None or (self._place is not None and self._place.tls))
        if tls is not None and not tls.verify:
            risk = self.tr("without a proof of who answers, anyone on the way can pose as it and act as root there")
        self.warning.set_text(f"{plain(location, 200)}: {risk}" if risk else "")
        self.warning.setVisible(bool(risk))
        self.aware.setVisible(bool(risk))
        self.field.set_fault("")
        self.trouble.setVisible(False)
        named = bool(location) or (self._place is not None and bool(self._place.address.context))
        why = self.tr("Choose a place or write an address") if not named else ""
        if risk and not self.aware.isChecked():
            why = self.tr("Say that you know what is missing")
        self.set_ready(not why and not self._connecting, why)

    def _act(self) -> None:
        """Connect; the dialog goes once the engine is there."""
        if not (self._armed and self._ready and self.isVisible()):
            return
        self._connecting = True
        self._judge()
        self._show_busy()
        text = self.address.text().strip()
        address = self._place.address if self._place is not None else Address("engine", spelled(text))
        tls = self.secure.tls() if self.secure.isVisible() else None
        address = replace(address, name=self.name.text().strip() or address.name, tls=tls)
        self._engines.connect_to(address, self.accept, self._failed)

    def _failed(self, error: ImagexplorerError) -> None:
        self._connecting = False
        self._judge()
        self._show_busy()
        if not isinstance(error, Cancelled):
            self._tell(error)
        self.verb.setDefault(True)  # it lost that with the focus while it could not be pressed
        self.address.setFocus()

    def _tell(self, error: ImagexplorerError) -> None:
        self.trouble.set_text(str(error))
        self.trouble.setVisible(True)
