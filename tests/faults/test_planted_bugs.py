"""The checker is worth something if it catches bugs: each of these is caught by the invariant named for it.

The bugs live beside this file, never in the product. All runs are of one seed; without a bug every invariant holds.
Nine bugs disturb each other so little that one run with all of them shows each in its own invariant and its own words,
beside a run without any. Each alone, with no other word said in its invariant, takes minutes: `make storm`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.planted import NOTHING, ROOT

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


ALL_OF_THEM = ",".join(BUGS)


def _run(bugs: str, out: Path) -> Verdict:
    command = [sys.executable, "-m", "tests.faults.planted", bugs, str(out)]
    env = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    assert out.exists(), done.stdout[-2000:] + done.stderr[-4000:]
    verdict: Verdict = json.loads(out.read_text(encoding="utf-8"))
    return verdict


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the checker says of the run without a bug and of those with bugs that were selected, once they end.

    Two runs go on beside each other.
    """
    selected = [item.callspec.params.get("bugs", NOTHING) for item in request.session.items
                if hasattr(item, "callspec")]  # fmt: skip
    folder = tmp_path_factory.mktemp("planted")
    with ThreadPoolExecutor(LANES) as pool:
        runs = {
            bugs: pool.submit(_run, bugs, folder / f"{number}.json")
            for number, bugs in enumerate(dict.fromkeys((NOTHING, *selected)))
        }
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


@pytest.mark.parametrize(("bug", "bugs"), [pytest.param(bug, ALL_OF_THEM, id=bug) for bug in BUGS])
def test_each_of_many_planted_bugs_is_caught_by_the_invariant_named_for_it(
    bug: str, bugs: str, verdicts: dict[str, Future[Verdict]]
) -> None:
    assert verdicts[NOTHING].result()["invariants"][BUGS[bug].invariant], "without the bug it does not hold either"
    _caught(bug, _verdict_with(bugs, verdicts))


@pytest.mark.storm
@pytest.mark.parametrize(("bug", "bugs"), [pytest.param(bug, bug, id=bug) for bug in BUGS])
def test_a_bug_planted_alone_is_caught_for_no_other_reason(
    bug: str, bugs: str, verdicts: dict[str, Future[Verdict]]
) -> None:
    assert verdicts[NOTHING].result()["invariants"][BUGS[bug].invariant], "without the bug it does not hold either"
    said = _caught(bug, _verdict_with(bugs, verdicts))
    may_say = (*BUGS[bug].words, *BUGS[bug].also)
    assert [one for one in said if not any(re.search(words, one) for words in may_say)] == [], "another reason"


def _verdict_with(bugs: str, verdicts: dict[str, Future[Verdict]]) -> Verdict:
    """The verdict on a run whose workers all had these bugs, and which came to rest."""
    verdict = verdicts[bugs].result()
    workers = {name: found for name, found in verdict["planted"].items() if name.startswith("worker")}
    assert workers, "no worker ran"
    planted = sorted(bugs.split(","))
    assert all(found == planted for found in workers.values()), f"the bugs were not in the workers: {workers}"
    assert verdict["settled"]
    return verdict


def _caught(bug: str, verdict: Verdict) -> list[str]:
    """What the invariant named for a bug says; it must say all that the bug does."""
    caught = BUGS[bug]
    assert verdict["invariants"][caught.invariant] is False
    said: list[str] = verdict["violations"][caught.invariant]
    assert [words for words in caught.words if not any(re.search(words, one) for one in said)] == [], "not seen"
    return said
