"""Sending a document to the system that plays a role, where the network has one and it takes such documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from crossdock.processes._kit.case import Case
from crossdock.processes._kit.effects import Effect, Send


def tell(
    case: Case[Any], role: str, document: str, body: msgspec.Struct, number: str, *, of: str = ""
) -> Iterator[Effect]:
    """Send to the `erp`, the `wms` `of` a warehouse, or whatever role it is; nothing if nobody wants to hear of it."""
    system = case.reads.system(case.company_id, role, of)
    if system and case.reads.sends(system, document, case.company_id):
        yield Send(document, body, to=system, number=number)
