"""Moments of documents: in the zone that they name, else in the one agreed on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from typer.testing import CliRunner

from crossdock.cli.edi import app
from crossdock.edi import edifact, maps, ubl
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine
from tests.unit.edi.samples import BRIGHTWARE, BUYING, OPTIONS, US, interchange, sets, written

RUNNER = CliRunner()
# Data element 623, and when 12:30 of that zone is in UTC, in winter and in summer.
ZONES = {
    "UT": ("12:30", "12:30"), "GM": ("12:30", "12:30"), "01": ("11:30", "11:30"), "12": ("00:30", "00:30"),
    "24": ("13:30", "13:30"), "20": ("17:30", "17:30"), "27": ("07:00", "07:00"), "ET": ("17:30", "16:30"),
    "ES": ("17:30", "17:30"), "ED": ("16:30", "16:30"), "CT": ("18:30", "17:30"), "MT": ("19:30", "18:30"),
    "PT": ("20:30", "19:30"), "AT": ("21:30", "20:30"), "AS": ("21:30", "21:30"), "AD": ("20:30", "20:30"),
    "HT": ("22:30", "22:30"), "HS": ("22:30", "22:30"), "TT": ("16:30", "15:30"), "TS": ("16:30", "16:30"),
    "TD": ("15:30", "15:30"), "NT": ("16:00", "15:00"), "NS": ("16:00", "16:00"),
}  # fmt: skip


def shipped(*dtm: str, context: maps.MapContext = BUYING) -> dt.datetime:
    """When the goods of a ship notice left, by its DTM*011."""
    rows = ("BSN*00*N1*20101201*0800*0004", "*".join(("DTM*011", *dtm)), "HL*1**S", "N1*SU*X*92*S1")
    order = ("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VN*A", "SN1**1*EA")
    (ts,) = sets(
        interchange("ST*856*0001", *rows, *order, "CTT*3", f"SE*{len(rows) + len(order) + 3}*0001", group="SH")
    )
    mapped = maps.read_document(ts, context)
    assert mapped.body is not None, mapped.faults
    return mapped.body.shipped_at  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_that_is_named_is_what_the_list_of_x12_says(zone: str) -> None:
    winter, summer = ZONES[zone]
    assert f"{shipped('20240115', '1230', zone):%H:%M}" == winter
    assert f"{shipped('20240715', '1230', zone):%H:%M}" == summer


CHICAGO = ZoneInfo("America/Chicago")
IN_CHICAGO = msgspec.structs.replace(BUYING, options=msgspec.structs.replace(OPTIONS, zone=CHICAGO))
NOTICE = ShipNotice(
    "albion_uk",
    "N1",
    BRIGHTWARE,
    US,
    dt.datetime(2024, 7, 15, 2, 30, tzinfo=dt.UTC),
    (ShipNoticeLine("4500001", "10", "A1", Quantity(Decimal(6))),),
)


class TestNoZoneIsSaid:
    def test_it_is_utc_where_nobody_agreed_on_one(self) -> None:
        assert shipped("20240715", "1230") == dt.datetime(2024, 7, 15, 12, 30, tzinfo=dt.UTC)
        assert shipped("20240715", "1230", "LT") == dt.datetime(2024, 7, 15, 12, 30, tzinfo=dt.UTC)

    @pytest.mark.parametrize("zone", [(), ("LT",)])
    def test_it_is_the_one_agreed_on(self, zone: tuple[str, ...]) -> None:
        at = shipped("20240715", "2130", *zone, context=IN_CHICAGO)
        assert at == dt.datetime(2024, 7, 16, 2, 30, tzinfo=dt.UTC)
        at = shipped("20240115", "2130", *zone, context=IN_CHICAGO)
        assert at == dt.datetime(2024, 1, 16, 3, 30, tzinfo=dt.UTC)

    def test_one_that_is_named_holds(self) -> None:
        assert shipped("20240715", "2130", "ET", context=IN_CHICAGO) == dt.datetime(2024, 7, 16, 1, 30, tzinfo=dt.UTC)

    def test_a_day_without_a_time_is_that_day_everywhere(self) -> None:
        assert shipped("20240715", context=IN_CHICAGO).date() == dt.date(2024, 7, 15)

    def test_the_time_of_the_heading_is_of_the_same_day_where_it_is_said(self) -> None:
        """BSN says 20:00 of the day that DTM*011 tells alone: in UTC that is the next day."""
        rows = ("BRA*R1*20101201*00*1*2000", "DTM*050*20101201", "N1*SU*X*92*S1", "RCD*1*6*EA", "LIN**VN*A")
        (ts,) = sets(interchange("ST*861*0001", *rows, "CTT*1", "SE*8*0001", group="RC"))
        mapped = maps.read_document(ts, IN_CHICAGO)
        assert mapped.body is not None, mapped.faults
        at = mapped.body.received_at  # type: ignore[attr-defined]
        assert at == dt.datetime(2010, 12, 2, 2, tzinfo=dt.UTC)


def message(*dtm: str) -> edifact.Message:
    rows = ("BGM+351+N1+9", *(f"DTM+{each}" for each in dtm), "NAD+SU+S1::92", "NAD+DP+P1::92", "CPS+1")
    line = ("LIN+1++4000862141404:EN", "QTY+12:6:PCE", "RFF+ON:PO1:1")
    envelope = "UNB+UNOC:3+S+R+101201:0800+1'UNH+1+DESADV:D:96A:UN'"
    text = envelope + "".join(f"{each}'" for each in (*rows, *line)) + f"UNT+{len(rows) + 5}+1'UNZ+1+1'"
    (found,) = edifact.read(text.encode())
    assert isinstance(found, edifact.Message)
    return found


class TestEdifact:
    @pytest.mark.parametrize("form", ["202407152130:203", "20240715213000:204", "2407152130:201"])
    def test_a_time_without_a_zone_is_of_the_one_agreed_on(self, form: str) -> None:
        body = maps.read_message(message(f"11:{form}"), IN_CHICAGO).body
        assert isinstance(body, ShipNotice)
        assert body.shipped_at == dt.datetime(2024, 7, 16, 2, 30, tzinfo=dt.UTC)

    def test_one_that_is_named_holds(self) -> None:
        body = maps.read_message(message("11:202407152130?+02:303"), IN_CHICAGO).body
        assert isinstance(body, ShipNotice)
        assert body.shipped_at == dt.datetime(2024, 7, 15, 19, 30, tzinfo=dt.UTC)

    def test_days_are_those_that_the_message_says(self) -> None:
        body = maps.read_message(message("11:20240715:102", "17:202407152130:203"), IN_CHICAGO).body
        assert isinstance(body, ShipNotice)
        assert body.shipped_at.date() == body.expected_on == dt.date(2024, 7, 15)

    def test_what_is_written_says_it_as_it_is_read(self) -> None:
        assert "DTM+11:20240714213000:204'" in written_message(NOTICE, IN_CHICAGO)
        assert "DTM+11:20240715023000:204'" in written_message(NOTICE, BUYING)


def written_message(notice: ShipNotice, context: maps.MapContext) -> str:
    head = edifact.InterchangeOut("S", "R", "1", dt.datetime(2024, 7, 15))
    return edifact.write_interchange(head, [maps.write_message("ship_notice", notice, context)]).decode()


def test_x12_names_utc_where_it_can_name_a_zone_and_else_says_it_as_agreed() -> None:
    text = written(("ship_notice", NOTICE), context=IN_CHICAGO).decode()
    assert "~BSN*00*N1*20240714*2130*" in text
    assert "~DTM*011*20240715*0230*UT~" in text
    (ts,) = sets(text.encode())
    assert maps.read_document(ts, IN_CHICAGO).body == maps.read_document(ts, BUYING).body


class TestUbl:
    def written(self, clock: str) -> bytes:
        return ubl.write("ship_notice", NOTICE, BUYING).replace(b"02:30:00Z", clock.encode())

    def test_a_time_without_a_zone_is_of_the_one_agreed_on(self) -> None:
        for context, hour in ((BUYING, 2), (IN_CHICAGO, 7)):
            body = ubl.read(self.written("02:30:00"), context).body
            assert isinstance(body, ShipNotice)
            assert body.shipped_at == dt.datetime(2024, 7, 15, hour, 30, tzinfo=dt.UTC)

    def test_it_is_marked_and_one_that_is_named_is_not(self) -> None:
        for clock, marked in (("02:30:00", True), ("02:30:00Z", False), ("04:30:00+02:00", False)):
            (found,) = explain(self.written(clock))
            assert isinstance(found, ExplainedSet)
            assert ("shipped at" in [each.path for each in found.assumed]) == marked
        (found,) = explain(self.written("02:30:00"), zone=CHICAGO)
        assert isinstance(found, ExplainedSet)
        assert "shipped 2024-07-15 07:30 UTC (America/Chicago, where no zone is said)" in found.words[0]


class TestExplain:
    def test_a_time_that_names_no_zone_is_marked(self) -> None:
        (found,) = explain(written_message(NOTICE, BUYING).encode())
        assert isinstance(found, ExplainedSet)
        marked = ("shipped at", "2024-07-15 02:30", "UTC, where no zone is said")
        assert marked in [(each.path, each.value, each.source) for each in found.assumed]
        assert "shipped 2024-07-15 02:30 UTC (UTC, where no zone is said)" in found.words[0]

    def test_one_that_names_it_is_not_and_a_day_alone_is_not(self) -> None:
        for notice in (NOTICE, msgspec.structs.replace(NOTICE, shipped_at=dt.datetime(2024, 7, 15, tzinfo=dt.UTC))):
            (found,) = explain(written(("ship_notice", notice)))
            assert isinstance(found, ExplainedSet)
            assert "shipped at" not in [each.path for each in found.assumed]

    def test_the_zone_of_a_partner_is_that_of_its_times(self, tmp_path: Path) -> None:
        pack = "partner: north\nname: North\nkind: supplier\nsource: {title: Guide}\n"
        folder = tmp_path / "north"
        folder.mkdir()
        folder.joinpath("partner.yaml").write_text(pack + "zone: America/Chicago\n")
        path = tmp_path / "notice.edi"
        path.write_text(written_message(NOTICE, IN_CHICAGO))
        for options in (("--partner", str(folder)), ("--zone", "America/Chicago")):
            told = RUNNER.invoke(app, ["explain", str(path), *options])
            assert told.exit_code == 0, told.output
            assert "2024-07-15 02:30 UTC (America/Chicago, where no zone is said)" in " ".join(told.output.split())
            made = RUNNER.invoke(app, ["convert", str(path), "--to", "x12", *options])
            assert "~DTM*011*20240715*0230*UT~" in made.output

    def test_a_zone_that_there_is_not_is_refused_with_words(self, tmp_path: Path) -> None:
        refused = RUNNER.invoke(app, ["explain", str(tmp_path), "--zone", "Chicago"])
        assert refused.exit_code == 2
        assert "--zone: `Chicago` is no time zone" in refused.output


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("said", ["00010101*0100", "99991231*2300"])
def test_at_the_ends_of_the_calendar_a_time_stands_as_it_is(said: str, zone: str) -> None:
    rows = (
        "ST*856*0001", "BSN*00*1*20101201*0830", f"DTM*011*{said}", "HL*1**S", "HL*2*1*O", "PRF*1", "HL*3*2*I",
        "LIN*1*IN*A", "SN1**1*EA", "CTT*3", "SE*11*0001",
    )  # fmt: skip
    (shown,) = (each for each in explain(interchange(*rows), zone=ZoneInfo(zone)) if isinstance(each, ExplainedSet))
    assert isinstance(shown.body, ShipNotice), shown.faults
    assert str(shown.body.shipped_at.year) == str(int(said[:4]))
