"""Items, customers, suppliers and terms as the processes read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.quantity import EACH, Money, Price, Quantity


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we buy and sell. `kind` `charge` is a charge code (postage, manual), which has no stock."""

    company_id: str
    id: str
    description: str = ""
    unit: str = EACH
    kind: Literal["stock", "charge"] = "stock"
    gtin: str = ""
    supplier: str = ""
    supplier_item: str = ""
    purchase_price: Price | None = None
    sales_price: Price | None = None
    preferred_location: str = ""
    second_unit: str = ""
    """Of catch weight goods: counted and promised in `unit`, but weighed whenever they come or leave, and priced and
    invoiced in this unit by what was weighed."""
    second_per: Decimal = Decimal(0)
    """What one `unit` weighs on average, in `second_unit`: for estimates of value, never for an invoice."""

    def worth(self, price: Price, amount: Decimal) -> Money:
        """What so many of its base units are worth at one of its prices; of catch weight goods an estimate."""
        price = self.estimate(price)
        return price.extend(Quantity(amount, price.per.unit))

    def estimate(self, price: Price) -> Price:
        """A price for what was weighed as one for the base unit, by the average weight; any other price as it is."""
        if not self.second_unit or price.per.unit != self.second_unit:
            return price
        return Price(price.amount * self.second_per, price.currency, Quantity(price.per.amount, self.unit))


class KitComponent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One `kit` holds so many of `component`, in the component's base unit, from `valid_from` until before
    `valid_until`. Of several statements about one component the one that began last counts."""

    company_id: str
    kit: str
    component: str
    quantity: Decimal
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


class Lot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one item made together. `source` is who described the lot: a document or system."""

    company_id: str
    item: str
    lot: str
    expires_on: dt.date | None = None
    made_on: dt.date | None = None
    supplier: str = ""
    source: str = ""


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A customer with the credit it has; `credit_limit` None means unlimited."""

    company_id: str
    id: str
    name: str = ""
    country: str = ""
    credit_limit: Decimal | None = None
    on_hold: bool = False


class SupplierTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we accept from a supplier without asking a buyer; percentages are of the ordered value.

    Times are hours after the triggering document, days that are not worked left out: those of the supplier for what
    it owes, of the warehouse for receipts. `lead_days` counts the supplier's working days.
    """

    quantity_under_percent: Decimal = Decimal(0)
    quantity_over_percent: Decimal = Decimal(0)
    price_percent: Decimal = Decimal(0)
    price_total: Decimal = Decimal(0)
    late_days: int = 0
    lead_days: int = 2
    functional_ack_hours: int = 24
    acknowledgement_hours: int = 48
    ship_notice_hours: int = 96
    receipt_hours: int = 72
    invoice_hours: int = 240


class SalesPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How orders are judged and filled. `locations` in the order in which they are asked for stock.

    Hours pass on days that are worked: at the warehouse until goods ship, at our company until they are delivered.
    """

    locations: tuple[str, ...] = ()
    backorder: bool = True
    partial: bool = True
    price_tolerance_percent: Decimal = Decimal(5)
    delivery_hours: int = 120
    ship_hours: int = 48
