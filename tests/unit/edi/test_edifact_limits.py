"""What a directory has no room for is refused before it is sent, and the field is named; nothing is cut off."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from crossdock.edi import edifact, maps
from crossdock.model.purchase_order import Charge
from tests.unit.edi.ubl_samples import BUYING, INVOICE, NOTICE, ORDER, TAXED, pieces

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
SHIPPED = msgspec.structs.replace(NOTICE, shipped_at=AT)


def first(body: msgspec.Struct, **changes: object) -> msgspec.Struct:
    """The document with its first line changed."""
    lines = body.lines  # type: ignore[attr-defined]
    return msgspec.structs.replace(body, lines=(msgspec.structs.replace(lines[0], **changes), *lines[1:]))


@pytest.mark.parametrize(
    ("document", "body", "says"),
    [
        ("invoice", first(INVOICE, line="1234567"), "LIN 1082 has room for 6 characters, not for '1234567'"),
        ("invoice", first(INVOICE, order_line="1234567"), "RFF 1156 has room for 6"),
        ("invoice", first(INVOICE, order_number="4" * 36), "RFF 1154 has room for 35"),
        ("invoice", msgspec.structs.replace(INVOICE, number="4" * 36), "BGM 1004 has room for 35"),
        ("invoice", first(TAXED, taxes=(msgspec.structs.replace(TAXED.lines[0].taxes[0], kind="SALES"),)),
         "TAX 5153 has room for 3"),
        ("ship_notice", first(SHIPPED, order_line="1234567"), "RFF 1156 has room for 6"),
        ("ship_notice", msgspec.structs.replace(SHIPPED, carrier="A carrier of long name"), "TDT 3127 has room for 17"),
        ("purchase_order", first(ORDER, line="1234567"), "LIN 1082 has room for 6"),
        ("purchase_order", first(ORDER, quantity=pieces("1", "LONGUNITS")), "QTY 6411 has room for 8"),
        ("purchase_order", msgspec.structs.replace(ORDER, charges=(Charge("C" * 36, Decimal(1)),)), "ALC 1230 has"),
    ],
)  # fmt: skip
def test_what_is_too_long_is_refused_by_the_name_of_its_field(document: str, body: msgspec.Struct, says: str) -> None:
    with pytest.raises(maps.CannotWrite, match=says):
        maps.write_message(document, body, BUYING)


@pytest.mark.parametrize("document", ["purchase_order", "invoice"])
def test_a_charge_whose_code_is_none_of_the_directory_keeps_it(document: str) -> None:
    charges = (Charge("FC", Decimal("15.50"), "Freight"), Charge("I290", Decimal("2.00")))
    body = msgspec.structs.replace(ORDER if document == "purchase_order" else INVOICE, charges=charges)
    out = edifact.InterchangeOut("a", "b", "1", AT)
    sent = edifact.write_interchange(out, [maps.write_message(document, body, BUYING)])
    assert b"ALC+C++++FC:::Freight'" in sent
    assert b"ALC+C+I290'" in sent
    (message,) = edifact.read(sent)
    assert isinstance(message, edifact.Message)
    found = maps.read_message(message, BUYING).body
    assert found is not None
    assert found.charges == charges  # type: ignore[attr-defined]
