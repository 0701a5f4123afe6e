"""What a simulated channel shows, read back by its connector, and how it silently comes to show something else."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal

from crossdock.connectors._kit import HttpClient
from crossdock.connectors.sandbox_marketplace import SandboxMarketplace
from crossdock.connectors.sandbox_marketplace.mapping import Source
from crossdock.model.publication import AvailabilityPublication, AvailableItem
from crossdock.ports.connector import Outgoing, ShownLevel
from crossdock.ports.outcomes import Delivered
from crossdock.project.secrets import Secret
from crossdock.sandbox.channel import Channel
from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.world import World
from crossdock.testing.samples import PlainNumbers, PlainReferences
from tests.integration.sandbox.conftest import SECRETS, OpenWorld

AT = dt.datetime(2010, 12, 1, 8, tzinfo=dt.UTC)
COMPANY = "albion_uk"


@contextlib.asynccontextmanager
async def marketplace(open_world: OpenWorld) -> AsyncIterator[tuple[World, SandboxMarketplace]]:
    async with open_world("marketplace") as (world, _):
        http = HttpClient(f"http://127.0.0.1:{world.ports['marketplace']}", Secret(SECRETS.token))
        connector = SandboxMarketplace(http, Source("marketplace", "marketplace", (COMPANY,)))
        try:
            yield world, connector
        finally:
            await connector.close()


async def tell(connector: SandboxMarketplace, version: int, quantity: int, expected: int | None = None) -> list[str]:
    """Write one level; the items that were not taken come back."""
    item = AvailableItem("MUG/1, red", Decimal(quantity), version, expected)
    body = AvailabilityPublication(COMPANY, "marketplace", f"{version}-{quantity}-{expected}", AT, (item,))
    rendered = connector.render("availability", body, PlainReferences(), PlainNumbers())
    outcome = await connector.send(Outgoing(rendered, body.number, 1, "k"))
    assert isinstance(outcome, Delivered)
    return list(connector.conflicts(outcome.reply))


async def shown(connector: SandboxMarketplace) -> ShownLevel | None:
    found = await connector.levels(COMPANY, ["MUG/1, red", "NEVER"])
    assert found == await connector.levels(COMPANY)
    return found[0] if found else None


async def test_a_level_is_read_back_as_it_was_written(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (_, connector):
        assert await shown(connector) is None
        await tell(connector, 3, 10)
        level = await shown(connector)
        assert level is not None
        assert (level.item, level.quantity, level.version, level.active) == ("MUG/1, red", 10, 3, True)


async def test_a_level_for_another_version_than_is_shown_is_refused(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (_, connector):
        await tell(connector, 3, 10)
        assert await tell(connector, 4, 9, expected=2) == ["MUG/1, red"]
        assert await tell(connector, 4, 9, expected=3) == []
        level = await shown(connector)
        assert level is not None
        assert level.quantity == 9


async def test_a_dropped_write_is_answered_as_taken_and_never_shows(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        world.stage.faults.replace(FaultSettings(drop_write=1))
        assert await tell(connector, 3, 10) == []
        assert await shown(connector) is None


async def test_a_delayed_write_shows_when_its_time_comes(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        world.start(dt.datetime.now(dt.UTC), world.stage.plan.begins_at, 1)
        world.stage.faults.replace(FaultSettings(delay_write=1))
        await tell(connector, 3, 10)
        assert await shown(connector) is None
        world.stage.schedule.run_until(world.stage.clock.now() + dt.timedelta(minutes=11))
        level = await shown(connector)
        assert level is not None
        assert level.version == 3


async def test_a_reordered_write_shows_in_place_of_the_one_behind_it(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        world.stage.faults.replace(FaultSettings(reorder_write=1))
        await tell(connector, 3, 10)
        world.stage.faults.replace(FaultSettings())
        await tell(connector, 4, 7)
        level = await shown(connector)
        assert level is not None
        assert (level.version, level.quantity) == (3, 10)


async def test_a_doubled_write_shows_at_once_and_again_in_place_of_the_one_behind_it(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        world.stage.faults.replace(FaultSettings(double_write=1))
        await tell(connector, 3, 10)
        level = await shown(connector)
        assert level is not None
        assert level.version == 3
        world.stage.faults.replace(FaultSettings())
        await tell(connector, 4, 7)
        level = await shown(connector)
        assert level is not None
        assert (level.version, level.quantity) == (3, 10)


async def test_a_foreign_write_and_an_inactive_listing_can_be_seen(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        world.stage.faults.replace(FaultSettings(foreign_write=1, inactive_listing=1))
        await tell(connector, 3, 10)
        level = await shown(connector)
        assert level is not None
        assert (level.version, level.quantity, level.active) == (4, 11, False)


async def test_what_was_sold_there_is_not_shown_any_more(open_world: OpenWorld) -> None:
    async with marketplace(open_world) as (world, connector):
        channel = world.systems["marketplace"]
        assert isinstance(channel, Channel)
        order = channel.orders[0]
        line = order.lines[0]
        item = AvailableItem(line.item, line.quantity + 5, 1)
        entity = channel.entity_of(order)
        body = AvailabilityPublication(entity, "marketplace", "1", AT, (item,))
        rendered = connector.render("availability", body, PlainReferences(), PlainNumbers())
        await connector.send(Outgoing(rendered, "1", 1, "k"))
        channel.sold(order)
        (level,) = await connector.levels(entity, [line.item])
        bought = sum(one.quantity for one in order.lines if one.item == line.item)
        assert (level.quantity, level.sold) == (max(line.quantity + 5 - bought, 0), bought)
