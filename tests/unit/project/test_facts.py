from __future__ import annotations

from crossdock.connectors import CONNECTORS
from crossdock.events import REGISTRY
from crossdock.project import facts


def test_every_fact_that_comes_from_outside_belongs_to_somebody() -> None:
    from_partners = {
        facts.STATED_BY_DOCUMENT[document] for taken in facts.TAKEN_FROM_PARTNERS.values() for document in taken
    }

    assert set(facts.STATED_BY_EVENT.values()) == facts.OWNED_FACTS.keys() | from_partners


def test_facts_are_stated_by_events_that_exist() -> None:
    assert facts.STATED_BY_EVENT.keys() - {"Item", "Customer", "KitComponent", "Lot", "Pack"} <= REGISTRY.keys()


def test_connectors_deliver_only_documents_a_network_may_send() -> None:
    for connector in CONNECTORS.values():
        assert connector.spec.sends <= facts.SENT_TO_SYSTEMS[connector.spec.role], connector.spec.code
