"""The record of one thing that the user can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagexplorer.core.entities import Selection


def _never(_selection: Selection) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """`text` may carry a mnemonic (&) and ends with an ellipsis where the action asks before it does anything.

    `keys` are shortcuts of the whole window; `shown_key` is a key that a view handles itself (Enter in a list), only
    named in tooltips. `blocked` says why not, "" where it can run. `group` is the menu that it stands in; `section`
    parts a menu by lines. `checked` makes it a switch and tells its state.
    """

    id: str
    text: str
    run: Callable[[Selection], None]
    icon: str = ""
    keys: tuple[str, ...] = ()
    group: str = ""
    section: int = 0
    blocked: Callable[[Selection], str] = _never
    shown_key: str = ""
    checked: Callable[[], bool] | None = None

    @property
    def words(self) -> str:
        """Without mnemonic and ellipsis: what a tooltip and the palette say."""
        return self.text.replace("&", "").removesuffix("…")
