"""Archives and layouts of other projects, good and hostile, read as their `expect` says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagexplorer.core.errors import Damaged, NotFound, Refused
from imagexplorer.output.inspection import Question, inspect
from tests.others import FOLDER, cases, expected, placed, tree_differs

CASES = cases("docker-archive", "oci-archive", "oci-layout")


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_it_reads_as_expected(case: dict[str, Any]) -> None:
    question = Question(str(FOLDER / case["file"]), json=True, entries=True, tree=True, verify=True, cache=False)
    try:
        document = json.loads("".join(inspect(question)))
    except (Damaged, NotFound, Refused) as error:
        refused = error
        document = None
    if document is None:
        assert case["expect"] != "ok", refused
        assert str(FOLDER) in refused.what
        assert refused.reason
        return
    flagged = bool(document["problems"])
    if case["expect"] == "ok":
        assert tree_differs(document["files"], expected(case)) == ""
    elif case["expect"] in ("error", "flagged"):
        assert flagged, "silently fine"
    paths = {placed(file["path"]) for file in document["files"]}
    for fact in case.get("asserts", ()):
        if "exists" in fact and not any(file["kind"] == "symlink" for file in document["files"]):
            assert placed(fact["exists"]) in paths


def test_good_ones_are_verified_and_quiet() -> None:
    """A tool that finds fault with everything is of no use: at most one good one in ten has a problem."""
    good = [case for case in CASES if case["expect"] == "ok"]
    noisy = []
    for case in good:
        question = Question(str(FOLDER / case["file"]), json=True, verify=True, cache=False)
        document = json.loads("".join(inspect(question)))
        if document["problems"] or not all(layer["verified"] for layer in document["layers"]):
            noisy.append(case["file"])
    assert len(noisy) <= len(good) / 10, noisy
