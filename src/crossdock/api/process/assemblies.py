"""Goods made of other goods, over HTTP: kits assembled and taken apart, packs broken and packed anew."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import Number, decoder, exact
from crossdock.api.process.order_requests import BusinessNumber, Id, Reference, Why
from crossdock.api.process.parameters import Company, Cursor, Limit
from crossdock.api.services import services_of
from crossdock.model.assembly import AssemblyKind
from crossdock.operations import assemblies
from crossdock.operations.assemblies import AssemblySummary, AssemblyView, Place, Stated
from crossdock.operations.paging import Page
from crossdock.operations.problems import FieldError, Problem

Location = Annotated[str, QueryParameter(max_length=80, description="Only those of this location.")]


class StateAssembly(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """State what was done in a warehouse: `assembly` (so many of kit `item` were made of their components),
    `disassembly` (so many were taken apart), or `repack` (so many of `item` were packed as `into`, which consists of
    the same). Quantities are in the item's base unit; what goes in and comes out follows from the bill of materials of
    today. Its number is made up unless one is given. Refused where by the books less stands there than goes in, unless
    `even_if_short` insists."""

    kind: AssemblyKind
    company: Id
    location: Id
    item: Id
    quantity: Number
    into: Reference = ""
    number: BusinessNumber | None = None
    even_if_short: bool = False
    reason: Why


_read_state = decoder(StateAssembly)


@post(
    "/assemblies",
    status_code=202,
    opt={"scope": "operations:write", "body": StateAssembly, "answer": Stated},
    summary="State an assembly",
    tags=["stock"],
)
async def state_assembly(request: AnyRequest) -> ASGIResponse:
    """The answer says what went in and what came out; both are booked at once. Where by the books less
    stands at the location than went in (our own goods of no lot), it is refused (409); `even_if_short` books it all the
    same: `not_there` says what is missing, and the warehouse is asked to count."""
    body, use = await receive_as(request, _read_state)
    faults = list[FieldError]()
    quantity = exact(body.quantity, "/quantity", faults)
    if body.kind == "repack" and not body.into:
        faults.append(FieldError("/into", "is required: what was it packed as?"))
    if body.kind != "repack" and body.into:
        faults.append(FieldError("/into", "is only for `repack`"))
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was done", faults)
    context, actor = services_of(request).context, actor_of(request)
    place = Place(body.company, body.location, body.number or "")
    if body.kind == "repack":
        answer = await assemblies.repack(
            context,
            actor,
            place,
            body.item,
            quantity,
            body.into,
            reason=body.reason,
            even_if_short=body.even_if_short,
            use=use,
        )
    else:
        apart = body.kind == "disassembly"
        answer = await assemblies.assemble(
            context,
            actor,
            place,
            body.item,
            quantity,
            apart=apart,
            reason=body.reason,
            even_if_short=body.even_if_short,
            use=use,
        )
    return stored_answer(answer)


@get(
    "/assemblies",
    opt={"scope": "operations:read", "answer": Page[AssemblySummary]},
    summary="List assemblies",
    tags=["stock"],
)
async def list_assemblies(
    request: AnyRequest, company: Company = "", location: Location = "", cursor: Cursor = "", limit: Limit = 100
) -> ASGIResponse:
    """What was assembled, taken apart and packed anew, page by page."""
    page = await assemblies.list_assemblies(
        services_of(request).context, actor_of(request),
        company_id=company, location=location, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/assemblies/{number:str}",
    opt={"scope": "operations:read", "answer": AssemblyView},
    summary="Look up an assembly",
    tags=["stock"],
)
async def look_up_assembly(
    request: AnyRequest, number: FromPath[str], company: Company = "", location: Location = ""
) -> ASGIResponse:
    """What went in and what came out. Company and location must be said where several have used the number."""
    view = await assemblies.look_up_assembly(
        services_of(request).context, actor_of(request), number, company_id=company, location=location
    )
    return json_answer(view)


HANDLERS = (state_assembly, list_assemblies, look_up_assembly)
