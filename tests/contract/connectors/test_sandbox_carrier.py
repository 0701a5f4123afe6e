"""The sandbox carrier's connector, with samples both ways."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from crossdock.connectors import CONNECTORS
from crossdock.events.shipment import MilestoneReached
from crossdock.model.fulfillment import Milestone, Shipment
from crossdock.model.party import PartyRef
from crossdock.ports.connector import Record, Route
from crossdock.testing.connector_suite import Came, ConnectorCase, Sent, connector_suite
from tests.contract.connectors.vendor_api import answering, http_vendor

AT = dt.datetime(2010, 12, 2, 15, 0, tzinfo=dt.UTC)


def update(code: str, sequence: int) -> bytes:
    data = {
        "reference": "SHN000012",
        "tracking": "SWL0000012345",
        "code": code,
        "sequence": sequence,
        "at": "2010-12-02T15:00:00Z",
        "place": "Łódź",
    }
    return json.dumps({"event": "tracking.updated", "occurred_at": "2010-12-02T15:00:00Z", "data": data}).encode()


def milestone(kind: Any, code: str, sequence: int) -> Record:
    return Record(
        body=MilestoneReached(Milestone("SHN000012", "vendor", kind, AT, "SWL0000012345", code, "Łódź")),
        company_id="",
        occurred_at=AT,
        route=Route("shipment", "vendor", "SHN000012"),
        identity=("milestone", "vendor", "SHN000012", str(sequence)),
        keys=(Route("tracking_number", "vendor", "SWL0000012345"),),
        source_sequence=sequence,
        pointer="/data",
    )


CARRIER = CONNECTORS["sandbox_carrier"]
TestSandboxCarrier = connector_suite(
    ConnectorCase(
        vendor=http_vendor(
            CARRIER, answering({"tracking": "SWL0000012345"}, {}, "none"), role="carrier", webhooks=True
        ),
        manifest=CARRIER.manifest,
        sent=(
            Sent(
                "shipment",
                Shipment(
                    company_id="albion_uk",
                    number="SHN000012",
                    carrier="carrier",
                    warehouse="north",
                    customer=PartyRef("17850", country="France"),
                    shipped_at=AT,
                    packs=2,
                ),
                "/v2/consignments",
                {
                    "reference": "SHN000012",
                    "shipper": "albion_uk",
                    "site": "north",
                    "consignee": "17850",
                    "country": "France",
                    "packs": 2,
                    "shipped_at": "2010-12-02T15:00:00Z",
                },
            ),
            Sent(
                "tracking_request",
                Shipment(
                    company_id="albion_uk",
                    number="DSQ2Z.1",
                    carrier="carrier",
                    warehouse="brightware",
                    customer=PartyRef("17850"),
                    shipped_at=AT,
                    tracking="SWL0000012345",
                ),
                "/v2/trackers",
                {"reference": "DSQ2Z.1", "shipper": "albion_uk", "tracking": "SWL0000012345"},
            ),
        ),
        came=(
            Came("webhook", update("PU", 1), records=(milestone("collected", "PU", 1),)),
            Came("webhook", update("DL", 4), records=(milestone("delivered", "DL", 4),)),
            # A code of next year is kept as it is.
            Came("webhook", update("ZZ", 5), records=(milestone("UNKNOWN", "ZZ", 5),)),
        ),
        reply="SWL0000012345",
    )
)
