"""Query parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from crossdock.operations.paging import MOST

Company = Annotated[str, QueryParameter(max_length=80, description="A company; all of yours if left out.")]
State = Annotated[str, QueryParameter(name="state", max_length=40, description="Only those in this state.")]
Number = Annotated[str, QueryParameter(max_length=80, description="Only those with this number.")]
Cursor = Annotated[str, QueryParameter(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many at most.")]
Code = Annotated[str, QueryParameter(max_length=80, description="Only those with this code.")]
Owner = Annotated[str, QueryParameter(max_length=80, description="Only those of this role.")]
SystemName = Annotated[str, QueryParameter(max_length=80, description="Only those of this system or partner.")]
