"""The columns of a saved document."""

from __future__ import annotations

import pytest

from imagexplorer.core.report_reading import NUMBER, PATH, SIZE, TEXT, ReportTable
from imagexplorer.models.report_tables import columns_of


@pytest.mark.parametrize(
    ("kinds", "wide"),
    [((PATH, TEXT, SIZE, SIZE), 0), ((PATH, NUMBER, TEXT), 2), ((NUMBER, TEXT, SIZE), 1), ((NUMBER, SIZE), 1)],
)
def test_what_is_left_of_the_width_is_for_words(kinds: tuple[str, ...], wide: int) -> None:
    table = ReportTable("Files", tuple((f"c{number}", kind) for number, kind in enumerate(kinds)), (), 0)
    assert [column.stretch for column in columns_of(table)] == [at == wide for at in range(len(kinds))]
