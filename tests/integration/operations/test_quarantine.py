"""Quarantine: what could not be taken is shown with its reasons, and comes back mended or is let go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from crossdock.engine.intake.raw import Arrival
from crossdock.log import uuid7
from crossdock.operations import quarantine
from crossdock.operations.problems import Problem
from crossdock.operations.webhook_desk import WebhookCall, WebhookDesk
from crossdock.ports.connector import Fault, RawDocument, References, Translation
from crossdock.store import Store
from tests.integration.engine.harness import NOW, Peer, context, notes, rows, settle
from tests.integration.operations.worlds import ANNA, at_work


class Picky(Peer):
    """Understands what `Peer` does, unless it says `garbage`."""

    def translate(self, raw: RawDocument, references: References) -> Translation:
        if b"garbage" in raw.content:
            return Translation(faults=(Fault("unreadable", "no line of it makes sense", "line 1", 0),))
        return super().translate(raw, references)


async def arrives(store: Store, content: bytes) -> UUID:
    arrival = Arrival(source="peer", kind="webhook", content=content, transport_key=str(uuid7()), received_at=NOW)
    stored = await WebhookDesk(store).receive(WebhookCall(arrival, uuid7()))
    await worked(store)
    return stored.document_id


async def worked(store: Store) -> None:
    peer: Any = Picky()
    await settle(context(store, peer))


async def statuses(store: Store) -> list[str]:
    return [status for (status,) in await rows(store, "select status from raw_document order by id")]


async def test_a_document_nobody_understands_is_listed_with_its_faults(store: Store) -> None:
    document = await arrives(store, b"garbage")
    desk = await at_work(store)
    (held,) = (await quarantine.list_held(desk, ANNA)).items
    assert (held.id, held.status, held.faults[0].code) == (document, "quarantined", "unreadable")
    assert (await quarantine.show_document(desk, ANNA, document)).content == b"garbage"
    assert (await quarantine.list_held(desk, ANNA, source="other")).items == ()


async def test_a_mended_document_takes_the_place_of_the_first(store: Store) -> None:
    document = await arrives(store, b"garbage")
    desk = await at_work(store)
    await quarantine.release(desk, ANNA, document, "comma was missing", b"1 begin")
    await worked(store)
    assert await notes(store, "1") == [""]
    assert await statuses(store) == ["replaced", "translated"]
    assert await rows(store, "select resolution from exception_case") == [("released: comma was missing",)]
    assert await rows(store, "select actor, action from audit order by id") == [
        ("cli:anna", "release_document"),
        ("cli:anna", "close_exception"),
    ]


async def test_an_empty_copy_is_refused_and_one_that_nobody_understands_does_not_use_up_the_original(
    store: Store,
) -> None:
    document = await arrives(store, b"garbage")
    desk = await at_work(store)
    with pytest.raises(Problem, match="the mended copy is empty"):
        await quarantine.release(desk, ANNA, document, "slip", b" \n")
    copy = await quarantine.release(desk, ANNA, document, "slip", b"more garbage")
    with pytest.raises(Problem, match=f"its mended copy {copy} is not translated yet"):
        await quarantine.release(desk, ANNA, document, "again", b"1 begin")
    await worked(store)
    assert await statuses(store) == ["replaced", "quarantined"]
    second = await quarantine.release(desk, ANNA, document, "now right", b"1 begin")
    await worked(store)
    assert await notes(store, "1") == [""]
    assert await statuses(store) == ["replaced", "dismissed", "translated"]
    assert await rows(store, "select count(*) from exception_case where closed_at is null") == [(0,)]
    with pytest.raises(Problem, match=f"its mended copy {second} took its place"):
        await quarantine.release(desk, ANNA, document, "once more")


async def test_a_document_released_as_it_is_is_judged_again(store: Store) -> None:
    document = await arrives(store, b"garbage")
    desk = await at_work(store)
    assert await quarantine.release(desk, ANNA, document, "the map was mended") == document
    await worked(store)
    assert await statuses(store) == ["quarantined"]
    assert await rows(store, "select count(*) from exception_case where closed_at is null") == [(1,)]


async def test_a_dismissed_document_is_kept_and_not_asked_about_again(store: Store) -> None:
    document = await arrives(store, b"garbage")
    desk = await at_work(store)
    await quarantine.dismiss(desk, ANNA, document, "a test of theirs")
    assert await statuses(store) == ["dismissed"]
    assert (await quarantine.list_held(desk, ANNA)).items == ()
    with pytest.raises(Problem, match="not held"):
        await quarantine.release(desk, ANNA, document, "again")
