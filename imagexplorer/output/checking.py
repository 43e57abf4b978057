"""`check`: from a question to the outcomes, and to the pieces of the text or document that tells them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from imagexplorer.core.check import Facts, Outcome
from imagexplorer.core.check_report import check_pieces, check_text, junit_pieces
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Problem
from imagexplorer.core.errors import Damaged, WrongUse
from imagexplorer.core.report_head import Asked
from imagexplorer.core.rules import Rules, rules_of
from imagexplorer.core.text import plain
from imagexplorer.indexing.builder import build, problems_of
from imagexplorer.indexing.checks import check_image
from imagexplorer.output.asked import image_of, open_target
from imagexplorer.sources.documents import load
from imagexplorer.sources.protocol import ScanOptions

TEXT, JSON, JUNIT = FORMATS = ("text", "json", "junit")
_RULES_BYTES = 1 << 20


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
        asked = Asked(question.target, source.address.kind, source.address.location, built.detail)
        return Checked(asked, outcomes, problems)
    finally:
        source.close()


def read_rules(path: str) -> Rules:
    """A rules file: TOML, or JSON where it begins with a brace. Raises WrongUse, which names the file and the key."""
    shown = plain(path, 300)
    try:
        with open(path, "rb") as file:
            raw = file.read(_RULES_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise WrongUse(f"the rules file {shown}", f"it cannot be read: {reason}") from error
    if len(raw) > _RULES_BYTES:
        raise WrongUse(f"the rules file {shown}", f"it is longer than {_RULES_BYTES:,} bytes")
    if raw.lstrip()[:1] == b"{":
        problems: list[Problem] = []
        try:
            data = load(raw, shown, problems)
        except Damaged as error:
            raise WrongUse(f"the rules file {shown}", error.reason) from error
        if problems:
            raise WrongUse(f"the rules file {shown}", problems[0].reason)
        return rules_of(data, shown)
    try:
        return rules_of(tomllib.loads(raw.decode("utf-8")), shown)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongUse(f"the rules file {shown}", f"it is neither TOML nor JSON: {plain(str(error), 200)}") from error
