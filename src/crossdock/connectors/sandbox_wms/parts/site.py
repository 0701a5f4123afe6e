"""What the parts of the WMS's mapping share: for whom it speaks, and its words for conditions."""

from __future__ import annotations

import msgspec

from crossdock.connectors._kit.reading import one_of
from crossdock.model.ship_notice import ReceiptCondition

CONDITIONS: dict[str, ReceiptCondition] = {"OK": "good", "DMG": "damaged", "QUA": "quarantined"}


class Site(msgspec.Struct, frozen=True):
    """What this WMS may speak of: its warehouse, and the companies whose goods lie there."""

    system: str
    warehouse: str
    companies: tuple[str, ...]

    def check(self, owner: str, site: str) -> str:
        """The owner's company; refuses facts about other places or firms."""
        one_of((self.warehouse,), site, "unknown_location")
        return one_of(self.companies, owner, "unknown_company")
