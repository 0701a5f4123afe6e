"""What several commands read in the same way, and what they say when it cannot be read."""

from __future__ import annotations

import datetime as dt
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from crossdock.cli._console import _in_words, _next_step
from crossdock.cli._options import counted, day_of, moment_of, one_of, project_folder
from crossdock.cli.case import deed_in_words
from crossdock.cli.main import main
from crossdock.cli.order import _weight
from crossdock.operations.problems import Problem


def test_goods_are_told_by_name_and_quantity() -> None:
    assert counted("85123A:2.5", "--line") == ("85123A", Decimal("2.5"))


@pytest.mark.parametrize("text", ["85123A:-4", "85123A:0", "85123A:NaN", "85123A", ":3"])
def test_goods_that_cannot_be_read_are_refused_by_the_option_and_its_form(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not ITEM:QUANTITY with a quantity above zero") as refused:
        counted(text, "--line")
    assert refused.value.param_hint == "--line"


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("9" * 16, "has too many digits: it must be a decimal with at most 15 digits before and 9 behind the point"),
        ("1.0000000001", "has too many digits"),
        ("1e30", "must be a decimal with at most 15 digits before and 9 behind the point, without exponent"),
        ("\u0663", "must be a decimal"),
        ("1_000", "must be a decimal"),
        (" 3", "must be a decimal"),
    ],
)
def test_quantities_that_callers_over_http_may_not_state_are_not_taken_from_who_types(amount: str, why: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        counted(f"22466:{amount}", "--line")
    assert why in refused.value.message
    assert ("is not ITEM:QUANTITY" in refused.value.message) is ("too many" not in why)
    with pytest.raises(typer.BadParameter, match="is no weight of a line"):
        _weight(f"1={amount}")


def test_what_only_callers_over_http_can_do_is_not_said_to_who_types() -> None:
    gone = Problem("conflict", "it ended", advice="`crossdock reservation show R` (GET /process/v1/x?y=1) says how.")
    assert _next_step(gone) == "`crossdock reservation show R` says how."
    unreadable = Problem("malformed_request", "a transfer has lines")
    assert _in_words(unreadable) == "a transfer has lines"
    assert "--help" in _next_step(unreadable)


def test_a_time_is_utc_unless_it_says_another_zone_and_a_day_is_its_beginning() -> None:
    assert moment_of("2010-12-09", "--until") == dt.datetime(2010, 12, 9, tzinfo=dt.UTC)
    assert moment_of("2010-12-09T18:00", "--until") == dt.datetime(2010, 12, 9, 18, tzinfo=dt.UTC)
    assert moment_of("2010-12-09T18:00+01:00", "--until") == dt.datetime(2010, 12, 9, 17, tzinfo=dt.UTC)
    assert moment_of("", "--until") is None
    for text in ("0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"):
        with pytest.raises(typer.BadParameter, match="is beyond the calendar"):
            moment_of(text, "--as-of")
    with pytest.raises(typer.BadParameter, match="'soon' is no time; write it as 2026-12-24T14:03"):
        moment_of("soon", "--until")


def test_a_day_that_is_none_is_refused_with_one_that_is() -> None:
    assert (day_of("2010-12-09", "--on"), day_of("", "--on")) == (dt.date(2010, 12, 9), None)
    with pytest.raises(typer.BadParameter, match="'2010-13-01' is no day; write it as 2026-12-24") as refused:
        day_of("2010-13-01", "--on")
    assert refused.value.param_hint == "--on"


def test_a_deed_is_told_in_words_its_reason_first() -> None:
    lines = '[{"item":"85123A","line":"1","quantity":{"amount":"24","unit":"EA"}}]'
    order = f'{{"company_id":"albion_uk","from_location":"north","lines":{lines},"number":"TR-1","arrives_on":null}}'
    assert deed_in_words(f'{{"order":{order},"reason":"low stock"}}') == (
        "low stock; order from location north, lines item 85123A, line 1, quantity 24 EA, number TR-1"
    )
    assert deed_in_words("{}") == ""
    assert deed_in_words("as it was written before") == "as it was written before"


def test_a_word_that_there_is_not_is_refused_with_those_there_are() -> None:
    assert one_of("scrap", "claim")("claim") == "claim"
    with pytest.raises(typer.BadParameter, match="'nowhere' is none of scrap, claim"):
        one_of("scrap", "claim")("nowhere")


def test_a_project_is_a_folder_and_a_file_in_one_is_told_which(tmp_path: Path) -> None:
    assert project_folder(str(tmp_path)) == tmp_path
    with pytest.raises(typer.BadParameter, match=r"there is no folder '.*nowhere'; give that of a network project"):
        project_folder(str(tmp_path / "nowhere"))
    file = tmp_path / "policies.yaml"
    file.touch()
    with pytest.raises(typer.BadParameter, match=r"is a file; give the folder of .*, the one with its network.yaml"):
        project_folder(str(file))
    (tmp_path / "network.yaml").touch()
    with pytest.raises(
        typer.BadParameter, match=f"is a file; give the folder of its network project: .*{tmp_path.name}"
    ):
        project_folder(str(file))


def test_what_is_typed_and_no_text_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["crossdock", "stock", "show", os.fsdecode(b"\xff\xfe")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "\\udcff\\udcfe is no text: it is not UTF-8" in capsys.readouterr().err
