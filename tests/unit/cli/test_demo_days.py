"""When the demo's days begin, how long they may take, what is killed in them, and when they did not end well."""

from __future__ import annotations

import datetime as dt
import io
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from crossdock.cli.demo import story
from crossdock.cli.demo.calendar import TradingDays, longest_terms
from crossdock.cli.demo.chaos import WANTED, Chaos
from crossdock.cli.demo.days import NotSettled
from crossdock.cli.demo.report import shortcomings
from crossdock.cli.demo.story import Wanted, play
from crossdock.cli.demo.world import World
from crossdock.model.masterdata import SupplierTerms
from crossdock.project import Network

READY = {
    "first_order_at": "2010-12-14T08:34:00Z",
    "last_order_at": "2010-12-15T18:00:00Z",
    "trading_days": ["2010-12-14", "2010-12-15"],
}
DAYS = TradingDays.from_ready(READY)
WELL: dict[str, Any] = {"settled": True, "left": "", "invariants": {"nothing_stuck": True}}


def network(**hours: int) -> Network:
    """As much of a network as the calendar reads: an ERP, two warehouses, one supplier with these terms."""
    systems = [("erp", "erp"), ("wms_north", "wms"), ("wms_south", "wms")]
    agreement = SimpleNamespace(terms=SupplierTerms(**hours))
    return SimpleNamespace(  # type: ignore[return-value]
        systems={name: SimpleNamespace(name=name, role=role) for name, role in systems},
        partners={"brightware": SimpleNamespace(agreements={"albion_uk": agreement})},
    )


def test_business_opens_in_the_hour_of_the_first_order_whatever_the_day() -> None:
    assert DAYS.opens_at == dt.datetime(2010, 12, 14, 8, tzinfo=dt.UTC)


def test_patience_is_as_long_as_the_data_and_the_agreed_terms_are() -> None:
    terms = {"acknowledgement_hours": 24, "ship_notice_hours": 24, "receipt_hours": 24, "invoice_hours": 48}
    short = network(lead_days=2, **terms)
    assert longest_terms(short) == dt.timedelta(days=7)
    assert DAYS.patience_seconds(short, 86400) == pytest.approx(240 + 1 + 10 / 24 + 7)
    assert DAYS.patience_seconds(network(lead_days=12, **terms), 86400) == pytest.approx(240 + 1 + 10 / 24 + 17)


def test_systems_of_the_network_are_away_on_days_of_the_data() -> None:
    assert DAYS.outages(network()) == [
        {"system": "erp", "from": "2010-12-14T10:30:00+00:00", "to": "2010-12-14T11:30:00+00:00"},
        {"system": "wms_south", "from": "2010-12-14T13:00:00+00:00", "to": "2010-12-14T14:00:00+00:00"},
        {"system": "sftp", "from": "2010-12-15T09:00:00+00:00", "to": "2010-12-15T11:00:00+00:00"},
    ]


@pytest.mark.parametrize(("days", "seconds"), [(1, 4.0), (20, 20 + 10 / 24)])
def test_kills_are_spread_over_the_trading_days_but_over_four_at_least(days: int, seconds: float) -> None:
    last = DAYS.opens_at + dt.timedelta(days=days - 1, hours=10)
    assert TradingDays(DAYS.first_order_at, last, ()).kill_seconds(86400) == pytest.approx(seconds)


@pytest.mark.parametrize(("rate", "judged"), [(2880.0, True), (17280.0, False)])
def test_too_few_kills_are_no_good_end_unless_time_was_too_short_for_them(
    rate: float, judged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Path("project"), Path("run"), Path("data"), 12, rate, 7, days=DAYS, network=network())
    monkeypatch.setattr(World, "control", lambda *_: None)
    monkeypatch.setattr(Chaos, "_run", lambda self: None)
    chaos = Chaos(world, lambda text: None, 7)
    chaos.start()
    assert bool(chaos.wanting()) == judged
    chaos.faults.update(WANTED)
    assert chaos.wanting() == []
    chaos.faults["api_kills"] = 4
    assert chaos.wanting() == (["api kills: 4, at least 5 wanted"] if judged else [])


def test_a_run_that_did_not_settle_did_not_end_well_although_all_invariants_hold() -> None:
    assert shortcomings(WELL) == []
    assert shortcomings(WELL | {"settled": False, "left": "3 deliveries"}) == [
        "not settled: still waiting for 3 deliveries"
    ]
    assert shortcomings(WELL | {"invariants": {"nothing_stuck": False}}) == ["nothing_stuck does not hold"]


def test_days_that_do_not_settle_have_their_real_seconds_and_what_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_days(*_: Any, patience_seconds: float) -> float:
        raise NotSettled("3 deliveries")

    monkeypatch.setattr(story, "run_days", run_days)
    world = World(Path("project"), Path("run"), Path("data"), 12, 2880.0, 7, days=DAYS, network=network())
    world.started_at = time.monotonic() - 90
    out = io.StringIO()
    seconds, left = story._run_days(Console(file=out), world, [], None)
    assert (left, seconds) == ("3 deliveries", pytest.approx(90, abs=5))
    assert "Not settled after 90 s: still waiting for 3 deliveries" in out.getvalue()


class Played:
    """Stands for the playing of days: notes what was asked for and says what came of it."""

    def __init__(self, *figures: dict[str, Any]) -> None:
        self.asked: list[Wanted] = []
        self._figures = list(figures)

    def __call__(self, console: Console, wanted: Wanted, begun_at: float) -> dict[str, Any]:
        self.asked.append(wanted)
        return self._figures.pop(0)


def chaos_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, played: Played, **more: Any) -> dict[str, Any]:
    monkeypatch.setattr(story, "_play_once", played)
    wanted = Wanted(Path("project"), tmp_path, Path("data"), 12, 2880.0, 7, chaos=True, **more)
    return play(Console(file=io.StringIO()), wanted)


def test_chaos_begins_with_the_undisturbed_days_and_compares_itself_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(WELL, WELL)
    chaos_in(tmp_path, monkeypatch, played, stay=True, port=8080, report=tmp_path / "out.json")
    first, second = played.asked
    assert (first.chaos, first.stay, first.directory) == (False, False, tmp_path / "undisturbed")
    assert (second.chaos, second.stay, second.port, second.directory) == (True, True, 8080, tmp_path)
    assert second.baseline == first.report
    assert second.report == tmp_path / "out.json"


def test_with_a_report_to_compare_with_chaos_begins_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(WELL)
    chaos_in(tmp_path, monkeypatch, played, baseline=tmp_path / "before.json")
    assert [wanted.chaos for wanted in played.asked] == [True]


def test_undisturbed_days_that_end_badly_are_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(WELL | {"settled": False, "left": "3 deliveries"})
    out = tmp_path / "out.json"
    figures = chaos_in(tmp_path, monkeypatch, played, report=out)
    assert shortcomings(figures)
    assert "3 deliveries" in out.read_text()
