"""What a return case holds: lines with what was agreed and what the warehouse said of them."""

from __future__ import annotations

from decimal import Decimal

from crossdock.model.quantity import EACH, ZERO, Price
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.processes._kit import Case, CaseData, Line
from crossdock.rules import goods_flow


class ReturnedGoods(Line, omit_defaults=True, kw_only=True):
    """A return line: what was agreed, and what the warehouse said of it."""

    item: str
    authorized: Decimal = ZERO
    price: Price | None = None
    unit: str = EACH
    order_number: str = ""
    order_line: str = ""
    received: Decimal = ZERO
    restocked: Decimal = ZERO
    scrapped: Decimal = ZERO
    credited: Decimal = ZERO
    made_of: list[tuple[str, Decimal]] = []
    """Of a kit: what one of it consists of on the day of the return. It comes back as components, which have lines of
    their own, unless the warehouse says that kits came."""
    of_kit: str = ""
    """Of a component: the line of its kit, and so many in one."""
    per: Decimal = ZERO

    @property
    def is_nothing(self) -> bool:
        """Was nothing agreed on, and did nothing come?"""
        return not self.authorized and not self.booked().received

    def booked(self) -> goods_flow.Inbound:
        """What has been booked: inspected goods were received."""
        return goods_flow.inbound(self.received, self.restocked, self.scrapped)

    def standing(self) -> str:
        """The state that follows from the quantities."""
        if self.state == "unannounced":
            return self.state
        here = self.booked().received
        if here > ZERO:
            return "inspected" if self.restocked + self.scrapped >= here else "received"
        return "authorized"


class ReturnData(CaseData, omit_defaults=True, kw_only=True):
    """`authorization` is the return without its lines, which stand in `lines`."""

    authorization: ReturnAuthorization | None = None
    lines: dict[str, ReturnedGoods] = {}
    seen: list[str] = []
    """Messages of the warehouse: step and sequence, or time."""
    credit_notes: int = 0
    waiting_for: list[str] = []
    """Open expectations."""
    problems: list[str] = []
    """Codes of open exception cases."""

    @property
    def agreed(self) -> ReturnAuthorization:
        """The return without its lines; every handler but the first may rely on it."""
        if self.authorization is None:
            raise LookupError("the return has not been authorized")
        return self.authorization


ReturnCase = Case[ReturnData]


def new_line(line: ReturnLine, channel: str) -> ReturnedGoods:
    """A line as agreed. An order is found by its channel and number; without both the return is unlinked."""
    return ReturnedGoods(
        item=line.item,
        authorized=line.quantity.amount,
        price=line.price,
        unit=line.quantity.unit,
        order_number=line.order_number if channel else "",
        order_line=line.order_line,
    )


def header(data: ReturnData) -> str:
    """Inspected when all that came is; received as soon as something came. Of a kit what came counts: components, or
    kits."""
    counting = [line for line in data.lines.values() if not (line.is_nothing if line.of_kit else line.made_of)]
    whole = [line for line in data.lines.values() if line.made_of and line.booked().received]
    states = {line.state for line in (*counting, *whole)} - {"unannounced"}
    if states <= {"inspected"}:
        return "inspected"
    return "authorized" if states == {"authorized"} else "received"
