"""Drop-ship with real X12: our 850 is taken by a simulated supplier, whose 855, 856 and 810 our cases then hear."""

from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.edi import maps, x12
from crossdock.events.purchase_order import PurchaseOrderAcknowledged
from crossdock.events.supplier_documents import ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.model.fulfillment import Shipment
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement
from crossdock.model.ship_notice import ShipNotice
from crossdock.processes._kit import Send
from crossdock.sandbox.carrier import Carrier, Tracker
from crossdock.sandbox.intake import Taken
from crossdock.testing.scenario import COMPANY
from tests.unit.processes.drop_shipping import NUMBER, PURCHASE_ORDER, SALES_ORDER, SHIPMENT, SUPPLIER, known
from tests.unit.processes.procure_to_pay import delivered
from tests.unit.processes.test_drop_ship import lamps
from tests.unit.processes.test_procure_to_pay import Network
from tests.unit.sandbox.conftest import NOON, MakeWorld, run_until
from tests.unit.sandbox.test_documents_are_readable import read_all
from tests.unit.sandbox.test_supplier import UK, rows, sent, supplier_of

CONTEXT = maps.MapContext(COMPANY, PartyRef(COMPANY), PartyRef(SUPPLIER), "buyer")


def on_paper(order: PurchaseOrder) -> bytes:
    """Our 850 in an interchange."""
    header = x12.InterchangeOut(UK, "BRIGHTWARE", 1, 1, NOON)
    return x12.write_interchange(header, [maps.write_document("purchase_order", order, CONTEXT)])


def subject_of(document: object) -> str:
    kinds = {ShipNotice: "ship_notice", Invoice: "supplier_invoice"}
    if isinstance(document, PurchaseOrderAcknowledgement):
        return f"purchase_order/{COMPANY}/{document.order_number}"
    assert isinstance(document, ShipNotice | Invoice)
    return f"{kinds[type(document)]}/{COMPANY}/{SUPPLIER}/{document.number}"


async def test_a_supplier_ships_to_the_customer_by_the_documents_it_gets_and_sends(make_world: MakeWorld) -> None:
    network = Network(known()).tell(SALES_ORDER, lamps())
    (order,) = [sent.body for sent in network.effects if isinstance(sent, Send) and sent.to == SUPPLIER]
    assert isinstance(order, PurchaseOrder)
    assert f"BEG*00*DS*{NUMBER}*".encode() in on_paper(order)
    network.tell(PURCHASE_ORDER, delivered(NUMBER))
    async with make_world("brightware", "carrier") as world:
        supplier = supplier_of(world, "brightware")
        supplier.open_mail("1.edi", on_paper(order))
        await run_until(world, NOON + dt.timedelta(days=3))
        (notice,) = sent(supplier, "856")
        assert rows(notice, "N1")[0][1:] == ["ST", "17850", "92", "17850"]
        for file in ("997", "855", "856", "810"):
            assert list(sent(supplier, file)), file
        documents = [body for body in read_all(supplier.mailbox.outbox, SUPPLIER, "buyer") if _is_about_goods(body)]
        for document in documents:
            if isinstance(document, PurchaseOrderAcknowledgement):
                network.tell(subject_of(document), PurchaseOrderAcknowledged(document))
            elif isinstance(document, ShipNotice):
                network.tell(subject_of(document), ShipNoticeReceived(document))
            elif isinstance(document, Invoice):
                network.tell(subject_of(document), SupplierInvoiceReceived(document))
    assert len(documents) == 3
    assert network.problems == []
    stands = network.states()
    assert (stands[SALES_ORDER], stands[PURCHASE_ORDER], stands[SHIPMENT]) == ("shipped", "matched", "dispatched")


def _is_about_goods(body: object) -> bool:
    return isinstance(body, PurchaseOrderAcknowledgement | ShipNotice | Invoice)


async def test_the_carrier_that_the_supplier_booked_tells_whoever_asks_for_the_parcel(make_world: MakeWorld) -> None:
    network = Network(known()).tell(SALES_ORDER, lamps())
    (order,) = [sent.body for sent in network.effects if isinstance(sent, Send) and sent.to == SUPPLIER]
    async with make_world("brightware", "carrier") as world:
        supplier, carrier = supplier_of(world, "brightware"), world.systems["carrier"]
        assert isinstance(carrier, Carrier)
        supplier.open_mail("1.edi", on_paper(order))
        await run_until(world, NOON + dt.timedelta(days=2))
        (notice,) = [
            body for body in read_all(supplier.mailbox.outbox, SUPPLIER, "buyer") if isinstance(body, ShipNotice)
        ]
        network.tell(subject_of(notice), ShipNoticeReceived(notice))
        (request,) = [s.body for s in network.effects if isinstance(s, Send) and s.document == "tracking_request"]
        assert isinstance(request, Shipment)
        tracker = Tracker(request.number, COMPANY, request.tracking)
        carrier._track(tracker, Taken((), "", msgspec.Raw(b"{}")))
        while world.stage.schedule.next_at() is not None and not carrier.counts["DL"]:
            world.stage.schedule.run_one()
        # What happened before somebody asked is told, too.
        assert {carrier.counts[code] for code in ("PU", "IT", "OD", "DL")} == {1}
