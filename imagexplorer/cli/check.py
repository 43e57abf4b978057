"""`imagexplorer check TARGET`: an image held against rules, for pipelines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from imagexplorer.cli import FAILED, OK
from imagexplorer.cli.arguments import add_choice
from imagexplorer.cli.printing import show
from imagexplorer.core.errors import WrongUse

if TYPE_CHECKING:
    from imagexplorer.core.rules import Rules

_SWITCHES = ("no-secrets", "sound", "no-secret-env", "not-root", "pinned-base")
_LISTS = {"--forbid": "forbidden-paths", "--require-label": "required-labels", "--allow": "allow"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from imagexplorer.core.rules import ABOVE_BASE, ANYWHERE, RULES, field_of
    from imagexplorer.output.checking import FORMATS

    parser.add_argument("target", metavar="TARGET", nargs="?", default="", help="image or path")
    add_choice(parser)
    group = parser.add_argument_group(
        "rules", "Without any of these, and without a rules file: --no-secrets --no-setuid --sound"
    )
    for key in _SWITCHES:
        group.add_argument(f"--{key}", action="store_true", default=None, help=RULES[key])
    forms = (ABOVE_BASE, ANYWHERE)
    group.add_argument("--no-setuid", nargs="?", const=ABOVE_BASE, choices=forms, help=RULES["no-setuid"])
    group.add_argument("--max-size", metavar="SIZE", help=RULES["max-size"])
    group.add_argument("--max-wasted", metavar="SIZE", help=RULES["max-wasted"])
    group.add_argument("--max-layers", metavar="N", type=int, help=RULES["max-layers"])
    for flag, key in _LISTS.items():
        metavar = "NAME[=GLOB]" if key == "required-labels" else "GLOB"
        group.add_argument(flag, dest=field_of(key), metavar=metavar, action="append", help=RULES[key])
    group.add_argument("--rules-file", metavar="FILE", default="", help="TOML or JSON; flags go before it")
    group.add_argument("--rules", action="store_true", help="print the rules in that format, and check nothing")
    parser.add_argument("--format", choices=FORMATS, default="", help="text unless asked otherwise")
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.check/1")
    parser.add_argument("--junit", metavar="FILE", default="", help="write JUnit XML to a file too")
    parser.add_argument("--verify", action="store_true", help="read and hash every byte, compare all digests")
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.core.rules import rules_text
    from imagexplorer.output.checking import JSON, TEXT, CheckQuestion, check
    from imagexplorer.output.writing import write_text

    rules = _rules(options)
    if options.rules:
        show([rules_text(rules)])
        return OK
    if not options.target:
        raise WrongUse("no TARGET is named", "", "See imagexplorer check --help")
    if options.json and options.format not in ("", JSON):
        raise WrongUse("--json", f"--format {options.format} says otherwise")
    question = CheckQuestion(
        options.target, rules, options.host, options.image, options.platform, options.verify, not options.no_cache
    )
    checked = check(question)
    if options.junit:
        write_text(options.junit, checked.pieces("junit"))
    show(checked.pieces(JSON if options.json else options.format or TEXT))
    return OK if checked.passed else FAILED


def _rules(options: argparse.Namespace) -> Rules:
    """Those of the file, with those of the flags in their place; the built-in set where neither says anything."""
    from dataclasses import replace

    from imagexplorer.core.rules import BUILT_IN, RULES, Rules, field_of, rules_of
    from imagexplorer.output.rules_file import read_rules

    told = {key: getattr(options, field_of(key)) for key in RULES}
    said = {key: value for key, value in told.items() if value is not None}
    by_flags = rules_of(said, "the command line")
    chosen = read_rules(options.rules_file) if options.rules_file else Rules() if by_flags.names else BUILT_IN
    rules = replace(chosen, **{field_of(key): getattr(by_flags, field_of(key)) for key in said})
    if not rules.names:
        raise WrongUse(f"the rules file {options.rules_file}", "none of its rules demands anything")
    return rules
