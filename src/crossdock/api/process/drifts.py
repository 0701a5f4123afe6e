"""Differences between other systems and our books, over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.parameters import Cursor, Limit, SystemName
from crossdock.api.services import services_of
from crossdock.operations import drifts
from crossdock.operations.deeds import Accepted
from crossdock.operations.drifts import Drift, DriftStory
from crossdock.operations.paging import Page
from crossdock.operations.stock_statements import LatestStatement, latest_statements

ItemId = Annotated[str, QueryParameter(name="item", max_length=80, description="Only those of this item.")]
Cause = Annotated[str, QueryParameter(name="cause", max_length=40, description="Only those with this cause.")]


class DecideDrift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is decided so, and about which difference: `seen` is the drift's `change` as it was looked at. Refused if
    it is another one by now."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    seen: Annotated[int, msgspec.Meta(ge=1, le=2_147_483_647)]


_read_decision = decoder(DecideDrift)


@get("/drifts", opt={"scope": "stock:read", "answer": Page[Drift]}, summary="List drifts", tags=["stock"])
async def list_drifts(
    request: AnyRequest,
    system: SystemName = "",
    item: ItemId = "",
    cause: Cause = "",
    closed: FromQuery[bool] = False,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ASGIResponse:
    """Where other systems and our books differ on stock, oldest first; with `closed`, what is over, too."""
    page = await drifts.list_drifts(
        services_of(request).context, actor_of(request),
        system=system, item=item, cause=cause, closed_too=closed, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/drifts/{drift_id:str}",
    opt={"scope": "stock:read", "answer": DriftStory},
    summary="Look at a drift",
    tags=["stock"],
)
async def show_drift(request: AnyRequest, drift_id: FromPath[str]) -> ASGIResponse:
    """One difference with the facts behind it and how it went on."""
    return json_answer(await drifts.show_drift(services_of(request).context, actor_of(request), drifts.named(drift_id)))


@post(
    "/drifts/{drift_id:str}/approve",
    status_code=202,
    opt={"scope": "operations:write", "body": DecideDrift, "answer": Accepted},
    summary="Approve a correction",
    tags=["stock"],
)
async def approve_drift(request: AnyRequest, drift_id: FromPath[str]) -> ASGIResponse:
    """Have the proposed correction booked."""
    body, use = await receive_as(request, _read_decision)
    who, drift = actor_of(request), drifts.named(drift_id)
    return stored_answer(
        await drifts.approve_drift(services_of(request).context, who, drift, body.reason, body.seen, use)
    )


@post(
    "/drifts/{drift_id:str}/reject",
    status_code=202,
    opt={"scope": "operations:write", "body": DecideDrift, "answer": Accepted},
    summary="Reject a correction",
    tags=["stock"],
)
async def reject_drift(request: AnyRequest, drift_id: FromPath[str]) -> ASGIResponse:
    """Leave the numbers as they are; the same difference is not proposed again."""
    body, use = await receive_as(request, _read_decision)
    who, drift = actor_of(request), drifts.named(drift_id)
    return stored_answer(
        await drifts.reject_drift(services_of(request).context, who, drift, body.reason, body.seen, use)
    )


@get(
    "/stock-statements",
    opt={"scope": "stock:read", "answer": tuple[LatestStatement, ...]},
    summary="List what others said last of their stock",
    tags=["stock"],
)
async def list_statements(request: AnyRequest, system: SystemName = "", item: ItemId = "") -> ASGIResponse:
    """The latest statement of each system, supplier and firm that keeps our goods, with its age."""
    found = await latest_statements(services_of(request).context, actor_of(request), system=system, item=item)
    return json_answer(found)


HANDLERS = (list_statements, list_drifts, show_drift, approve_drift, reject_drift)
