from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.edi import x12
from crossdock.sandbox.stage import Truck
from crossdock.sandbox.supplier import Supplier
from crossdock.sandbox.world import World
from tests.unit.sandbox.conftest import NOON, MakeWorld, run_until

UK = "ALBIONUK"


def supplier_of(world: World, name: str, **changes: Any) -> Supplier:
    supplier = world.systems[name]
    assert isinstance(supplier, Supplier)
    supplier._settings = msgspec.structs.replace(supplier._settings, **changes)
    world.stage.clock.origin_business = NOON
    return supplier


def write(number: int, *segments: tuple[str, ...], kind: str = "850", functional_id: str = "PO") -> bytes:
    header = x12.InterchangeOut(UK, "BRIGHTWARE", number, number, NOON)
    return x12.write_interchange(header, [x12.OutgoingSet(functional_id, kind, segments)])


def order(number: int, order_number: str, *quantities: int, site: str = "north") -> bytes:
    lines = [
        ("PO1", str(position * 10), str(quantity), "EA", "1.02", "", "VN", f"B-1000{position}", "IN", f"1000{position}")
        for position, quantity in enumerate(quantities, 1)
    ]
    head = [("BEG", "00", "SA", order_number, "", "20101201"), ("CUR", "BY", "GBP"), ("N1", "ST", "", "92", site)]
    return write(number, *head, *lines)


def change(number: int, order_number: str, *lines: tuple[str, str, str]) -> bytes:
    head = [("BCH", "04", "SA", order_number, "", "1", "20101201")]
    changes = [("POC", line, code, quantity, "", "EA", "1.02") for line, code, quantity in lines]
    return write(number, *head, *changes, kind="860", functional_id="PC")


def sent(supplier: Supplier, kind: str) -> Iterator[list[x12.Segment]]:
    for file in sorted(supplier.mailbox.outbox.glob(f"*{kind}*.edi")):
        for item in x12.read(file.read_bytes()):
            assert isinstance(item, x12.TransactionSet), item
            assert not item.refused, item.faults
            assert item.type == kind
            yield item.segments


def rows(segments: list[x12.Segment], tag: str) -> list[list[str]]:
    return [segment.elements for segment in segments if segment.id == tag]


async def test_a_prompt_supplier_acknowledges_within_the_hour_accepts_in_hours_and_ships_all(
    make_world: MakeWorld,
) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware")
        trucks: list[Truck] = []
        world.stage.docks["north"] = trucks.append
        supplier.open_mail("1.edi", order(1, "4500001", 48, 6))
        await run_until(world, NOON + dt.timedelta(hours=1))
        (receipt,) = sent(supplier, "997")
        assert rows(receipt, "AK1") == [["AK1", "PO", "1"]]
        assert rows(receipt, "AK9") == [["AK9", "A", "1", "1", "1"]]
        await run_until(world, NOON + dt.timedelta(days=3))
        (answer,) = sent(supplier, "855")
        assert rows(answer, "ACK") == [
            ["ACK", "IA", "48", "EA", "067", "20101203"],
            ["ACK", "IA", "6", "EA", "067", "20101203"],
        ]
        (notice,) = sent(supplier, "856")
        assert [(row[1], row[3]) for row in rows(notice, "HL")] == [
            ("1", "S"),
            ("2", "O"),
            ("3", "P"),
            ("4", "I"),
            ("5", "I"),
        ]
        assert rows(notice, "PRF") == [["PRF", "4500001"]]
        assert [(line[1], count[2]) for line, count in zip(rows(notice, "LIN"), rows(notice, "SN1"), strict=True)] == [
            ("10", "48"),
            ("20", "6"),
        ]
        assert [parcel.quantity for parcel in trucks[0].parcels] == [48, 6]
        (invoice,) = sent(supplier, "810")
        assert rows(invoice, "TDS") == [["TDS", "5508"]]
        assert rows(invoice, "BIG")[0][4] == "4500001"


async def test_one_ship_notice_carries_all_orders_due_for_a_site_and_one_invoice_all_notices_of_the_day(
    make_world: MakeWorld,
) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware")
        supplier.open_mail("1.edi", order(1, "4500001", 48))
        supplier.open_mail("2.edi", order(2, "4500002", 12))
        supplier.open_mail("3.edi", order(3, "4500003", 9, site="south"))
        await run_until(world, NOON + dt.timedelta(days=3))
        notices = list(sent(supplier, "856"))
        assert [[row[1] for row in rows(notice, "PRF")] for notice in notices] == [["4500001", "4500002"], ["4500003"]]
        (invoice,) = sent(supplier, "810")
        references = [(row[1], row[2]) for row in rows(invoice, "REF")]
        assert [value for kind, value in references if kind == "PO"] == ["4500001", "4500002", "4500003"]
        assert [value for kind, value in references if kind == "LI"] == ["10", "10", "10"]
        assert rows(invoice, "TDS") == [["TDS", str(int(Decimal("1.02") * 69 * 100))]]


async def test_a_repeated_interchange_gets_the_same_997_again_and_has_no_second_effect(make_world: MakeWorld) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware")
        supplier.open_mail("1.edi", order(1, "4500001", 48))
        await run_until(world, NOON + dt.timedelta(hours=1))
        supplier.open_mail("again.edi", order(1, "4500001", 48))
        await run_until(world, NOON + dt.timedelta(days=3))
        files = sorted(supplier.mailbox.outbox.glob("*997*.edi"))
        assert len(files) == 2
        assert files[0].read_bytes() == files[1].read_bytes()
        assert len(list(sent(supplier, "855"))) == 1
        (notice,) = sent(supplier, "856")
        assert rows(notice, "SN1")[0][2] == "48"


