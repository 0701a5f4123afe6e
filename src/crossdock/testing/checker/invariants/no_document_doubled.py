"""No system was given the same business document twice.

A repeated call with the same idempotency key is a retry after a lost reply and allowed. The same document under another
key, two effects for one document, one key for two contents, or a control number used again are doubles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable

from crossdock.testing.checker.books import Books, Entry
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling

Name = tuple[str, ...]


def _keyed(entry: Entry) -> Name:
    return entry.entity, entry.key


def _whole(entry: Entry) -> Name:
    """Documents without a number of their own are the same when they say the same."""
    return entry.entity, entry.key, json.dumps(entry.body, sort_keys=True, default=str)


def _fields(*fields: str) -> Callable[[Entry], Name]:
    return lambda entry: tuple(str(entry.body.get(field, "")) for field in fields)


# What names a document at the system that gets it. Requests and effects of one document may be called differently.
DOCUMENTS: dict[tuple[str, ...], Callable[[Entry], Name]] = {
    ("sales_orders",): _fields("entity", "channel", "order"),
    ("purchase_orders",): _fields("entity", "po_number"),
    ("po_confirmations",): _whole,
    ("goods_receipts",): _fields("entity", "site", "receipt"),
    ("vendor_invoices",): _fields("entity", "vendor", "invoice"),
    ("customer_invoices",): _fields("entity", "invoice"),
    ("credit_notes",): _fields("entity", "invoice"),
    ("stock_adjustments",): _fields("entity", "site", "number"),
    ("inbound_advices", "inbound_advice"): _fields("owner", "vendor", "advice"),
    ("shipping_orders", "shipping_order"): _fields("owner", "order_ref"),
    ("return_advices", "return_advice"): _fields("owner", "rma"),
    ("consignments", "consignment"): _fields("shipper", "reference"),
    ("trackers", "tracker"): _fields("shipper", "reference"),
    ("order_updates", "order_update"): lambda entry: (entry.key, str(entry.body.get("sequence", ""))),
    ("stock_levels",): lambda entry: (entry.key,),
}
TAKEN = {
    "order.taken": _keyed,
    "order.changed": _whole,
    "taken.855": _keyed,
    "taken.856": _keyed,
    "taken.810": _keyed,
}
"""What trading partners took from their mailboxes."""
UNREADABLE = "refused"


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Calls, their effects, and interchanges."""
    for kinds, name in DOCUMENTS.items():
        _requests(evidence.books, kinds, name, ruling)
        _effects(evidence.books, kinds, name, ruling)
    for kind, name in TAKEN.items():
        _effects(evidence.books, (kind,), name, ruling)
    _interchanges(evidence.books, ruling)


def _requests(books: Books, kinds: tuple[str, ...], name: Callable[[Entry], Name], ruling: Ruling) -> None:
    keys: dict[tuple[str, Name], set[str]] = defaultdict(set)
    shown: dict[tuple[str, Name], Entry] = {}
    for entry in books.requests(*kinds):
        if entry.outcome == "conflict":
            ruling.fail(f"{entry.shown}: key {entry.idempotency_key} was used for two different contents")
        if "detail" in entry.body and entry.outcome == UNREADABLE:
            continue  # the system could not read it, so nobody knows what it was; it is a dead letter
        place = (entry.system, name(entry))
        keys[place].add(entry.idempotency_key)
        shown.setdefault(place, entry)
    for place, used in keys.items():
        words = f"{shown[place].shown} was sent under {len(used)} different keys: {', '.join(sorted(used)[:3])}"
        ruling.holds(len(used) == 1, words)


def _effects(books: Books, kinds: tuple[str, ...], name: Callable[[Entry], Name], ruling: Ruling) -> None:
    found: dict[tuple[str, Name], list[Entry]] = defaultdict(list)
    for entry in books.effects(*kinds):
        found[entry.system, name(entry)].append(entry)
    for entries in found.values():
        times = len(entries)
        ruling.holds(times == 1, f"{entries[0].shown} had {times} effects")


def _interchanges(books: Books, ruling: Ruling) -> None:
    """A group of ours has a control number of its own; documents of one group stand together in the book."""
    for entry in books.effects("order.doubled"):
        ruling.fail(f"{entry.system} got purchase order {entry.key} of {entry.entity} again in another interchange")
    last: dict[tuple[str, str, str], int] = {}
    for entry in books.requests("850", "860", "855", "856", "810", "997"):
        if entry.outcome == "duplicate" or not entry.idempotency_key:
            continue
        place = (entry.system, entry.entity, entry.idempotency_key)
        again = place in last and entry.n > last[place] + 1
        what = f"group {entry.idempotency_key} of {entry.entity}"
        words = f"{entry.system} got {what} again, with {entry.kind} {entry.key}"
        ruling.holds(not again, words)
        last[place] = entry.n


def retries(books: Books) -> dict[str, int]:
    """Repetitions that are allowed, by what became of them."""
    counts: dict[str, int] = defaultdict(int)
    for entry in books.requests():
        if entry.outcome in ("repeated", "failed", "duplicate"):
            counts[entry.outcome] += 1
    return dict(counts)
