from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from crossdock.masterdata import CrossReference, Masterdata, NetworkReads
from crossdock.model.masterdata import Customer, Item, SalesPolicy
from crossdock.ports.connector import References
from crossdock.processes._kit import Reads
from crossdock.project import Network, load

UK = "albion_uk"


@pytest.fixture(scope="module")
def network() -> Network:
    return load(Path(__file__).parents[3] / "examples" / "wholesaler", None)


def reads_of(network: Network, *records: Item | Customer | CrossReference) -> NetworkReads:
    return NetworkReads(network, Masterdata(records))


def test_processes_and_connectors_find_all_they_may_ask(network: Network) -> None:
    reads: Reads = reads_of(network, Item(UK, "85123A"), Customer(UK, "17850"))
    references: References = reads_of(network)

    assert reads.item(UK, "85123A") == Item(UK, "85123A")
    assert reads.item("albion_ie", "85123A") is None
    assert reads.customer(UK, "17850") is not None
    assert reads.system(UK, "erp") == "erp"
    assert reads.system(UK, "wms", "south") == "wms_south"
    assert reads.system(UK, "carrier") == "carrier"
    assert reads.system(UK, "channel", "shop") == "shop"
    assert reads.partner_of("homestead") == "homestead"
    assert reads.partner_of("shop") == ""
    assert reads.sends("homestead", "ship_notice", UK)
    assert references.their_item(UK, "brightware", "85123A") == "B-85123A"


def test_a_channel_fills_the_orders_of_each_company_by_its_own_policy(network: Network) -> None:
    reads = reads_of(network)

    assert reads.sales_policy("albion_uk", "shop").locations == ("north", "south")
    assert reads.sales_policy("albion_ie", "shop").locations == ("south", "north")
    assert reads.sales_policy("albion_ie", "nowhere") == SalesPolicy()


def test_terms_are_agreed_with_suppliers_only(network: Network) -> None:
    reads = reads_of(network)

    strict = reads.supplier_terms(UK, "paperfold")
    assert strict is not None
    assert strict.price_percent == 0
    assert reads.supplier_terms(UK, "homestead") is None
    assert reads.supplier_terms(UK, "stranger") is None


def test_a_partners_rule_translates_item_ids_both_ways(network: Network) -> None:
    reads = reads_of(network)

    assert reads.their_item(UK, "homestead", "85123A") == "HS85123A"
    assert reads.our_item(UK, "homestead", "HS85123A") == "85123A"
    assert reads.our_item(UK, "homestead", "85123A") is None, "it does not follow the rule"
    assert reads.our_item(UK, "homestead", "HS") is None


def test_what_the_item_master_says_wins_over_the_rule(network: Network) -> None:
    reads = reads_of(network, Item(UK, "22423", supplier="kilncraft", supplier_item="CAKE-3"))

    assert reads.their_item(UK, "kilncraft", "22423") == "CAKE-3"
    assert reads.our_item(UK, "kilncraft", "CAKE-3") == "22423"


def test_a_cross_reference_of_its_own_wins_over_the_item_master(network: Network) -> None:
    item = Item(UK, "22423", supplier="kilncraft", supplier_item="CAKE-3")
    reads = reads_of(network, CrossReference(UK, "kilncraft", "22423", "CAKE-4"), item)

    assert reads.their_item(UK, "kilncraft", "22423") == "CAKE-4"
    assert reads.our_item(UK, "kilncraft", "CAKE-4") == "22423"
    assert reads.our_item(UK, "kilncraft", "CAKE-3") is None


def test_an_id_that_an_item_no_longer_has_is_forgotten(network: Network) -> None:
    before = Item(UK, "22423", supplier="kilncraft", supplier_item="CAKE-3")
    reads = reads_of(network, before, Item(UK, "22423", supplier="kilncraft", supplier_item="CAKE-9"))

    assert reads.our_item(UK, "kilncraft", "CAKE-3") is None
    assert reads.our_item(UK, "kilncraft", "CAKE-9") == "22423"


def test_an_id_that_another_item_took_and_gave_back_is_the_first_ones_again(network: Network) -> None:
    def item(ours: str, theirs: str) -> Item:
        return Item(UK, ours, supplier="kilncraft", supplier_item=theirs)

    reads = reads_of(network, item("A", "CAKE-3"), item("B", "CAKE-3"), item("B", "CAKE-9"))

    assert reads.our_item(UK, "kilncraft", "CAKE-3") == "A"
    assert reads.our_item(UK, "kilncraft", "CAKE-9") == "B"


def test_of_several_items_with_one_id_the_answer_does_not_depend_on_what_came_first(network: Network) -> None:
    references = [CrossReference(UK, "kilncraft", ours, "CAKE-3") for ours in "AB"]
    for records in (references, reversed(references)):
        assert reads_of(network, *records).our_item(UK, "kilncraft", "CAKE-3") == "A"


def test_a_document_goes_to_a_partner_only_by_the_companys_own_agreement(network: Network) -> None:
    homestead = network.partners["homestead"]
    silent = msgspec.structs.replace(homestead.agreements[UK], sends=())
    agreements = {**homestead.agreements, UK: silent}
    partners = {**network.partners, "homestead": msgspec.structs.replace(homestead, agreements=agreements)}
    reads = reads_of(msgspec.structs.replace(network, partners=partners))

    assert not reads.sends("homestead", "ship_notice", UK)
    assert reads.sends("homestead", "ship_notice", "albion_ie")
    assert not reads.sends("homestead", "ship_notice", "nobody")
    assert not reads.sends("nobody", "ship_notice", UK)
    assert reads.sends("erp", "invoice", UK)


def test_where_nothing_is_agreed_ids_are_shared(network: Network) -> None:
    reads = reads_of(network)

    assert reads.their_item(UK, "wms_north", "85123A") == "85123A"
    assert reads.our_item(UK, "wms_north", "85123A") == "85123A"


def test_time_passes_on_days_that_are_worked_at_the_place(network: Network) -> None:
    reads = reads_of(network)
    friday_noon = dt.datetime(2010, 12, 3, 12, tzinfo=dt.UTC)

    def after(of: str, hours: int) -> dt.datetime:
        return friday_noon + reads.within(of, friday_noon, hours)

    assert after("brightware", 24) == dt.datetime(2010, 12, 6, 12, tzinfo=dt.UTC)
    assert after("north", 24) == dt.datetime(2010, 12, 5, 12, tzinfo=dt.UTC), "the warehouses work on Sundays"
    assert after("a stranger", 24) == dt.datetime(2010, 12, 4, 12, tzinfo=dt.UTC)


def test_dates_are_counted_and_end_by_the_calendar_and_clock_of_the_place(network: Network) -> None:
    reads = reads_of(network)
    christmas_eve = dt.date(2010, 12, 24)

    assert reads.working_day("brightware", christmas_eve, 1) == dt.date(2010, 12, 29)
    assert reads.working_day("lumenhaus", christmas_eve, 1) == dt.date(2010, 12, 27)
    assert reads.close_of("brightware", christmas_eve) == dt.datetime(2010, 12, 24, 17, tzinfo=dt.UTC)
    assert reads.close_of("lumenhaus", christmas_eve) == dt.datetime(2010, 12, 24, 16, tzinfo=dt.UTC)
    late = dt.datetime(2010, 7, 1, 23, 30, tzinfo=dt.UTC)
    assert reads.date_at("brightware", late) == dt.date(2010, 7, 2)
    assert reads.date_at("a stranger", late) == dt.date(2010, 7, 1)
