"""Telling a case what a person or caller decided: an event and its audit, in one transaction."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.identity import Actor
from crossdock.log import append
from crossdock.operations import audit
from crossdock.operations.context import Context
from crossdock.store import Connection


class Accepted(msgspec.Struct, frozen=True):
    """A wish concerning a case is safe with us; the case shows what became of it."""

    subject: str
    status_url: str = ""


def address(*parts: str) -> str:
    """Where the process API shows something: its parts may hold anything, for numbers are given out by others."""
    return "/process/v1/" + "/".join([quote(part, safe="") for part in parts])


async def tell_case(
    tx: Connection,
    context: Context,
    actor: Actor,
    scope: str,
    action: str,
    subject: str,
    body: msgspec.Struct,
    **also: str,
) -> None:
    """Write the deed down and tell the case, as the last thing of a transaction. `also` is what the case need not
    know, such as the reason."""
    company_id = subject.split("/")[1]
    await audit.record(tx, actor, scope, action, company_id, subject, **msgspec.to_builtins(body), **also)
    event = NewEvent(
        body=body,
        subject=subject,
        company_id=company_id,
        occurred_at=context.now(),
        source="operations",
        actor=actor.name,
        on_behalf_of=actor.partner,
    )
    await append(tx, [event])
