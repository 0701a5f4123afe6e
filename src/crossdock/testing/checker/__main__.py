"""`python -m crossdock.testing.checker`: judge a run that has come to rest."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from crossdock.testing.checker import baseline, report
from crossdock.testing.checker.books import Books, BooksBroken
from crossdock.testing.checker.counts import counts
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import judge_all
from crossdock.testing.checker.product import Product, TermsOfProject, Unanswered
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.warehouse import Asked, Warehouses

CANNOT_JUDGE = 2


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m crossdock.testing.checker", description=__doc__)
    parser.add_argument("--books", type=Path, required=True, help="folder of the simulated systems' books")
    parser.add_argument("--api", required=True, help="address of the product's HTTP interface")
    parser.add_argument("--key", required=True, help="API key that may read all orders of all companies")
    parser.add_argument("--cli", default="crossdock", help="the product's command, with whatever stands before")
    parser.add_argument("--project", default="", help="network project; the suppliers' terms are read with the command")
    parser.add_argument(
        "--wms", action="append", default=[], metavar="NAME=URL",
        help="ask a warehouse as well, with the token in SANDBOX_TOKEN; may be repeated",
    )  # fmt: skip
    parser.add_argument("--baseline", type=Path, help="JSON of an undisturbed run of the same data")
    parser.add_argument("--json", type=Path, help="write the verdict to this file")
    return parser.parse_args(given)


def run(options: argparse.Namespace) -> int:
    """0 if every law holds and something was compared for each, 1 if not, 2 if nothing can be judged."""
    try:
        rulings, verdict, text = _judge(options)
    except (BooksBroken, Unanswered, OSError) as fault:
        sys.stderr.write(f"cannot judge: {fault}\n")
        return CANNOT_JUDGE
    if options.json:
        options.json.write_text(json.dumps(verdict, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(text)
    return 0 if all(ruling.held for ruling in rulings) else 1


def _judge(options: argparse.Namespace) -> tuple[list[Ruling], dict[str, object], str]:
    evidence = _evidence(options)
    rulings = judge_all(evidence)
    numbers, facts, differences = counts(evidence), baseline.ledger(evidence), list[str]()
    if options.baseline:
        before = json.loads(options.baseline.read_text(encoding="utf-8"))
        ruling = Ruling(baseline.NAME)
        differences = baseline.compare(before["baseline"], facts, ruling)
        rulings.append(ruling)
    verdict = report.as_json(rulings, numbers, facts, differences)
    return rulings, verdict, report.as_text(rulings, numbers, differences)


def _evidence(options: argparse.Namespace) -> Evidence:
    books = Books.read(options.books)
    product = Product(options.cli, options.api, options.key)
    token = os.environ.get("SANDBOX_TOKEN", "")
    asked = {}
    for given in options.wms:
        name, _, url = given.partition("=")
        asked[name] = Asked.from_url(url, token)
    terms = TermsOfProject(product.ask("project", "show", options.project, "--json") if options.project else None)
    return Evidence(books, product, Warehouses(books, asked), terms)


if __name__ == "__main__":
    sys.exit(run(arguments(sys.argv[1:])))
