"""Every read table is what a fold of the whole log gives.

From inside: the product's own comparison, which counts as one fact a table. From outside: the timeline, read case by
case, against a fold of the books: an order was placed once, some of it left with each shipping order of each shipment,
and every shipment and every receipt stands in the story of its own case once.
"""

from __future__ import annotations

from collections import Counter

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling

Happened = tuple[str, str]
"""Case and event."""


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Row by row, both ways round; then event by event."""
    for table in evidence.product.projections:
        rows, lost, invented = (int(table[name]) for name in ("rows", "only_rebuilt", "only_standing"))
        words = f"{table['table']}: {lost} rows only after rebuilding, {invented} only before, of {rows}"
        ruling.holds(rows > 0 and not lost and not invented, words)
    if not evidence.product.projections:
        ruling.fail("the product compared no read table")
    told: dict[str, Counter[str]] = {}
    for (case, event), times in sorted(_expected(evidence).items()):
        found = told.setdefault(case, Counter(evidence.product.events_of(case)))
        ruling.equal(f"timeline of {case}: {event}", times, found[event])


def _expected(evidence: Evidence) -> Counter[Happened]:
    """How often which event must stand in the timeline of which case, by the books."""
    expected: Counter[Happened] = Counter()
    sales = evidence.sales
    for order in sales.accepted:
        expected[order.case, "SalesOrderPlaced"] = 1
        expected[order.case, "SalesOrderLinesShipped"] = sum(
            shipment.channels.count((order.channel, order.key)) for shipment in sales.shipments_of(order)
        )
    for shipment in sales.shipments:
        expected[shipment.case, "ShipmentDispatched"] = 1
    for entry in evidence.purchasing.receipts:
        data = entry.body["data"]
        expected[f"goods_receipt/{data['owner']}/{data['site']}/{data['receipt']}", "GoodsReceiptPosted"] = 1
    return expected
