"""`imagexplorer inspect TARGET`: an image's layers, steps and totals."""

from __future__ import annotations

import argparse

from imagexplorer.cli import OK
from imagexplorer.cli.arguments import add_choice
from imagexplorer.cli.printing import show, width


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="image or path")
    add_choice(parser)
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.inspect/1")
    parser.add_argument("--entries", action="store_true", help="with the entries of every layer, in archive order")
    parser.add_argument("--tree", action="store_true", help="with the visible files, sorted by path")
    parser.add_argument("--advice", action="store_true", help="with what could be saved, by instruction")
    parser.add_argument("--verify", action="store_true", help="read and hash every byte, compare all digests")
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.output.inspection import Question, inspect

    question = Question(
        target=options.target,
        host=options.host,
        image=options.image,
        platform=options.platform,
        json=options.json,
        entries=options.entries,
        tree=options.tree,
        advice=options.advice,
        verify=options.verify,
        cache=not options.no_cache,
        width=width(),
    )
    show(inspect(question))
    return OK
