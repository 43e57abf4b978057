"""Colours that mean something, light and dark, and the only ways to put text from outside on a label, tooltip or box.

Everything else comes from the palette. Colour never stands alone: each tone goes with a letter, a shape or a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from imagexplorer.core.text import plain
from imagexplorer.models.columns import safe_tip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox

GRID = 4
"""Distances are 4, 8, 12, 16 or 24 pixels."""

TONES: dict[str, tuple[str, str]] = {
    # marks of files
    "added": ("#116329", "#5bd672"),
    "modified": ("#7a4b00", "#e3b341"),
    "removed": ("#a8201a", "#ff8a80"),
    "owner": ("#6236b0", "#cfa8ff"),
    # states of containers
    "running": ("#116329", "#5bd672"),
    "paused": ("#7a4b00", "#e3b341"),
    "restarting": ("#0b4fa8", "#7cbcff"),
    "created": ("#505a64", "#a3adb8"),
    "exited": ("#505a64", "#a3adb8"),
    "removing": ("#a8201a", "#ff8a80"),
    "dead": ("#a8201a", "#ff8a80"),
    # everything else
    "success": ("#116329", "#5bd672"),
    "warning": ("#7a4b00", "#e3b341"),
    "error": ("#a8201a", "#ff8a80"),
    "info": ("#0b4fa8", "#7cbcff"),
    "muted": ("#505a64", "#a3adb8"),
    "writable": ("#8a4600", "#ffb454"),
}
"""Text colours on a light and on a dark ground, each with a contrast of 4.5:1 or better on window, list and odd row."""


def is_dark(palette: QPalette) -> bool:
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def tone_color(name: str, palette: QPalette | None = None) -> QColor:
    """The colour of a tone on the palette's ground (the application's, where none is given); the text colour for ""
    or an unknown word."""
    palette = palette if palette is not None else QApplication.palette()
    pair = TONES.get(name)
    return QColor(pair[is_dark(palette)]) if pair else palette.color(QPalette.ColorRole.Text)


SOURCE_TONES = {
    "red": "error", "orange": "warning", "green": "success", "blue": "info", "purple": "owner", "grey": "muted",
}  # fmt: skip
"""The colours that a user may give a source."""


def source_color(colour: str) -> QColor:
    return tone_color(SOURCE_TONES.get(colour, ""))


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """`share` of `over` on `under`: how quiet fills are made from palette colours."""

    def mixed(one: int, other: int) -> int:
        return round(one * share + other * (1 - share))

    return QColor(mixed(over.red(), under.red()), mixed(over.green(), under.green()), mixed(over.blue(), under.blue()))


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2.1 (section 1.4.3), 1 to 21."""

    def luminance(color: QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)
            for part in (color.redF(), color.greenF(), color.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# -- light and dark -------------------------------------------------------------------------------

_LIGHT = {
    "Window": "#f0f0f1",
    "WindowText": "#1b1c1e",
    "Base": "#ffffff",
    "AlternateBase": "#f6f6f7",
    "Text": "#1b1c1e",
    "Button": "#f0f0f1",
    "ButtonText": "#1b1c1e",
    "BrightText": "#ffffff",
    "ToolTipBase": "#ffffff",
    "ToolTipText": "#1b1c1e",
    "PlaceholderText": "#6b7178",
    "Highlight": "#2563c9",
    "HighlightedText": "#ffffff",
    "Accent": "#2563c9",
    "Link": "#0b4fa8",
    "LinkVisited": "#6236b0",
    "Light": "#ffffff",
    "Midlight": "#e6e6e8",
    "Mid": "#b8babd",
    "Dark": "#9b9da1",
    "Shadow": "#76787b",
}
_DARK = {
    "Window": "#2a2b2f",
    "WindowText": "#e6e7ea",
    "Base": "#1e1f22",
    "AlternateBase": "#242529",
    "Text": "#e6e7ea",
    "Button": "#35373c",
    "ButtonText": "#e6e7ea",
    "BrightText": "#ffffff",
    "ToolTipBase": "#35373c",
    "ToolTipText": "#e6e7ea",
    "PlaceholderText": "#8f959d",
    "Highlight": "#2f65c0",
    "HighlightedText": "#ffffff",
    "Accent": "#6ea2f5",
    "Link": "#7cbcff",
    "LinkVisited": "#cfa8ff",
    "Light": "#4a4c52",
    "Midlight": "#404247",
    "Mid": "#55585e",
    "Dark": "#18191b",
    "Shadow": "#0f1011",
}
_BOX_EDGE = "#a0a4aa"
_GREYED = ("WindowText", "Text", "ButtonText", "HighlightedText")


def own_palette(dark: bool) -> QPalette:
    """For platforms that give no colour scheme of their own."""
    palette = QPalette()
    for name, color in (_DARK if dark else _LIGHT).items():
        palette.setColor(QPalette.ColorRole[name], QColor(color))
    for name in _GREYED:
        greyed = QColor("#767b82" if dark else "#8d9197")
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[name], greyed)
    quiet = QColor("#3a3c41" if dark else "#d5d6d9")
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, quiet)
    return palette


SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


def apply_scheme(application: QApplication, scheme: str) -> None:
    """`system`, `light` or `dark`. Asks the platform first; where it has no effect (bare X11, some desktops, tests)
    our own palette takes over. Windows and pages follow through QEvent.PaletteChange."""
    hints = QGuiApplication.styleHints()
    if scheme == "system":
        hints.unsetColorScheme()
        application.setPalette(QPalette())
    else:
        hints.setColorScheme(SCHEMES[scheme])
        application.setPalette(QPalette())
        if is_dark(application.palette()) != (scheme == "dark"):
            application.setPalette(own_palette(scheme == "dark"))
    _outline_boxes(application)


def _outline_boxes(application: QApplication) -> None:
    """Fusion draws the edge of a box in a darker shade of the window's ground: unseen where that is dark already."""
    palette = QPalette()
    if is_dark(application.palette()):
        palette.setColor(QPalette.ColorRole.Window, QColor(_BOX_EDGE))
    for name in ("QCheckBox", "QRadioButton"):
        application.setPalette(palette, name)  # type: ignore[arg-type]  # the stub says bytes, which Qt refuses


def foot_height(widget: QWidget) -> int:
    """Of the strips under two panes that stand side by side: four lines, so that their upper edges meet."""
    return widget.fontMetrics().height() * 4 + 6 * GRID


# -- text from outside ----------------------------------------------------------------------------


class PlainLabel(QLabel):
    """A label that shows its text as it is: never as markup, never with what would break or turn the line."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Several lines are allowed where they are ours; each is made plain."""
        self.setText("\n".join(plain(line) for line in text.split("\n")))


def plain_label(
    text: str = "",
    parent: QWidget | None = None,
    *,
    wrap: bool = False,
    selectable: bool = False,
    tone: str = "",
    scale: float = 1.0,
    bold: bool = False,
) -> PlainLabel:
    """The only way to make a label. `tone` colours it and keeps with the palette; `scale` is of the usual size."""
    label = TonedLabel(tone, text, parent) if tone else PlainLabel(text, parent)
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    if scale != 1.0 or bold:
        font = QFont(label.font())
        font.setPointSizeF(font.pointSizeF() * scale)
        font.setBold(bold)
        label.setFont(font)
    return label


class TonedLabel(PlainLabel):
    """A plain label in a tone's colour, light or dark as the palette is."""

    def __init__(self, tone_name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tone = tone_name
        self._recolour()

    def set_tone(self, tone_name: str) -> None:
        self._tone = tone_name
        self._recolour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._recolour()

    def showEvent(self, event: QShowEvent) -> None:
        self._recolour()  # what was never shown hears of no change
        super().showEvent(event)

    def _recolour(self) -> None:
        ground = QApplication.palette()
        wanted = tone_color(self._tone, ground) if self._tone else ground.color(QPalette.ColorRole.WindowText)
        if self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText) != wanted:
            # Only this role is set: all others go on following the application.
            own = QPalette()
            own.setColor(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText, wanted)
            own.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.WindowText, wanted)
            self.setPalette(own)


def tooltip(text: str) -> str:
    """What setToolTip may be given: the text as it is, markup in it shown and not read."""
    return safe_tip(text) or ""


def set_tip(target: QWidget | QAction, text: str) -> None:
    target.setToolTip(tooltip(text))


def message_box(
    parent: QWidget | None, icon: QMessageBox.Icon, text: str, informative: str = "", details: str = ""
) -> QMessageBox:
    """The only way to make a message box; the caller adds its buttons (a verb each) and shows it."""
    from PySide6.QtWidgets import QMessageBox  # its enums are made when it is named: not before the first paint

    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(icon)
    box.setText(plain(text))
    box.setInformativeText("\n".join(plain(line) for line in informative.split("\n")))
    if details:
        box.setDetailedText(details)
    return box


def mnemonic_free(text: str) -> str:
    """For buttons, tabs and menus: `&` and tabs of a name mean nothing there."""
    return plain(text, 200).replace("&", "&&")
