"""What we write to trading partners."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from crossdock.edi import x12
from crossdock.exchange import connect
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderLine
from crossdock.model.quantity import Price, Quantity
from crossdock.ports.connector import Rendered, Route
from crossdock.ports.outcomes import Unsupported
from crossdock.project.network import ControlNumbers, Delimiters, ItemQualifiers, Network
from crossdock.testing.samples import RECEIVED_AT, PlainNumbers
from tests.contract.exchange.network import REFERENCES, network

ORDER = PurchaseOrder(
    company_id="albion_uk",
    number="4500001",
    buyer=PartyRef("albion_uk"),
    supplier=PartyRef("brightware"),
    ship_to=PartyRef("north"),
    ordered_on=dt.date(2010, 12, 1),
    currency="GBP",
    lines=(PurchaseOrderLine("10", "85123A", Quantity(Decimal(48)), Price(Decimal("1.02"), "GBP")),),
)
ANSWER = PurchaseOrderAcknowledgement(
    company_id="albion_ie",
    order_number="HS1001",
    supplier=PartyRef("albion_ie"),
    acknowledged_on=dt.date(2010, 12, 1),
    answers=(LineAnswer("1", "accepted", Quantity(Decimal(12)), Price(Decimal("2.55"), "GBP"), item="85123A"),),
    currency="GBP",
)


def render(
    partner: str, document: str, body: msgspec.Struct, net: Network | None = None, numbers: PlainNumbers | None = None
) -> Rendered:
    net = net or network()
    return connect(net.partners[partner], net).render(document, body, REFERENCES, numbers or PlainNumbers())


def only_set(rendered: Rendered) -> x12.TransactionSet:
    (found,) = x12.read(rendered.content)
    assert isinstance(found, x12.TransactionSet)
    return found


def test_item_ids_go_out_under_the_qualifiers_that_were_agreed() -> None:
    agreed = network(item_qualifiers=ItemQualifiers(buyer="BP", supplier="VP"))
    line = next(
        each for each in only_set(render("brightware", "purchase_order", ORDER, agreed)).segments if each.id == "PO1"
    )
    assert (line[6], line[7], line[8]) == ("BP", "85123A", "VP")


def test_an_order_goes_out_under_the_agreed_identities_with_both_item_ids() -> None:
    found = only_set(render("brightware", "purchase_order", ORDER))
    header = found.interchange
    assert (header.sender, header.receiver, header.usage) == ("ALBIONUK", "BRIGHTWARE", "P")
    assert (found.type, found.group.functional_id, found.faults) == ("850", "PO", ())
    line = next(segment for segment in found.segments if segment.id == "PO1")
    pairs = dict(zip(line.elements[6::2], line.elements[7::2], strict=False))
    assert (line[1], line[2], line[4]) == ("10", "48", "1.02")
    assert pairs == {"IN": "85123A", "VN": "B-85123A"}


def test_to_a_retailer_its_own_item_id_is_the_buyers() -> None:
    found = only_set(render("homestead", "purchase_order_acknowledgement", ANSWER))
    line = next(segment for segment in found.segments if segment.id == "PO1")
    pairs = dict(zip(line.elements[6::2], line.elements[7::2], strict=False))
    assert pairs == {"IN": "HS85123A", "VN": "85123A"}
    assert found.interchange.sender == "ALBIONIE"


def test_the_agreement_says_how_it_is_written() -> None:
    marks = Delimiters(element="|", segment="~", line_break="\r\n")
    content = render("brightware", "purchase_order", ORDER, network(delimiters=marks)).content
    assert content.startswith(b"ISA|00|")
    assert b"~\r\nGS|PO|" in content


def test_every_agreement_counts_for_itself_from_its_first_number() -> None:
    net = network()
    partner = net.partners["brightware"]
    first = {
        company: msgspec.structs.replace(agreement, control_numbers=ControlNumbers(first=500))
        for company, agreement in partner.agreements.items()
    }
    net.partners["brightware"] = msgspec.structs.replace(partner, agreements=first)
    numbers = PlainNumbers()
    irish = msgspec.structs.replace(ORDER, company_id="albion_ie")
    found = [only_set(render("brightware", "purchase_order", body, net, numbers)) for body in (ORDER, ORDER, irish)]
    assert [each.interchange.control_number for each in found] == ["000000500", "000000501", "000000500"]
    assert [each.group.control_number for each in found] == ["500", "501", "500"]


def test_no_two_documents_to_a_partner_share_a_file_name() -> None:
    numbers = PlainNumbers()
    irish = msgspec.structs.replace(ORDER, company_id="albion_ie")
    names = [render("brightware", "purchase_order", body, numbers=numbers).target for body in (ORDER, ORDER, irish)]
    assert len(set(names)) == 3


def test_the_answer_of_the_partner_will_find_what_was_sent() -> None:
    net = network()
    connector = connect(net.partners["brightware"], net)
    numbers = PlainNumbers()
    for number in (1, 2):
        rendered = connector.render("purchase_order", ORDER, REFERENCES, numbers)
        key = Route("control_number", "brightware", f"albion_uk/PO/{number}")
        assert connector.sent_keys("purchase_order", ORDER, rendered) == (key,)


def test_a_functional_acknowledgement_is_dated_as_what_it_answers_and_has_no_key() -> None:
    net = network()
    connector = connect(net.partners["homestead"], net)
    body = FunctionalAcknowledgement("PO", "7", "accepted", (), "albion_uk", acknowledged_at=RECEIVED_AT)
    rendered = connector.render("functional_acknowledgement", body, REFERENCES, PlainNumbers())
    header = only_set(rendered).interchange
    assert (header.date, header.time) == ("101201", "0930")
    assert connector.sent_keys("functional_acknowledgement", body, rendered) == ()


def test_what_was_not_agreed_is_not_sent() -> None:
    with pytest.raises(Unsupported, match="sends homestead no purchase_order"):
        render("homestead", "purchase_order", ORDER)
    with pytest.raises(Unsupported, match="no agreement"):
        render("brightware", "purchase_order", msgspec.structs.replace(ORDER, company_id="somebody"))


def test_what_x12_cannot_say_is_unsupported() -> None:
    with pytest.raises(Unsupported):
        render("brightware", "purchase_order", msgspec.structs.replace(ORDER, number="45*0001"))
