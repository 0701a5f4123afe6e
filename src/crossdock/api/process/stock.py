"""What may be promised, over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import exact
from crossdock.api.process.order_requests import Instant, utc
from crossdock.api.process.parameters import Cursor, Limit
from crossdock.api.services import services_of
from crossdock.operations import availability as questions
from crossdock.operations.availability import Asked, Availability
from crossdock.operations.problems import FieldError, Problem

_Item = Annotated[str, QueryParameter(min_length=1, max_length=80, description="Our item id.")]
_Places = Annotated[list[str] | None, QueryParameter(max_items=50, description="Only there; several times.")]
_Quantity = Annotated[str, QueryParameter(max_length=26, description="Also say when so much can be had.")]
_Channel = Annotated[str, QueryParameter(max_length=80, description="For orders of this channel: its pools count.")]
_Customer = Annotated[str, QueryParameter(max_length=80, description="For orders of this customer: its pools count.")]
_AsOf = Annotated[
    str, QueryParameter(max_length=40, description="As it was known at this past moment: 2010-12-06T14:03:00Z.")
]
_CompareTo = Annotated[
    str, QueryParameter(max_length=40, description="Also say what changed since this earlier moment, and why.")
]
_Explain = Annotated[bool, QueryParameter(description="With all terms behind the numbers.")]
_By = Annotated[dt.date | None, QueryParameter(description="Also say how much can be had for this date.")]


@get(
    "/availability",
    opt={"scope": "stock:read", "answer": Availability},
    summary="What may be promised",
    tags=["stock"],
)
async def availability(
    request: AnyRequest,
    company: _Item,
    item: _Item,
    location: _Places = None,
    channel: _Channel = "",
    customer: _Customer = "",
    quantity: _Quantity = "",
    by: _By = None,
    as_of: _AsOf = "",
    compare_to: _CompareTo = "",
    cursor: Cursor = "",
    limit: Limit = 100,
    explain: _Explain = False,
) -> ASGIResponse:
    """Available to promise: now, by date, and when; for a channel and customer, as of a past moment, compared with an
    earlier one, and with the stock, promises, pools, rules, supply and movements behind every number."""
    services = services_of(request)
    faults: list[FieldError] = []
    asked = Asked(
        company_id=company,
        item=item,
        locations=tuple(location or ()),
        channel=channel,
        customer=customer,
        quantity=exact(msgspec.Raw(f'"{quantity}"'.encode()), "quantity", faults) if quantity else None,
        by=by,
        as_of=_moment(as_of, "as_of", faults),
        compare_to=_moment(compare_to, "compare_to", faults),
        cursor=cursor,
        limit=limit,
        explain=explain,
    )
    if faults:
        raise Problem("malformed_request", "the question cannot be read", faults)
    answer = await questions.availability(
        services.context, actor_of(request), services.network, services.items, asked
    )  # fmt: skip
    return json_answer(answer)


def _moment(text: str, pointer: str, faults: list[FieldError]) -> dt.datetime | None:
    """A moment with its zone, such as 2010-12-06T14:03:00Z. A plus that became a blank on its way is read as one."""
    if not text:
        return None
    try:
        return utc(msgspec.convert(text.replace(" ", "+"), Instant), pointer, faults)
    except msgspec.ValidationError:
        faults.append(FieldError(pointer, "is no moment with a zone, such as 2010-12-06T14:03:00Z"))
        return None


HANDLERS = [availability]
