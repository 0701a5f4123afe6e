"""What channels were told and show, over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.services import services_of
from crossdock.operations import channels
from crossdock.operations.channels import ChannelStock

_Text = Annotated[str, QueryParameter(max_length=80, description="Only this one; empty for all.")]
_Behind = Annotated[str, QueryParameter(max_length=80, description="Go on behind this item (`next` of the answer).")]
_Many = Annotated[int, QueryParameter(ge=1, le=1000, description="How many items at most, per company.")]


class ChannelStocks(msgspec.Struct, frozen=True):
    """One part per company that sells in the channel."""

    companies: tuple[ChannelStock, ...]


@get(
    "/channels/{channel:str}/stock",
    opt={"scope": "stock:read", "answer": ChannelStocks},
    summary="What a channel was told and shows",
    tags=["stock"],
)
async def stock(
    request: AnyRequest, channel: FromPath[str], item: _Text = "", company: _Text = "", cursor: _Behind = "",
    limit: _Many = 200,
) -> ASGIResponse:  # fmt: skip
    """Truth now, what we said last and when, what the channel showed when it was last looked at, what it sold since."""
    services = services_of(request)
    found = await channels.channel_stock(
        services.context, actor_of(request), channel, company=company, item=item, after=cursor, limit=limit
    )
    return json_answer(ChannelStocks(found))


HANDLERS = [stock]
