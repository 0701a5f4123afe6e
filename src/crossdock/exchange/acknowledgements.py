"""Functional acknowledgements: the 997s we owe for what came, and what the 997s that come are about."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import msgspec

from crossdock.edi import x12
from crossdock.ports.connector import Reply
from crossdock.project.network import Agreement

DOCUMENT = "functional_acknowledgement"

# What a group of ours contains, by its functional id.
DOCUMENT_OF_GROUP = {
    "PO": "purchase_order",
    "PC": "purchase_order_change",
    "PR": "purchase_order_acknowledgement",
    "SH": "ship_notice",
    "IN": "invoice",
}


def acknowledged(group: x12.GroupHeader) -> bool:
    """Is this group one that is answered by an acknowledgement? Groups of acknowledgements are not."""
    return group.functional_id not in ("", "FA")


class Transmission:
    """Tells a transmission from others, and the interchanges in it from one another."""

    def __init__(self, content: bytes) -> None:
        # Once: there may be thousands of interchanges in it.
        self._hash = hashlib.blake2b(content, digest_size=6)

    def digest(self, header: x12.InterchangeHeader) -> str:
        """Of the bytes and of one interchange's place in them."""
        one = self._hash.copy()
        one.update(header.offset.to_bytes(8, "big"))
        return one.hexdigest()


def owed(
    agreement: Agreement,
    items: Sequence[x12.TransactionSet | x12.InterchangeFault],
    faults: Sequence[x12.Fault],
    transmission: Transmission,
    received_at: dt.datetime,
) -> list[Reply]:
    """One reply per group of one interchange. Only what is wrong with the syntax decides about acceptance.

    The reply's number holds a digest of the transmission: partners that send control number 1 for ever get an answer
    each time, and the same bytes get the same answer.
    """
    header = next((item.interchange for item in items if item.interchange is not None), None)
    if header is None:
        return []
    digest = transmission.digest(header)
    replies = []
    for acknowledgement in x12.acknowledge(items, faults):
        group = f"{acknowledgement.group_id}.{acknowledgement.group_control_number}"
        replies.append(
            Reply(
                document=DOCUMENT,
                body=msgspec.structs.replace(
                    acknowledgement, company_id=agreement.company, acknowledged_at=received_at
                ),
                to=agreement.partner,
                number=f"{agreement.company}.{header.control_number}.{group}.{digest}",
                company_id=agreement.company,
            )
        )
    return replies
