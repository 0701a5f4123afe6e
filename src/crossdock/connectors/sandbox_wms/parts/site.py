"""What the parts of the WMS's mapping share: for whom it speaks, and its words for conditions."""

from __future__ import annotations

import msgspec

from crossdock.connectors._kit.reading import Refused, one_of
from crossdock.inventory.ledger.owners import known_owner
from crossdock.model.ship_notice import ReceiptCondition

CONDITIONS: dict[str, ReceiptCondition] = {"OK": "good", "DMG": "damaged", "QUA": "quarantined"}


class Site(msgspec.Struct, frozen=True):
    """For whom this WMS speaks: the companies whose goods lie there, and the places that we know.

    Of which of these places it may state what is for the network's ownership to say, not for a mapping.
    """

    system: str
    places: tuple[str, ...]
    companies: tuple[str, ...]

    def check(self, owner: str, site: str) -> str:
        """The owner's company; refuses facts about places or firms that we do not know."""
        one_of(self.places, site, "unknown_location")
        return one_of(self.companies, owner, "unknown_company")


def stock_owner(text: str) -> str:
    """Whose goods they are: `own`, or such as `consignment_in:kilncraft`; the WMS writes it as we do."""
    if not known_owner(text) or "/" in text:
        raise Refused("unknown_code", f"{text[:60]!r} is no owner of goods")
    return text
