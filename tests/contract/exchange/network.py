"""A network with one supplier and one retailer, as the tests of the exchange need it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from crossdock.edi import x12
from crossdock.model.masterdata import SupplierTerms
from crossdock.project.network import (
    Agreement,
    Calendar,
    Channel,
    Company,
    Delimiters,
    Location,
    Network,
    Partner,
    Policies,
    Sftp,
    StockReports,
    X12Identity,
)
from crossdock.testing.samples import PlainReferences

BRIGHTWARE_SENDS = ("purchase_order", "purchase_order_change", "functional_acknowledgement")
BRIGHTWARE_TAKES = ("functional_acknowledgement", "purchase_order_acknowledgement", "ship_notice", "supplier_invoice")
HOMESTEAD_SENDS = ("functional_acknowledgement", "purchase_order_acknowledgement", "ship_notice", "invoice")
HOMESTEAD_TAKES = ("purchase_order", "purchase_order_change", "functional_acknowledgement")

REFERENCES = PlainReferences({("homestead", "HS85123A"): "85123A", ("brightware", "B-85123A"): "85123A"})


def _identity(code: str) -> X12Identity:
    return X12Identity("ZZ", code, code)


def _partner(code: str, kind: Any, transport: Sftp, **of_agreement: Any) -> Partner:
    agreements = {
        company: Agreement(
            company=company,
            partner=code,
            our=_identity(ours),
            their=_identity(code.upper()),
            currency="GBP",
            terms=SupplierTerms() if kind == "supplier" else None,
            **of_agreement,
        )
        for company, ours in (("albion_uk", "ALBIONUK"), ("albion_ie", "ALBIONIE"))
    }
    return Partner(code, code.title(), kind, "Europe/London", "england", transport, agreements, country="GB")


def keeper(stock: StockReports) -> Network:
    """The same companies, and the firm harbour that keeps goods of ours at the location quay."""
    net = network()
    sends, takes = ("functional_acknowledgement",), ("functional_acknowledgement", "inventory_report")
    sftp = Sftp("sftp.example.com", "harbour")
    harbour = _partner("harbour", "warehouse", sftp, sends=sends, takes=takes, stock=stock)
    quay = Location("quay", "Quay", ("albion_uk",), "Europe/London", "england")
    return msgspec.structs.replace(net, partners=net.partners | {"harbour": harbour}, locations={"quay": quay})


def network(transport: Sftp | None = None, delimiters: Delimiters | None = None, **of_agreement: Any) -> Network:
    """Two companies, the supplier brightware and the retailer homestead; what is agreed otherwise, with both."""
    sftp = transport or Sftp("sftp.example.com", "brightware")
    return Network(
        name="test",
        companies={
            code: Company(code, name, "GBP", "Europe/London", "england")
            for code, name in (("albion_uk", "Albion Giftware Ltd"), ("albion_ie", "Albion Giftware Ireland Ltd"))
        },
        calendars={"england": Calendar("england")},
        locations={},
        systems={},
        partners={
            "brightware": _partner(
                "brightware",
                "supplier",
                sftp,
                sends=BRIGHTWARE_SENDS,
                takes=BRIGHTWARE_TAKES,
                delimiters=delimiters or Delimiters(),
                **of_agreement,
            ),
            "homestead": _partner(
                "homestead",
                "customer",
                sftp,
                sends=HOMESTEAD_SENDS,
                takes=HOMESTEAD_TAKES,
                customer="17850",
                **of_agreement,
            ),
        },
        channels={
            "homestead": Channel("homestead", "Homestead", "told", ("albion_uk", "albion_ie"), partner="homestead")
        },
        ownership=(),
        policies=Policies(),
        consumers={},
    )


def interchange(
    partner: str,
    *sets: tuple[str, str, list[tuple[str, ...]]],
    company: str = "ALBIONUK",
    number: int = 1,
    **more: Any,
) -> bytes:
    """What a partner writes: (functional id, type, segments) in an interchange to one of our companies."""
    header = x12.InterchangeOut(
        sender=partner.upper(),
        receiver=company,
        control_number=number,
        group_control_number=number,
        at=dt.datetime(2010, 12, 1, 9, 0),
        **more,
    )
    return x12.write_interchange(header, [x12.OutgoingSet(*each) for each in sets])
