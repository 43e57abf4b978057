"""What a check found, as text, as the document `imagexplorer.check/1` and as JUnit XML.

JUnit: the schema that CI systems share (testsuites > testsuite > testcase > failure). Knows outcomes, reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from imagexplorer.core.check import Finding, Outcome
from imagexplorer.core.entities import Problem
from imagexplorer.core.report_head import Asked, asked_fields, dump, opening
from imagexplorer.core.text import counted, plain, plain_bytes

CHECK_SCHEMA = "imagexplorer.check/1"
_SHOWN = 50


def passed(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome.passed for outcome in outcomes)


def check_pieces(asked: Asked, outcomes: Sequence[Outcome], problems: Sequence[Problem] = ()) -> Iterator[str]:
    """The document `imagexplorer.check/1`."""
    yield opening(CHECK_SCHEMA, asked_fields(asked))
    yield f',\n"passed":{dump(passed(outcomes))},\n"rules":['
    separator = "\n"
    for outcome in outcomes:
        yield separator + dump(_rule_fields(outcome))
        separator = ",\n"
    yield f'],\n"problems":{dump([{"where": each.where, "reason": each.reason} for each in problems])}}}\n'


def _rule_fields(outcome: Outcome) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rule": outcome.rule,
        "passed": outcome.passed,
        "findings": [
            {
                "path": None if each.path is None else each.path.decode("utf-8", "surrogateescape"),
                "layer": each.layer,
                "why": each.why,
            }
            for each in outcome.findings
        ],
    }
    if outcome.left_out:
        fields["left_out"] = outcome.left_out
    return fields


def finding_words(finding: Finding) -> str:
    """One line: `/etc/ssl/private/a.key (layer 3): a private key`."""
    where = f"/{plain_bytes(finding.path)}" if finding.path is not None else ""
    layer = f"layer {finding.layer}" if finding.layer is not None else ""
    place = f"{where} ({layer})" if where and layer else where or layer
    return f"{place}: {plain(finding.why, 1000)}" if place else plain(finding.why, 1000)


def check_text(asked: Asked, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Lines for people."""
    image = asked.detail.image
    yield f"{plain(image.name, 300)}  {asked.source_kind} {plain(asked.source_name, 500)}"
    for outcome in outcomes:
        count = len(outcome.findings) + outcome.left_out
        words = "" if outcome.passed else f"  {counted(count, 'finding')}"
        yield f"{'✓' if outcome.passed else '✗'} {outcome.rule}{words}"
        shown = outcome.findings[:_SHOWN]
        for finding in shown:
            yield f"    {finding_words(finding)}"
        if count > len(shown):
            yield f"    and {count - len(shown):,} more"
    broken = sum(not outcome.passed for outcome in outcomes)
    kept = f"{counted(len(outcomes), 'rule')} kept"
    yield f"{broken} of {len(outcomes)} rules broken" if broken else kept


def junit_pieces(asked: Asked, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One test case a rule. Characters that XML 1.0 has no place for are shown escaped."""
    from xml.sax.saxutils import escape, quoteattr  # it loads half of the standard library's network with it

    broken = sum(not outcome.passed for outcome in outcomes)
    counts = f'tests="{len(outcomes)}" failures="{broken}" errors="0" skipped="0"'
    name = quoteattr(f"imagexplorer check {plain(asked.target, 500)}")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites name={name} {counts}>\n  <testsuite name={name} {counts}>\n"
    for outcome in outcomes:
        case = f"    <testcase classname={quoteattr('imagexplorer.check')} name={quoteattr(outcome.rule)}"
        if outcome.passed:
            yield f"{case}/>\n"
            continue
        count = len(outcome.findings) + outcome.left_out
        message = quoteattr(f"{counted(count, 'finding')}: {finding_words(outcome.findings[0])}")
        lines = [finding_words(each) for each in outcome.findings]
        if outcome.left_out:
            lines.append(f"and {outcome.left_out:,} more")
        yield f"{case}>\n      <failure type={quoteattr(outcome.rule)} message={message}>"
        yield escape("\n".join(lines))
        yield "</failure>\n    </testcase>\n"
    yield "  </testsuite>\n</testsuites>\n"
