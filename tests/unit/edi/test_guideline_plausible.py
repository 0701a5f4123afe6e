"""What is made up reads like a document: one order, one address for a party, one item for a line, totals that agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from crossdock.edi import x12
from crossdock.edi.explain import ExplainedFault, ExplainedSet, explain
from crossdock.edi.guidelines.cast import Cast, script
from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.draft import DAY, Draft
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.generate import generate
from crossdock.edi.guidelines.overlay import get
from crossdock.edi.guidelines.packs import Guidelines, folders, load
from crossdock.edi.guidelines.places import Place, place
from crossdock.edi.guidelines.scenarios import Workshop, scenarios
from crossdock.edi.identifiers import fault_of
from crossdock.edi.validate import validate
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder
from tests.unit.edi.guidelines import ORDER, compiled
from tests.unit.edi.test_guideline_expression import PACK, template

ALL = [
    pytest.param(each, found.pack, id=f"{name}-{each.document}-{each.form.version}")
    for name, folder in folders().items()
    for found in [load(folder)]
    for each in found.guidelines.guidelines
]
TOWNS = {tuple(each.split("|")[:3]) for each in script()["towns"]["x12"]}


def said(draft: Draft, where: str) -> list[str]:
    one = place(where)
    return [get(line.cells, one) for line in draft.at(Place(one.tag, one.tests))]


def sound(guideline: Compiled, pack: Pack, seed: int) -> Iterator[tuple[str, bytes]]:
    for each in scenarios(Workshop(guideline, pack, seed)):
        if not each.expected and each.name != "minimal":
            yield each.name, each.data


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("guideline", "pack"), ALL)
def test_maps_and_guideline_find_nothing_in_a_sound_document(guideline: Compiled, pack: Pack, seed: int) -> None:
    for name, data in sound(guideline, pack, seed):
        for item in validate(data, Guidelines(pack.partner, (guideline,))):
            assert not isinstance(item, ExplainedFault), (name, item)
            assert item.faults == (), name


@pytest.mark.parametrize(("guideline", "pack"), ALL)
def test_without_the_guideline_they_are_read_as_well(guideline: Compiled, pack: Pack) -> None:
    (item,) = explain(generate(guideline, pack).bytes())
    assert isinstance(item, ExplainedSet)
    assert item.body is not None
    if not guideline.overlay.steps:
        assert item.faults == ()


def body_of(data: bytes) -> object:
    (item,) = explain(data)
    assert isinstance(item, ExplainedSet)
    return item.body


@pytest.mark.parametrize(
    ("name", "document"), [("general_retailer", "850"), ("grocer", "850"), ("wholesaler", "ORDERS")]
)
def test_an_order_names_its_parties_and_what_each_line_is(name: str, document: str) -> None:
    pack = load(folders()[name])
    guideline = next(each for each in pack.guidelines.guidelines if each.document == document)
    order = body_of(generate(guideline, pack.pack, 3).bytes())
    assert isinstance(order, PurchaseOrder)
    assert order.buyer.name
    assert len(order.lines) == 2
    for line in order.lines:
        assert line.item or line.buyer_item or line.supplier_item
        assert line.quantity.amount >= 6
        assert line.price.amount > 0


@pytest.mark.parametrize(
    ("name", "document"), [("grocer", "810"), ("supplier_network", "810"), ("supplier_edifact", "INVOIC")]
)
@pytest.mark.parametrize("seed", range(4))
def test_an_invoice_comes_to_its_lines_and_charges(name: str, document: str, seed: int) -> None:
    pack = load(folders()[name])
    for guideline in pack.guidelines.guidelines:
        if guideline.document != document:
            continue
        invoice = body_of(generate(guideline, pack.pack, seed, lines=5).bytes())
        assert isinstance(invoice, Invoice)
        lines = sum((line.price.amount * line.quantity.amount for line in invoice.lines), Decimal(0))
        assert invoice.total == lines + sum((charge.amount for charge in invoice.charges), Decimal(0))
        assert invoice.total > 0


@pytest.mark.parametrize("seed", range(4))
def test_days_follow_one_another(seed: int) -> None:
    pack = load(folders()["general_retailer"])
    draft = generate(next(each for each in pack.guidelines.guidelines if each.document == "850"), pack.pack, seed)
    (ordered,), (ship,), (deliver,), (latest,) = (
        said(draft, each) for each in ("BEG.05", "DTM[01=010].02", "DTM[01=002].02", "DTM[01=001].02")
    )
    assert f"{DAY:%Y%m%d}" == ordered < ship < deliver < latest
    notice = generate(next(each for each in pack.guidelines.guidelines if each.document == "856"), pack.pack, seed)
    assert said(notice, "PRF.04") < said(notice, "BSN.03") == said(notice, "DTM[01=011].02")
    assert said(notice, "BSN.03") < said(notice, "DTM[01=017].02")


@pytest.mark.parametrize("seed", range(4))
def test_state_and_postal_code_belong_to_the_town(seed: int) -> None:
    pack = load(folders()["supplier_network"])
    draft = generate(pack.guidelines.guidelines[0], pack.pack, seed)
    there = list(zip(said(draft, "N4.01"), said(draft, "N4.02"), said(draft, "N4.03"), strict=True))
    assert there
    assert set(there) <= TOWNS
    assert all(each[3:6] == "555" for each in said(draft, "PER[03=TE].04"))


def test_a_party_has_one_address_and_an_order_one_number_wherever_they_are_named() -> None:
    pack = load(folders()["supplier_network"])
    draft = generate(pack.guidelines.guidelines[0], pack.pack, 1)
    streets = said(draft, "N3.01")
    assert len(streets) == 2 + 2 * 2
    assert len(set(streets)) == 4  # the two of the lines are the same for both
    notice = generate(template("856"), PACK, 1, lines=3)
    assert len(set(said(notice, "PRF.01"))) == 1


def test_items_have_right_check_digits_where_no_rule_asks_for_them() -> None:
    open_text = ORDER.replace(
        "UK: {check: gtin, says: We want the case GTIN}", "UK: {}\n        UP: {}\n        EN: {}"
    )
    draft = generate(compiled(open_text), PACK, 4)
    pairs = {
        line.cells[at][0]: line.cells[at + 1][0]
        for line in draft.at(Place("PO1"))
        for at in range(6, len(line.cells), 2)
    }
    assert fault_of("gtin", pairs["UK"]) == fault_of("upc", pairs["UP"]) == fault_of("gtin", pairs["EN"]) == ("", "")
    assert len(pairs["UK"]) == 14


def test_answers_share_the_quantity_of_their_line() -> None:
    pack = load(folders()["marketplace"])
    draft = generate(next(each for each in pack.guidelines.guidelines if each.document == "855"), pack.pack)
    ordered = sum(map(int, said(draft, "PO1.02")))
    assert sum(map(int, said(draft, "ACK.02"))) == ordered


def test_what_a_rule_does_not_take_gives_way_to_what_it_takes() -> None:
    text = ORDER.replace('format: "[A-Z0-9]+", example: A1', 'format: "PO-[0-9]{3}", example: PO-123')
    assert said(generate(compiled(text), PACK), "BEG.03") == ["PO-123"]
    short = ORDER.replace("length: 3}", "length: 2}")
    assert said(generate(compiled(short), PACK), "REF[01=DP].02") == ["04"]


def test_days_that_a_guideline_wants_otherwise_are_found_in_further_attempts() -> None:
    text = ORDER.replace("date(DTM.02) >= date(BEG.05)", "date(DTM.02) <= date(BEG.05)")
    draft = generate(compiled(text), PACK)
    assert said(draft, "DTM[01=002].02") <= said(draft, "BEG.05")


def test_all_that_the_script_names_is_known() -> None:
    for dialect, sets in (("x12", "850 855 856 810 214"), ("edifact", "ORDERS INVOIC DESADV")):
        for document in sets.split():
            cast = Cast(Chance("1"), document, dialect, DAY)
            for fact in script()[dialect]["says"].values():
                assert cast.fact(fact, lambda where: where), fact
            for event in script()[dialect]["dates"].values():
                assert isinstance(cast.day_of(event), dt.date)


def test_the_envelope_is_sound_whatever_the_seed() -> None:
    for seed in range(20):
        found = list(x12.read(generate(template("850"), PACK, seed).bytes()))
        assert not any(isinstance(each, x12.InterchangeFault) or each.faults for each in found)
