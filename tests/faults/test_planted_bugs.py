"""The checker is worth something if it catches bugs: each of these is caught by the invariant named for it.

The bugs live beside this file, never in the product. All runs are of one seed; without a bug every invariant holds.
Two runs go on beside each other. Takes minutes: `make storm`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.planted import NOTHING, ROOT

pytestmark = pytest.mark.storm

LANES = 2
Verdict = dict[str, Any]


class Caught(NamedTuple):
    """The invariant that must catch a bug, what it must say of it, and what it may say; anything else is not it."""

    invariant: str
    words: tuple[str, ...]
    also: tuple[str, ...] = ()


BUGS = {
    "key_per_attempt": Caught("no_document_doubled", ("was sent under [2-9] different keys", "had [2-9] effects")),
    "invoices_never_told": Caught("accepted_reach_every_system_once", (r"invoiced: \d+ expected, 0 found",)),
    "order_of_deliveries_forgotten": Caught(
        "order_kept_per_key",
        (r"(update|order) \d+ came although \d+ had not been taken", r" \d+ was taken after \d+"),
        ("came (before|after) ", "was sent before "),
    ),
    "picks_booked_in_part": Caught(
        "stock_equals_wms", ("picked: by what the warehouse did, and in our", "unrestricted: by what the warehouse did")
    ),
    "guard_without_promises": Caught(
        "no_unbacked_promise",
        (r"to ship .*: \d+ in all, where \d+ had come",),
        ("ledger, asked_grants_are_backed", "still waits for goods to ship"),
    ),
    "shortages_stay_open": Caught("shortage_is_owned", ("is still open although nothing is missing",)),
    "invoices_round_up": Caught(
        "money_agrees", ("price of order .* expected", "owed for what shipped and its charges")
    ),
    "deadletters_in_hiding": Caught("nothing_stuck", ("dead letter .* has no open exception case that names it",)),
    "projection_skips": Caught("projections_rebuild", (r"line_status: [1-9]\d* rows only after rebuilding",)),
}


def _run(bug: str, out: Path) -> Verdict:
    command = [sys.executable, "-m", "tests.faults.planted", bug, str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert out.exists(), done.stdout[-2000:] + done.stderr[-4000:]
    verdict: Verdict = json.loads(out.read_text(encoding="utf-8"))
    return verdict


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the checker says of the run without a bug and of those with the bugs that were selected, once they end."""
    selected = {item.callspec.params["bug"] for item in request.session.items if hasattr(item, "callspec")
                if "bug" in item.callspec.params} | {NOTHING}  # fmt: skip
    folder = tmp_path_factory.mktemp("planted")
    with ThreadPoolExecutor(LANES) as pool:
        runs = {bug: pool.submit(_run, bug, folder / f"{bug}.json") for bug in (NOTHING, *BUGS) if bug in selected}
        try:
            yield runs
        finally:
            pool.shutdown(cancel_futures=True)


def test_without_a_bug_every_invariant_holds(verdicts: dict[str, Future[Verdict]]) -> None:
    clean = verdicts[NOTHING].result()
    assert clean["settled"]
    assert not any(clean["planted"].values())
    assert {name: clean["violations"][name] for name, holds in clean["invariants"].items() if not holds} == {}
    assert [name for name, facts in clean["checked"].items() if not facts] == []


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught_by_the_invariant_named_for_it(bug: str, verdicts: dict[str, Future[Verdict]]) -> None:
    caught = BUGS[bug]
    assert verdicts[NOTHING].result()["invariants"][caught.invariant], "without the bug it does not hold either"
    verdict = verdicts[bug].result()
    workers = {name: bugs for name, bugs in verdict["planted"].items() if name.startswith("worker")}
    assert workers, "no worker ran"
    assert all(bugs == [bug] for bugs in workers.values()), f"the bug was not in the workers: {workers}"
    assert verdict["settled"]
    assert verdict["invariants"][caught.invariant] is False
    said = verdict["violations"][caught.invariant]
    may_say = (*caught.words, *caught.also)
    assert [one for one in said if not any(re.search(words, one) for words in may_say)] == [], "another reason"
    assert [words for words in caught.words if not any(re.search(words, one) for one in said)] == [], "not seen"
