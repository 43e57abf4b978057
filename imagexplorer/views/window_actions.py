"""What belongs to the window itself and to no image or container: where one is, which page, what is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from imagexplorer.actions.action import Action
from imagexplorer.core.entities import Selection

PAGES = 9


class Window(Protocol):
    """What the actions need of it."""

    def back_reason(self) -> str: ...
    def forward_reason(self) -> str: ...
    def close_reason(self) -> str: ...
    def filter_reason(self) -> str: ...
    def go_back(self) -> None: ...
    def go_forward(self) -> None: ...
    def open_palette(self) -> None: ...
    def focus_filter(self) -> None: ...
    def close_page(self) -> None: ...
    def show_list(self, name: str) -> None: ...
    def show_number(self, number: int) -> None: ...
    def scheme(self) -> str: ...
    def set_scheme(self, name: str) -> None: ...
    def grouped(self) -> bool: ...
    def toggle_grouped(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_about(self) -> None: ...
    def close(self) -> bool: ...


def _is(state: Callable[[], str], name: str) -> bool:
    return state() == name


def window_actions(window: Window) -> list[Action]:
    """For the registry: so they stand in menus, toolbar and palette like all others."""

    def do(act: Callable[[], object]) -> Callable[[Selection], None]:
        def run(_selection: Selection) -> None:
            act()

        return run

    def why(reason: Callable[[], str]) -> Callable[[Selection], str]:
        return lambda _selection: reason()

    actions = [
        Action("view.back", "&Back", do(window.go_back), "back", ("Alt+Left",), "&View", 0, why(window.back_reason)),
        Action(
            "view.forward",
            "&Forward",
            do(window.go_forward),
            "forward",
            ("Alt+Right",),
            "&View",
            0,
            why(window.forward_reason),
        ),
        Action(
            "view.images", "&Images", do(lambda: window.show_list("images")), "image", ("Ctrl+Shift+I",), "&View", 1
        ),
        Action(
            "view.containers",
            "&Containers",
            do(lambda: window.show_list("containers")),
            "container",
            ("Ctrl+Shift+O",),
            "&View",
            1,
        ),
        Action(
            "view.grouped",
            "Group containers by compose &project",
            do(window.toggle_grouped),
            "compose",
            (),
            "&View",
            2,
            checked=window.grouped,
        ),
        Action(
            "view.filter",
            "Fi&lter",
            do(window.focus_filter),
            "filter",
            ("Ctrl+F",),
            "&View",
            3,
            why(window.filter_reason),
        ),
        Action("view.palette", "Command &palette…", do(window.open_palette), "search", ("Ctrl+K",), "&View", 3),
        Action(
            "view.close_page",
            "Cl&ose page",
            do(window.close_page),
            "close",
            ("Ctrl+W",),
            "&View",
            4,
            why(window.close_reason),
        ),
        Action("help.keys", "&Keys", do(window.show_keys), "info", ("F1",), "&Help", 0),
        Action("help.about", "&About imagexplorer", do(window.show_about), "info", (), "&Help", 1),
        Action("file.quit", "&Quit", do(window.close), "", ("Ctrl+Q",), "&File", 9),
    ]
    for name, words in (
        ("system", "Colours as the &system"),
        ("light", "Colours &light"),
        ("dark", "Colours &dark"),
    ):
        actions.append(
            Action(
                f"view.scheme_{name}",
                words,
                do(partial(window.set_scheme, name)),
                group="&View",
                section=5,
                checked=partial(_is, window.scheme, name),
            )
        )
    actions += [
        Action(
            f"view.page_{number}",
            f"Show page {number}",
            do(partial(window.show_number, number)),
            "",
            (f"Ctrl+{number}",),
        )
        for number in range(1, PAGES + 1)
    ]
    return actions
