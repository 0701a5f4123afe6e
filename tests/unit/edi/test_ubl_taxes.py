"""Taxes of invoices: one for each rate, of lines, charges and allowances, and sums that agree with them to the cent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from crossdock.edi import ubl
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO
from crossdock.model.tax import Tax, TaxRate
from tests.unit.edi.ubl_samples import BUYING, TAXED

PEPPOL = ubl.UblOptions("billing")
S25, E = TAXED.lines[0].taxes, TAXED.lines[2].taxes


def written(invoice: Invoice = TAXED, options: ubl.UblOptions = PEPPOL) -> bytes:
    return ubl.write("invoice", invoice, BUYING, options)


def rules(data: bytes) -> list[str]:
    """The rules that a document breaks; no other fault is told."""
    faults = ubl.read(data, BUYING).faults
    assert [each for each in faults if each.severity != "warning"] == []
    return [each.detail.partition(":")[0].removeprefix("BR-") for each in faults]


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_an_invoice_of_several_rates_comes_back_as_it_was(kind: str) -> None:
    invoice = msgspec.structs.replace(TAXED, kind=kind)
    for options in (PEPPOL, ubl.UblOptions()):
        found = ubl.read(written(invoice, options), BUYING)
        assert found.faults == ()
        assert found.body == invoice


def test_the_sums_that_are_written_are_those_of_lines_charges_and_taxes() -> None:
    said = {each.path: each.value for each in _leaves(written())}
    total = {path.rpartition("/")[2]: value for path, value in said.items() if "/LegalMonetaryTotal/" in path}
    assert {name: Decimal(value) for name, value in total.items()} == {
        "LineExtensionAmount": Decimal("59.50"), "TaxExclusiveAmount": Decimal("73.00"),
        "TaxInclusiveAmount": Decimal("81.72"), "AllowanceTotalAmount": Decimal("2.00"),
        "ChargeTotalAmount": Decimal("15.50"), "PrepaidAmount": Decimal("20.00"),
        "PayableRoundingAmount": Decimal("0.01"), "PayableAmount": Decimal("61.73"),
    }  # fmt: skip
    assert [said[f"/Invoice/InvoiceLine[{n}]/LineExtensionAmount"] for n in (1, 2)] == ["19.05", "8.00"]


class _Leaf(msgspec.Struct):
    path: str
    value: str


def _leaves(data: bytes) -> list[_Leaf]:
    rows = (row.partition(": ") for row in ubl.outline(data))
    return [_Leaf(path, value) for path, _, value in rows if not path.rpartition("/")[2].startswith("@")]


def test_taxes_that_an_invoice_does_not_tell_are_worked_out_from_the_rates_of_its_lines() -> None:
    zero = Tax(TAXED.taxes[3].rate, Decimal("0.00"), Decimal("10.00"))
    lines = tuple(each for each in TAXED.lines if each.taxes != E)
    untold = msgspec.structs.replace(TAXED, taxes=(), lines=lines, total=Decimal("36.73"))
    found = ubl.read(written(untold), BUYING)
    assert found.faults == ()
    assert isinstance(found.body, Invoice)
    assert found.body.taxes == (*TAXED.taxes[:2], zero)


def test_what_is_not_taxed_needs_a_reason_which_the_agreement_may_give() -> None:
    lines = tuple(msgspec.structs.replace(each, taxes=()) for each in TAXED.lines[2:3])
    plain = msgspec.structs.replace(TAXED, taxes=(), lines=lines, charges=(), total=Decimal(25))
    options = ubl.UblOptions("billing", tax_category="O", tax_exemption="Not a subject of tax")
    found = ubl.read(written(plain, options), BUYING)
    assert found.faults == ()
    assert isinstance(found.body, Invoice)
    assert found.body.taxes == (Tax(TaxRate("O"), Decimal("0.00"), Decimal("25.00"), "Not a subject of tax"),)
    with pytest.raises(ubl.CannotWrite, match="BR-O-10: category O needs a reason for no tax"):
        written(plain, ubl.UblOptions("billing", tax_category="O"))


def _eur(name: str, amount: str) -> str:
    return f'{name} currencyID="EUR">{amount}<'


@pytest.mark.parametrize(
    ("was", "becomes", "broken"),
    [
        (_eur("LineExtensionAmount", "59.50"), _eur("LineExtensionAmount", "59.51"), ["CO-10", "CO-13"]),
        (_eur("AllowanceTotalAmount", "2.00"), _eur("AllowanceTotalAmount", "2.01"), ["CO-11", "CO-13"]),
        (_eur("ChargeTotalAmount", "15.50"), _eur("ChargeTotalAmount", "15.60"), ["CO-12", "CO-13"]),
        (_eur("TaxExclusiveAmount", "73.00"), _eur("TaxExclusiveAmount", "73.01"), ["CO-13", "CO-15"]),
        (_eur("TaxAmount", "8.72"), _eur("TaxAmount", "8.73"), ["CO-15", "CO-14"]),
        (_eur("TaxInclusiveAmount", "81.72"), _eur("TaxInclusiveAmount", "81.73"), ["CO-15", "CO-16"]),
        (_eur("PrepaidAmount", "20.00"), _eur("PrepaidAmount", "20.01"), ["CO-16"]),
        (_eur("PayableAmount", "61.73"), _eur("PayableAmount", "61.74"), ["CO-16"]),
        (_eur("TaxableAmount", "32.00"), _eur("TaxableAmount", "34.00"), ["S-08"]),
        (_eur("TaxableAmount", "10"), _eur("TaxableAmount", "12"), ["Z-08"]),
        (_eur("TaxAmount", "0.72"), _eur("TaxAmount", "2.72"), ["CO-14", "S-09"]),
        ("<cbc:TaxExemptionReason>Article 132</cbc:TaxExemptionReason>", "", []),
        ('BaseQuantity unitCode="EA">12<', 'BaseQuantity unitCode="DZN">12<', ["PEPPOL-EN16931-R130"]),
        ("<cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>", "", []),
        ("<cbc:AllowanceChargeReason>Freight</cbc:AllowanceChargeReason>", "", []),
        (_eur("TaxableAmount", "32.00"), _eur("TaxableAmount", "32.001"), ["DEC-19"]),
        (_eur("Amount", "15.50"), _eur("Amount", "15.500"), ["DEC-05"]),
        ("<cbc:Percent>12</cbc:Percent>", "<cbc:Percent>0</cbc:Percent>", ["S-06", "S-08", "S-01"]),
    ],
)  # fmt: skip
def test_a_sum_or_tax_that_does_not_follow_is_told_by_its_rule(was: str, becomes: str, broken: list[str]) -> None:
    data = written()
    assert was.encode() in data
    assert rules(data.replace(was.encode(), becomes.encode(), 1)) == broken


@pytest.mark.parametrize("nonsense", [b"1e999999999", b"NaN", b"Infinity", b"9" * 5000, b"", b"1.2.3", "１".encode()])
def test_no_number_is_too_strange_for_the_rules(nonsense: bytes) -> None:
    data = written()
    for amount in (b"32.00", b"0.72", b"73.00", b"15.50", b"19.05", b"2.55", b"25<"):
        found = ubl.read(data.replace(b">" + amount.rstrip(b"<") + b"<", b">" + nonsense + b"<"), BUYING)
        assert found.faults
        assert all(len(each.detail) < 300 for each in found.faults)


def test_a_price_is_not_negative_and_goods_that_come_back_have_a_negative_quantity() -> None:
    back = written().replace(b'Quantity unitCode="EA">-1<', b'Quantity unitCode="EA">1<')
    assert rules(back.replace(b'EUR">2.55<', b'EUR">-2.55<').replace(b'EUR">-2.55<', b'EUR">2.55<', 1)) == ["27"]


def test_a_charge_or_allowance_says_what_it_is_for() -> None:
    data = written()
    for words in (b"Freight", b"Discount", b"Special rebate", b"Engraving"):
        data = data.replace(b"<cbc:AllowanceChargeReason>%b</cbc:AllowanceChargeReason>" % words, b"")
    for code in (b"FC", b"95", b"100", b"ABK"):
        data = data.replace(b"<cbc:AllowanceChargeReasonCode>%b</cbc:AllowanceChargeReasonCode>" % code, b"")
    assert rules(data) == ["42", "44", "38", "33"]


def test_only_a_document_that_says_that_it_keeps_to_the_standard_is_held_to_it() -> None:
    data = written(options=ubl.UblOptions()).replace(b">73.00<", b">8.72<")
    found = ubl.read(data, BUYING)
    assert found.faults == ()
    assert [each.value for each in found.kept if each.path.endswith("/TaxExclusiveAmount")] == ["8.72"]


def _with(line: int, *taxes: TaxRate) -> Callable[[], Invoice]:
    lines = list(TAXED.lines)
    lines[line] = msgspec.structs.replace(lines[line], taxes=taxes)
    return lambda: msgspec.structs.replace(TAXED, lines=tuple(lines))


def _taxes(*taxes: Tax) -> Callable[[], Invoice]:
    return lambda: msgspec.structs.replace(TAXED, taxes=taxes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_with(0), "tax_category and tax_percent"),
        (_with(0, TaxRate("S")), "BR-S-05: the line is of category S, and has no rate"),
        (_with(0, TaxRate("S", ZERO)), "BR-S-05: .* the rate cannot be 0 %"),
        (_with(2, TaxRate("E", Decimal(5))), "BR-E-05: .* the rate is 0 %, not 5 %"),
        (_with(2, TaxRate("O", ZERO)), "BR-O-05: .* has no rate, and not 0 %"),
        (_with(0, TaxRate("S", Decimal(20))), r"BR-S-08: tax of category S at 25 % is on 12.95; its TaxSubtotal"),
        (_taxes(*TAXED.taxes[:3]), "BR-Z-01: tax of category Z has no TaxSubtotal"),
        (_taxes(*TAXED.taxes, Tax(TAXED.taxes[3].rate, ZERO, ZERO)), "BR-Z-01: .* more than one TaxSubtotal"),
        (_taxes(*TAXED.taxes[:2], msgspec.structs.replace(TAXED.taxes[2], exemption="", exemption_code=""),
                TAXED.taxes[3]), "BR-E-10"),
        (lambda: msgspec.structs.replace(TAXED, charges=(*TAXED.charges[:-1], Charge("ROUNDING", Decimal("0.02")))),
         "BR-CO-16: PayableAmount is 61.73; .* make 61.74"),
        (lambda: msgspec.structs.replace(TAXED, charges=(*TAXED.charges, Charge("FC", ZERO, "Freight", "77"))),
         "for lines that the invoice has not: 77"),
    ],
)  # fmt: skip
def test_peppol_is_not_sent_what_breaks_its_rules(change: Callable[[], Invoice], says: str) -> None:
    with pytest.raises(ubl.CannotWrite, match=says):
        written(change())


def test_another_tax_than_value_added_tax_is_told_as_what_it_is() -> None:
    goods = TaxRate("S", Decimal(10), "GST")
    lines = (msgspec.structs.replace(TAXED.lines[0], taxes=(goods,)),)
    invoice = msgspec.structs.replace(
        TAXED, lines=lines, charges=(Charge("VAT", Decimal("2.04")),), total=Decimal("22.44"),
        taxes=(Tax(goods, Decimal("2.04"), Decimal("20.40")),),
    )  # fmt: skip
    assert ubl.read(written(invoice, ubl.UblOptions()), BUYING).body == invoice


def test_before_2_1_the_rate_stands_beside_the_category() -> None:
    data = written().replace(
        b"<cbc:Percent>25</cbc:Percent>\n        <cac:TaxScheme>", b"<cac:TaxScheme>", 3
    ).replace(
        b'<cbc:TaxAmount currencyID="EUR">8.00</cbc:TaxAmount>',
        b'<cbc:TaxAmount currencyID="EUR">8.00</cbc:TaxAmount><cbc:Percent>25</cbc:Percent>',
    )  # fmt: skip
    body = ubl.read(data, BUYING).body
    assert isinstance(body, Invoice)
    assert body.taxes[0].rate.percent == 25


def test_tax_in_the_currency_of_the_authority_is_kept_and_not_added() -> None:
    again = b'<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">97.66</cbc:TaxAmount></cac:TaxTotal>'
    found = ubl.read(written().replace(b"<cac:LegalMonetaryTotal>", again + b"<cac:LegalMonetaryTotal>"), BUYING)
    assert found.faults == ()
    assert found.body == TAXED
    assert [each.value for each in found.kept if "TaxTotal[2]" in each.path] == ["SEK", "97.66"]


def test_an_amount_that_is_read_for_two_reasons_is_wrong_once() -> None:
    data = ubl.write("invoice", TAXED, BUYING, ubl.UblOptions("billing"))
    wrong = data.replace(b'<cbc:PayableAmount currencyID="EUR">', b'<cbc:PayableAmount currencyID="USD">')
    assert wrong != data
    found = [fault.path for fault in ubl.read(wrong, BUYING).faults if fault.code == "currency_mismatch"]
    assert found == ["/Invoice/LegalMonetaryTotal/PayableAmount"]
