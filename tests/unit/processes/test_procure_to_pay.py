"""The documents of several cases together: what one case tells another arrives there."""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from crossdock.events.intake import DeadlinePassed
from crossdock.events.supplier_documents import SupplierInvoiceApproved
from crossdock.processes import PROCESSES
from crossdock.processes._kit import Effect, Emit, OpenExceptionCase, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case
from tests.unit.processes.procure_to_pay import (
    charged,
    counted,
    goods_receipt,
    order_line,
    packed,
    placed,
    reads,
    ship_notice,
    supplier_invoice,
)

FIRST, SECOND = f"purchase_order/{COMPANY}/4500001", f"purchase_order/{COMPANY}/4500002"


class Network:
    """Cases that hear what other cases tell them."""

    def __init__(self, known: StaticReads | None = None) -> None:
        self.known = known or reads()
        self.cases: dict[str, Scenario] = {}
        self.sent: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.effects: list[Effect] = []

    def tell(self, subject: str, event: msgspec.Struct) -> Network:
        waiting: deque[tuple[str, Any]] = deque([(subject, event)])
        while waiting:
            to, body = waiting.popleft()
            scenario = self.cases.setdefault(to, case(PROCESSES[to.split("/")[0]], to, reads=self.known))
            scenario.when(body)
            waiting += [(emit.subject, emit.body) for emit in scenario.all(Emit)]
            self.sent += [(send.document, send.number) for send in scenario.all(Send)]
            self.problems += [problem.code for problem in scenario.all(OpenExceptionCase)]
            self.effects += scenario.effects
        return self

    def states(self) -> dict[str, str]:
        """How the cases stand."""
        return {subject: scenario.data.state for subject, scenario in self.cases.items()}


def two_orders(network: Network | None = None) -> Network:
    network = network or Network()
    for number, subject in (("4500001", FIRST), ("4500002", SECOND)):
        event = placed(order_line("10", "85123A", "100"))
        network.tell(subject, msgspec.structs.replace(event, order=msgspec.structs.replace(event.order, number=number)))
    return network


def notice_of(number: str, first: str, second: str) -> tuple[str, msgspec.Struct]:
    lines = (packed("4500001", "10", "85123A", first), packed("4500002", "10", "85123A", second))
    return f"ship_notice/{COMPANY}/brightware/{number}", ship_notice(*lines, number=number)


def receipt_of(number: str, *lines: tuple[str, str, str], closes: tuple[str, ...]) -> tuple[str, msgspec.Struct]:
    goods = [counted(str(n), order, "10", "85123A", q, notice=sn) for n, (sn, order, q) in enumerate(lines, 1)]
    return f"goods_receipt/{COMPANY}/north/{number}", goods_receipt(*goods, number=number, closes=closes)


INVOICE = (
    f"supplier_invoice/{COMPANY}/brightware/INV1",
    supplier_invoice(charged("1", "4500001", "10", "100"), charged("2", "4500002", "10", "100"), total="200.00"),
)


def test_a_notice_over_two_orders_a_receipt_over_two_notices_and_an_invoice_over_two_receipts() -> None:
    network = two_orders().tell(*notice_of("SN1", "60", "40")).tell(*notice_of("SN2", "20", "60"))
    both = (("SN1", "4500001", "60"), ("SN1", "4500002", "40"), ("SN2", "4500001", "20"))
    network.tell(*receipt_of("R1", *both, closes=("SN1",)))
    network.tell(*INVOICE)
    assert ("supplier_invoice", "brightware.INV1") not in network.sent
    network.tell(*notice_of("SN3", "20", "0"))
    network.tell(*receipt_of("R2", ("SN2", "4500002", "60"), ("SN3", "4500001", "20"), closes=("SN2", "SN3")))
    assert ("supplier_invoice", "brightware.INV1") in network.sent
    assert {subject: scenario.data.state for subject, scenario in network.cases.items()} == {
        FIRST: "matched",
        SECOND: "matched",
        **{f"ship_notice/{COMPANY}/brightware/{number}": "received" for number in ("SN1", "SN2", "SN3")},
        **{f"goods_receipt/{COMPANY}/north/{number}": "booked" for number in ("R1", "R2")},
        INVOICE[0]: "approved",
    }
    assert network.problems == []


def test_invoice_receipt_and_notice_in_reverse_end_the_same() -> None:
    network = Network().tell(*INVOICE)
    network.tell(*receipt_of("R1", ("SN1", "4500001", "100"), ("SN1", "4500002", "100"), closes=("SN1",)))
    network.tell(*notice_of("SN1", "100", "100"))
    assert network.sent == [("goods_receipt", "north.R1"), ("inbound_advice", "brightware.SN1")]
    two_orders(network)
    assert ("supplier_invoice", "brightware.INV1") in network.sent
    assert {scenario.data.state for scenario in network.cases.values()} == {"matched", "received", "booked", "approved"}


def test_an_order_of_which_a_finished_notice_brought_nothing_is_closed_short() -> None:
    network = two_orders().tell(*notice_of("SN1", "100", "100"))
    network.tell(*receipt_of("R1", ("SN1", "4500001", "100"), closes=("SN1",)))
    assert network.cases[SECOND].line("10").state == "closed_short"
    assert network.problems == ["receipt_short"]
    network.tell(*INVOICE)
    assert network.problems == ["receipt_short", "invoice_mismatch"]


def test_an_invoice_approved_before_the_goods_come_ends_with_them_and_is_posted_once() -> None:
    network = two_orders().tell(*notice_of("SN1", "100", "100")).tell(*INVOICE)
    for subject in (FIRST, SECOND):
        network.tell(subject, DeadlinePassed(f"match {INVOICE[0]}", MORNING))
    network.tell(INVOICE[0], SupplierInvoiceApproved("paid in advance"))
    both = (("SN1", "4500001", "100"), ("SN1", "4500002", "100"))
    network.tell(*receipt_of("R1", *both, closes=("SN1",)))
    assert [number for document, number in network.sent if document == "supplier_invoice"] == ["brightware.INV1"]
    assert {network.cases[subject].data.state for subject in (FIRST, SECOND)} == {"matched"}
    assert network.problems == ["invoice_mismatch"]


def test_every_process_draws_itself() -> None:
    for process in PROCESSES.values():
        assert process.table.mermaid().startswith("stateDiagram-v2")
