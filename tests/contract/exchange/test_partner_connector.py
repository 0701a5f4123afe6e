"""The trading partner's connector passes the suite that systems' connectors pass, over real SFTP."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import asyncssh
import msgspec
import pytest

from crossdock import exchange
from crossdock.model.acknowledgement import AcknowledgedSet, FunctionalAcknowledgement
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    PurchaseOrder,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from crossdock.model.quantity import Price, Quantity
from crossdock.ports.connector import Connector, ConnectorUnavailable, Outgoing, Rendered
from crossdock.ports.outcomes import Delivered, Halt, Rejected
from crossdock.project.network import Limits, Sftp
from crossdock.project.secrets import Secret
from crossdock.testing.connector_suite import ConnectorCase, Sent, connector_suite
from crossdock.testing.samples import RECEIVED_AT
from tests.contract.exchange.network import network
from tests.contract.exchange.sftp_vendor import SftpVendor

DAY = dt.date(2010, 12, 1)
FILES = {"855_1.x12": b"ISA*the first~", "856_1.x12": b"ISA*the second~"}
IGNORED = {".part-810_1.x12": b"half", "810_2.x12.tmp": b"half"}


def connect(settings: Sftp, timeout_seconds: float) -> Connector:
    net = network(settings)
    limits = Limits(concurrency=1, timeout_seconds=timeout_seconds)  # type: ignore[arg-type]
    return exchange.connect(msgspec.structs.replace(net.partners["brightware"], limits=limits), net)


def vendor() -> SftpVendor:
    return SftpVendor(connect, {**FILES, **IGNORED})


PURCHASE_ORDER = PurchaseOrder(
    company_id="albion_uk",
    number="4500001",
    buyer=PartyRef("albion_uk"),
    supplier=PartyRef("brightware"),
    ship_to=PartyRef("north"),
    ordered_on=DAY,
    currency="GBP",
    lines=(
        PurchaseOrderLine(
            "10", "85123A", Quantity(Decimal(48)), Price(Decimal("1.02"), "GBP"), supplier_item="B-85123A"
        ),
    ),
    due_on=dt.date(2010, 12, 3),
)
CHANGE = PurchaseOrderChange(
    company_id="albion_ie",
    number="4600001",
    revision=1,
    changed_on=DAY,
    buyer=PartyRef("albion_ie"),
    supplier=PartyRef("brightware"),
    currency="GBP",
    lines=(PurchaseOrderChangeLine("10", "cancel", "85123A", Quantity(Decimal(48)), Price(Decimal("1.02"), "GBP")),),
)
ACKNOWLEDGEMENT = FunctionalAcknowledgement(
    "PR", "17", "accepted", (AcknowledgedSet("855", "0001", "accepted"),), "albion_uk", acknowledged_at=RECEIVED_AT
)

TestPartnerConnector = connector_suite(
    ConnectorCase(
        vendor=vendor,
        sent=(
            Sent("purchase_order", PURCHASE_ORDER, "ALBIONUK_850_000000001.x12", method="PUT"),
            Sent("purchase_order_change", CHANGE, "ALBIONIE_860_000000001.x12", method="PUT"),
            Sent("functional_acknowledgement", ACKNOWLEDGEMENT, "ALBIONUK_997_000000001.x12", method="PUT"),
        ),
        polls={exchange.OUTBOX: 2},
    )
)


def outgoing(name: str, content: bytes, attempt: int = 1) -> Outgoing:
    return Outgoing(Rendered(content, "application/edi-x12", name, "PUT"), "key", attempt, "order")


async def test_files_are_fetched_oldest_first_with_their_names_and_without_half_ones() -> None:
    async with vendor() as partner:
        connector = partner.connector()
        pages = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        await connector.close()
    assert [(page.name, page.content) for page in pages] == list(FILES.items())


async def test_what_is_safe_with_us_lies_in_done() -> None:
    async with vendor() as partner:
        connector = partner.connector()
        async for page in connector.fetch(exchange.OUTBOX, ""):
            await connector.accepted(exchange.OUTBOX, page)
        await connector.close()
        assert _names(partner.home / "outbox") == sorted(IGNORED)
        assert _names(partner.home / "outbox/done") == sorted(FILES)


async def test_a_name_used_again_is_kept_beside_the_first() -> None:
    async with vendor() as partner:
        (partner.home / "outbox/done/855_1.x12").write_bytes(b"an earlier file of that name")
        connector = partner.connector()
        async for page in connector.fetch(exchange.OUTBOX, ""):
            await connector.accepted(exchange.OUTBOX, page)
        await connector.close()
        kept = sorted((partner.home / "outbox/done").glob("855_1.x12*"))
        assert [path.read_bytes() for path in kept] == [b"an earlier file of that name", FILES["855_1.x12"]]


async def test_a_file_laid_out_again_after_it_was_taken_is_told_from_one_that_was_not_put_away() -> None:
    async with vendor() as partner:
        connector = partner.connector()
        first = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        unmoved = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        for page in first:
            await connector.accepted(exchange.OUTBOX, page)
        (partner.home / "outbox/855_1.x12").write_bytes(FILES["855_1.x12"])
        again = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        still = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        await connector.close()
    assert first == unmoved
    assert [page.again for page in first] == ["", ""]
    assert [page.name for page in again] == ["855_1.x12"]
    assert again[0].again
    assert again == still


async def test_the_folder_for_what_is_done_is_made_where_there_is_none() -> None:
    async with vendor() as partner:
        (partner.home / "outbox/done").rmdir()
        connector = partner.connector()
        async for page in connector.fetch(exchange.OUTBOX, ""):
            await connector.accepted(exchange.OUTBOX, page)
        await connector.close()
        assert _names(partner.home / "outbox/done") == sorted(FILES)


async def test_a_file_that_the_partner_took_already_is_not_sent_again() -> None:
    async with vendor() as partner:
        connector = partner.connector()
        assert isinstance(await connector.send(outgoing("850_1.x12", b"ISA*ours~")), Delivered)
        (partner.home / "inbox/850_1.x12").rename(partner.home / "inbox/done/850_1.x12")
        assert isinstance(await connector.send(outgoing("850_1.x12", b"ISA*ours~", attempt=2)), Delivered)
        await connector.close()
        assert partner.effects == [b"ISA*ours~"]
        assert _names(partner.home / "inbox") == []


async def test_half_a_file_of_an_earlier_attempt_does_no_harm() -> None:
    async with vendor() as partner:
        (partner.home / "inbox/.part-1-850_1.x12").write_bytes(b"ISA*a longer beginning that was never finished")
        connector = partner.connector()
        assert isinstance(await connector.send(outgoing("850_1.x12", b"ISA*ours~", attempt=2)), Delivered)
        await connector.close()
        assert (partner.home / "inbox/850_1.x12").read_bytes() == b"ISA*ours~"
        assert _names(partner.home / "inbox") == ["850_1.x12"]


async def test_two_attempts_at_once_do_not_write_into_one_file() -> None:
    async with vendor() as partner:
        first, second = partner.connector(), partner.connector()
        with (partner.home / "inbox/.part-1-850_1.x12").open("wb") as stalled:
            assert isinstance(await second.send(outgoing("850_1.x12", b"ISA*ours~", attempt=2)), Delivered)
            stalled.write(b"ISA*ou")
        assert isinstance(await first.send(outgoing("850_1.x12", b"ISA*ours~", attempt=1)), Delivered)
        await first.close()
        await second.close()
        assert partner.effects == [b"ISA*ours~"]
        assert (partner.home / "inbox/850_1.x12").read_bytes() == b"ISA*ours~"


async def test_a_file_that_is_replaced_before_it_is_put_away_is_read_too() -> None:
    async with vendor() as partner:
        waiting = partner.home / "outbox/855_1.x12"
        connector = partner.connector()
        pages = [page async for page in connector.fetch(exchange.OUTBOX, "")]
        waiting.write_bytes(b"ISA*other~")
        for page in pages:
            await connector.accepted(exchange.OUTBOX, page)
        again = [page.content async for page in connector.fetch(exchange.OUTBOX, "")]
        await connector.close()
        assert again == [b"ISA*other~"]
        assert waiting.exists()


async def test_a_file_that_grows_while_it_is_read_waits_until_it_is_whole() -> None:
    async with vendor() as partner:
        growing = partner.home / "outbox/855_1.x12"
        partner.before_reading = lambda: growing.write_bytes(FILES["855_1.x12"] + b"more~")
        connector = partner.connector()
        first = [page.name async for page in connector.fetch(exchange.OUTBOX, "")]
        partner.before_reading = lambda: None
        whole = [page.content async for page in connector.fetch(exchange.OUTBOX, "")]
        await connector.close()
    assert first == ["856_1.x12"]
    assert FILES["855_1.x12"] + b"more~" in whole


async def test_a_key_that_is_none_halts_the_partner() -> None:
    async with vendor() as partner:
        keyless = msgspec.structs.replace(partner.settings(), private_key=Secret("no key", "KEY"))
        hostless = msgspec.structs.replace(partner.settings(), host_key="no key")
        for settings in (keyless, hostless):
            connector = connect(settings, 5)
            assert isinstance(await connector.send(outgoing("850_1.x12", b"ISA*ours~")), Halt)
            assert not (await connector.check()).ok
            with pytest.raises(ConnectorUnavailable):
                [page async for page in connector.fetch(exchange.OUTBOX, "")]
            await connector.close()


async def test_somebody_elses_file_of_that_name_is_not_overwritten() -> None:
    async with vendor() as partner:
        (partner.home / "inbox/850_1.x12").write_bytes(b"somebody else's")
        connector = partner.connector()
        assert isinstance(await connector.send(outgoing("850_1.x12", b"ISA*ours~")), Rejected)
        await connector.close()
        assert (partner.home / "inbox/850_1.x12").read_bytes() == b"somebody else's"


async def test_one_connection_serves_many_files_and_a_broken_one_is_opened_anew() -> None:
    async with vendor() as partner:
        connector = partner.connector()
        for number in range(5):
            assert isinstance(await connector.send(outgoing(f"a{number}.x12", b"ISA~")), Delivered)
        assert len(partner.connections) == 1
        partner.cut()
        outcomes = [await connector.send(outgoing("b.x12", b"ISA~", attempt)) for attempt in (1, 2)]
        assert isinstance(outcomes[-1], Delivered)
        await connector.close()


async def test_a_missing_inbox_halts_the_partner() -> None:
    async with vendor() as partner:
        (partner.home / "inbox/done").rmdir()
        (partner.home / "inbox").rmdir()
        connector = partner.connector()
        assert isinstance(await connector.send(outgoing("a.x12", b"ISA~")), Halt)
        await connector.close()


async def test_a_server_with_another_host_key_is_not_trusted() -> None:
    async with vendor() as partner:
        stranger = asyncssh.generate_private_key("ssh-ed25519")
        connector = connect(partner.settings(host_key=stranger), 5)
        assert isinstance(await connector.send(outgoing("a.x12", b"ISA~")), Halt)
        assert partner.effects == []
        await connector.close()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())