MOODS = [
    ("rejects", [("IR", "20")], None, None),
    ("reduces", [("IQ", "16")], "16", 16),
    ("short_ships", [("IA", "20")], "16", 16),
    ("lies", [("IA", "20")], "20", 16),
    ("over_ships", [("IA", "20")], "24", 24),
    ("late", [("DR", "20")], "20", 20),
]


@pytest.mark.parametrize(("mood", "answers", "announced", "loaded"), MOODS)
async def test_each_personality_says_and_does_its_own(
    make_world: MakeWorld, mood: str, answers: list[tuple[str, str]], announced: str | None, loaded: int | None
) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware", **{mood: 1.0})
        trucks: list[Truck] = []
        world.stage.docks["north"] = trucks.append
        supplier.open_mail("1.edi", order(1, "4500001", 20))
        await run_until(world, NOON + dt.timedelta(days=6))
        (answer,) = sent(supplier, "855")
        assert [(row[1], row[2]) for row in rows(answer, "ACK")] == answers
        assert [rows(notice, "SN1")[0][2] for notice in sent(supplier, "856")] == ([announced] if announced else [])
        assert [truck.parcels[0].quantity for truck in trucks] == ([loaded] if loaded else [])


async def test_a_line_may_be_answered_twice_and_come_in_two_parts(make_world: MakeWorld) -> None:
    async with make_world("kilncraft") as world:
        supplier = supplier_of(world, "kilncraft", backorders=1.0)
        supplier.open_mail("1.edi", order(1, "4500001", 21))
        await run_until(world, NOON + dt.timedelta(days=8))
        (answer,) = sent(supplier, "855")
        assert [(row[1], row[2], row[5]) for row in rows(answer, "ACK")] == [
            ("IA", "10", "20101203"),
            ("IB", "11", "20101204"),
        ]
        assert [rows(notice, "SN1")[0][2] for notice in sent(supplier, "856")] == ["10", "11"]
        assert b"~" not in next(supplier.mailbox.outbox.glob("*855*.edi")).read_bytes()


async def test_another_price_is_told_in_the_answer_or_only_in_the_invoice(make_world: MakeWorld) -> None:
    async with make_world("paperfold") as world:
        supplier = supplier_of(world, "paperfold", price_changes=1.0)
        supplier._sends_twice = 0.0
        supplier.open_mail("1.edi", order(1, "4500001", 20))
        await run_until(world, NOON + dt.timedelta(days=4))
        (answer,), (invoice,) = sent(supplier, "855"), sent(supplier, "810")
        assert rows(answer, "ACK")[0][1] == "IP"
        assert Decimal(rows(answer, "PO1")[0][4]) > Decimal("1.02")
        assert rows(invoice, "IT1")[0][4] == rows(answer, "PO1")[0][4]


async def test_the_same_item_never_goes_wrong_twice_so_that_every_shortage_ends(make_world: MakeWorld) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware", rejects=1.0)
        supplier.open_mail("1.edi", order(1, "4500001", 20))
        supplier.open_mail("2.edi", order(2, "4500002", 20))
        await run_until(world, NOON + dt.timedelta(days=4))
        assert [rows(answer, "ACK")[0][1] for answer in sent(supplier, "855")] == ["IR", "IA"]


async def test_a_change_is_answered_for_the_new_revision_and_what_is_cancelled_does_not_leave(
    make_world: MakeWorld,
) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware")
        supplier.open_mail("1.edi", order(1, "4500001", 48, 6))
        await run_until(world, NOON + dt.timedelta(hours=3))
        supplier.open_mail("2.edi", change(2, "4500001", ("10", "CA", "60"), ("20", "DI", "")))
        await run_until(world, NOON + dt.timedelta(days=3))
        first, second = sent(supplier, "855")
        assert rows(first, "REF") == []
        assert rows(second, "REF") == [["REF", "ZZ", "1", "ORDER REVISION"]]
        assert [(row[1], row[2]) for row in rows(second, "ACK")] == [("IA", "60")]
        (notice,) = sent(supplier, "856")
        assert [row[2] for row in rows(notice, "SN1")] == ["60"]


async def test_documents_sent_twice_come_in_the_same_envelope_or_in_a_new_one(make_world: MakeWorld) -> None:
    async with make_world("paperfold") as world:
        supplier = supplier_of(world, "paperfold")
        supplier._sends_twice = 1.0
        for number in range(1, 9):
            supplier.open_mail(f"{number}.edi", order(number, f"450000{number}", 20))
        await run_until(world, NOON + dt.timedelta(days=1))
        files = [file.read_bytes() for file in supplier.mailbox.outbox.glob("*855*.edi")]
        assert len(files) == 16
        assert 8 < len(set(files)) < 16


async def test_rubbish_in_the_mail_is_noted_and_hurts_nobody(make_world: MakeWorld) -> None:
    async with make_world("brightware") as world:
        supplier = supplier_of(world, "brightware")
        for number, data in enumerate((b"", b"hello", order(1, "4500001", 5)[:150], write(2, ("BEG", "00")))):
            supplier.open_mail(f"{number}.edi", data)
        await run_until(world, NOON + dt.timedelta(days=3))
        assert supplier.status()["orders"] == 0
