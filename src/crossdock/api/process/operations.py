"""Seeing what happened and deciding what stopped, over HTTP: timelines, exception cases, dead letters, quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.parameters import Code, Cursor, Limit, Owner, SystemName
from crossdock.api.services import services_of
from crossdock.operations import dead_letters, exceptions, quarantine, story
from crossdock.operations.cases import ExceptionCase
from crossdock.operations.dead_letters import DeadLetter, Decided
from crossdock.operations.exceptions import Closed
from crossdock.operations.paging import Page
from crossdock.operations.quarantine import Held
from crossdock.operations.story import Story


class CloseExceptionCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the problem ended."""

    resolution: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ReplayDeadLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing needs saying."""


_read_close = decoder(CloseExceptionCase)
_read_replay = decoder(ReplayDeadLetter)


@get(
    "/timeline/{key:path}",
    opt={"scope": "timeline:read", "answer": Story},
    summary="The story behind a name",
    tags=["operations"],
)
async def timeline(request: AnyRequest, key: FromPath[Path]) -> ASGIResponse:
    """Everything that has to do with a number: of a purchase order, an order, a ship notice, an invoice, a tracking
    number, a customer's reference, an item, or the whole id of a case."""
    return json_answer(
        await story.tell_story(services_of(request).context, actor_of(request), str(key).removeprefix("/"))
    )


@get(
    "/exceptions",
    opt={"scope": "operations:read", "answer": Page[ExceptionCase]},
    summary="List exception cases",
    tags=["operations"],
)
async def list_exceptions(
    request: AnyRequest,
    code: Code = "",
    owner: Owner = "",
    closed: FromQuery[bool] = False,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ASGIResponse:
    """Problems waiting for a person, oldest first; with `closed`, those that are over, too."""
    page = await exceptions.list_exceptions(
        services_of(request).context, actor_of(request),
        code=code, owner=owner, closed_too=closed, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/exceptions/{exception_id:uuid}",
    opt={"scope": "operations:read", "answer": ExceptionCase},
    summary="Look at an exception case",
    tags=["operations"],
)
async def show_exception(request: AnyRequest, exception_id: FromPath[UUID]) -> ASGIResponse:
    """One problem."""
    return json_answer(await exceptions.show_exception(services_of(request).context, actor_of(request), exception_id))


@post(
    "/exceptions/{exception_id:uuid}/close",
    status_code=200,
    opt={"scope": "operations:write", "body": CloseExceptionCase, "answer": Closed},
    summary="Close an exception case",
    tags=["operations"],
)
async def close_exception(request: AnyRequest, exception_id: FromPath[UUID]) -> ASGIResponse:
    """A person has dealt with the problem."""
    body, use = await receive_as(request, _read_close)
    return stored_answer(
        await exceptions.close_exception(
            services_of(request).context, actor_of(request), exception_id, body.resolution, use
        )
    )


@get(
    "/dead-letters",
    opt={"scope": "operations:read", "answer": Page[DeadLetter]},
    summary="List dead letters",
    tags=["operations"],
)
async def list_dead_letters(
    request: AnyRequest, system: SystemName = "", code: Code = "", cursor: Cursor = "", limit: Limit = 100
) -> ASGIResponse:
    """Outgoing documents that are not tried any more, oldest first."""
    page = await dead_letters.list_dead_letters(
        services_of(request).context, actor_of(request), system=system, code=code, cursor=cursor, limit=limit
    )
    return json_answer(page)


@post(
    "/dead-letters/{delivery_id:uuid}/replay",
    status_code=202,
    opt={"scope": "operations:write", "body": ReplayDeadLetter, "answer": Decided},
    summary="Try a dead letter again",
    tags=["operations"],
)
async def replay_dead_letter(request: AnyRequest, delivery_id: FromPath[UUID]) -> ASGIResponse:
    """With its old bytes and key."""
    _, use = await receive_as(request, _read_replay)
    return stored_answer(await dead_letters.replay(services_of(request).context, actor_of(request), delivery_id, use))


@get(
    "/quarantine",
    opt={"scope": "operations:read", "answer": Page[Held]},
    summary="List quarantined documents",
    tags=["operations"],
)
async def list_quarantine(
    request: AnyRequest, source: SystemName = "", cursor: Cursor = "", limit: Limit = 100
) -> ASGIResponse:
    """Documents that could not be taken, with the reasons, oldest first."""
    page = await quarantine.list_held(
        services_of(request).context, actor_of(request), source=source, cursor=cursor, limit=limit
    )
    return json_answer(page)


HANDLERS = [
    timeline,
    list_exceptions,
    show_exception,
    close_exception,
    list_dead_letters,
    replay_dead_letter,
    list_quarantine,
]
