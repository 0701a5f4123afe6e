"""What a goods receipt case holds: what was counted of each line, and what of it is held."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from crossdock.model.quantity import EACH, ZERO
from crossdock.processes._kit import Case, CaseData, Line


class ReceiptLine(Line, omit_defaults=True, kw_only=True):
    """What was counted in one condition."""

    order: str = ""
    order_line: str = ""
    item: str
    unit: str = EACH
    quantity: Decimal
    condition: Literal["good", "damaged", "quarantined"] = "good"
    held: Decimal = ZERO
    """So much of it is in quarantine, because nobody had asked for it."""
    why: str = ""

    @property
    def kept(self) -> Decimal:
        """What of it did not go back."""
        return self.quantity - self.held if self.state == "refused" else self.quantity


class GoodsReceiptData(CaseData, omit_defaults=True, kw_only=True):
    """A goods receipt, by its own line ids."""

    number: str = ""
    warehouse: str = ""
    supplier: str = ""
    lines: dict[str, ReceiptLine] = {}
    owners: dict[str, tuple[str, str]] = {}
    """Owner and lot of the goods that are held, by line."""
    decisions: int = 0
    carried_out: list[str] = []
    """What the warehouse has done of what it was asked to do with goods that are held."""

    def held(self) -> dict[str, ReceiptLine]:
        """The lines about which a buyer is to decide."""
        return {key: line for key, line in self.lines.items() if line.state == "held"}


ReceiptCase = Case[GoodsReceiptData]
