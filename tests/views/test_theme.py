"""Meaning is readable, light and dark; and no text from outside gets past the makers of labels, tooltips and boxes."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QWidget

from imagexplorer.views import theme

VIEWS = Path(theme.__file__).parent
GROUNDS = (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.AlternateBase)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", theme.TONES)
def test_tones_are_readable(qapp, name, dark):
    palette = theme.own_palette(dark)
    for ground in GROUNDS:
        assert theme.contrast(theme.tone_color(name, palette), palette.color(ground)) >= 4.5, ground


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable(qapp, dark):
    palette = theme.own_palette(dark)
    role = QPalette.ColorRole
    pairs = [(role.Text, ground) for ground in GROUNDS]
    pairs += [
        (role.HighlightedText, role.Highlight),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
    ]
    for text, ground in pairs:
        assert theme.contrast(palette.color(text), palette.color(ground)) >= 4.5, (text, ground)


def test_own_palette_takes_over_where_the_platform_has_no_scheme(qapp):
    try:
        for scheme, dark in (("dark", True), ("light", False)):
            theme.apply_scheme(qapp, scheme)
            assert theme.is_dark(qapp.palette()) is dark
    finally:
        theme.apply_scheme(qapp, "system")


def test_the_edge_of_a_box_is_seen_on_every_ground(qapp, qtbot):
    """Also of one that stood there before the scheme changed."""
    panel = QWidget()
    qtbot.addWidget(panel)
    box = QCheckBox("x", panel)
    box.resize(box.sizeHint())
    panel.show()
    try:
        for scheme in ("light", "dark", "light"):
            theme.apply_scheme(qapp, scheme)
            qapp.processEvents()
            picture = panel.grab().toImage()
            middle = box.height() // 2
            ground = picture.pixelColor(panel.width() - 1, panel.height() - 1)
            edge = max(abs(picture.pixelColor(x, middle).lightness() - ground.lightness()) for x in range(4))
            assert edge > 40, (scheme, edge)
            assert theme.is_dark(panel.palette()) == (scheme == "dark")
    finally:
        theme.apply_scheme(qapp, "system")


def test_a_toned_label_follows_the_scheme(qapp, qtbot):
    label = theme.plain_label("x", tone="added")
    qtbot.addWidget(label)
    label.show()
    try:
        for scheme, place in (("dark", 1), ("light", 0)):
            theme.apply_scheme(qapp, scheme)
            qapp.processEvents()
            assert label.palette().color(QPalette.ColorRole.WindowText).name() == theme.TONES["added"][place]
    finally:
        theme.apply_scheme(qapp, "system")


def test_labels_show_markup_and_control_characters(qtbot):
    label = theme.plain_label("<b>x</b>\u202e\x1b")
    qtbot.addWidget(label)
    assert label.text() == "<b>x</b>\\u202e\\x1b"
    assert label.textFormat().name == "PlainText"
    assert theme.tooltip("<img src=a>") == "<qt>&lt;img src=a&gt;</qt>"


RAW = {"QLabel", "QMessageBox", "QProgressDialog", "QErrorMessage", "QTextBrowser", "QInputDialog"}
SAFE_TIPS = {"tooltip", "safe_tip"}


def made_plain(tree: ast.Module) -> set[ast.expr]:
    """Calls whose result is told to be plain text in the very next statement."""
    plain = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for made, after in pairwise(body) if isinstance(body, list) else ():
            if isinstance(made, ast.Assign) and len(made.targets) == 1:
                wanted = f"{ast.unparse(made.targets[0])}.setTextFormat(Qt.TextFormat.PlainText)"
                if ast.unparse(after) == wanted:
                    plain.add(made.value)
    return plain


def offences(path: Path) -> list[str]:
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = made_plain(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node in plain:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in RAW or (isinstance(owner, ast.Name) and owner.id in RAW):
            found.append(f"{path.name}:{node.lineno} {name}")
        if name in ("setToolTip", "showText", "setWhatsThis", "setStatusTip") and node.args:
            given = node.args[-1] if name != "showText" else node.args[1]
            ours = isinstance(given, ast.Constant) or (
                isinstance(given, ast.Call)
                and (
                    getattr(given.func, "id", "") in SAFE_TIPS or getattr(given.func, "attr", "") in {*SAFE_TIPS, "tr"}
                )
            )
            if not ours:
                found.append(f"{path.name}:{node.lineno} {name} of what may be markup")
        if name in ("setHtml", "appendHtml", "setOpenExternalLinks"):
            found.append(f"{path.name}:{node.lineno} {name}")
    return found


@pytest.mark.parametrize("path", sorted(VIEWS.glob("**/*.py")), ids=lambda path: path.name)
def test_nothing_shows_markup(path):
    if path.name != "theme.py":
        assert offences(path) == []


def test_the_check_can_fail(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("QLabel(name)\nw.setToolTip(name)\nQMessageBox.warning(w, 'x', name)\nt.setHtml(x)\n")
    assert len(offences(bad)) == 4
