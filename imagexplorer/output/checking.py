"""`check`: from a question to the outcomes, and to the pieces of the text or document that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagexplorer.core.check import Facts, Outcome
from imagexplorer.core.check_report import check_pieces, check_text, junit_pieces
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Problem
from imagexplorer.core.report_head import Asked
from imagexplorer.core.rules import Rules
from imagexplorer.indexing.builder import build, problems_of
from imagexplorer.indexing.checks import check_image
from imagexplorer.output.asked import asked_of, image_of, open_target
from imagexplorer.sources.protocol import ScanOptions

TEXT, JSON, JUNIT = FORMATS = ("text", "json", "junit")


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    target: str
    rules: Rules
    host: str = ""
    image: str = ""
    platform: str = ""
    verify: bool = False
    cache: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    asked: Asked
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)

    def pieces(self, form: str) -> Iterator[str]:
        """`form` is one of FORMATS."""
        if form == JSON:
            return check_pieces(self.asked, self.outcomes, self.problems)
        if form == JUNIT:
            return junit_pieces(self.asked, self.outcomes)
        return (line + "\n" for line in check_text(self.asked, self.outcomes))


def check(question: CheckQuestion, control: Control | None = None) -> Checked:
    """Raises core.errors: an image that cannot be read at all has no outcomes."""
    control = control or Control()
    source, reference = open_target(question.target, question.host, control)
    try:
        detail = image_of(source, question.target, reference, question.image, question.platform, control)
        cache = None
        if question.cache:
            from imagexplorer.indexing.cache import Cache

            cache = Cache()
        built = build(source, detail, cache, ScanOptions(verify=question.verify), control, with_layers=False)
        problems = problems_of(built)
        facts = Facts(built.detail, built.tree, built.summary.space, built.totals, problems)
        outcomes = check_image(source, facts, question.rules, cache, control, built.layers)
        return Checked(asked_of(question.target, source, built.detail), outcomes, problems)
    finally:
        source.close()
