from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import msgspec

from crossdock.sandbox.channel import Channel, StockLevels
from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.intake import Taken
from crossdock.sandbox.shelf import StockLevel
from crossdock.sandbox.world import World
from tests.acceptance.channel_edge import CAUSES, Edge, last
from tests.unit.sandbox.conftest import NOON, MakeWorld, run_until

UK, ITEMS, TURNS = "albion_uk", ("MUG", "TEAPOT", "LANTERN"), 60
Shown = dict[str, tuple[int, Decimal]]


async def played(world: World) -> dict[dt.datetime, Shown]:
    """A channel is told new numbers every seven minutes, beyond what it shows: what it shows at each moment."""
    channel, now = world.systems["marketplace"], NOON
    assert isinstance(channel, Channel)
    world.stage.faults.replace(FaultSettings(**dict.fromkeys(CAUSES, 0.25)))
    versions, moments = dict.fromkeys(ITEMS, 0), dict[dt.datetime, Shown]()
    for turn in range(TURNS):
        versions = {item: version + 1 + turn % 2 for item, version in versions.items()}
        levels = tuple(StockLevel(item, Decimal(turn), version) for item, version in versions.items())
        channel._take_levels(StockLevels(str(turn), levels, UK), Taken((), str(turn), msgspec.Raw(b"{}")))
        moments[now] = shown(channel)
        now += dt.timedelta(minutes=7)
        await run_until(world, now - dt.timedelta(minutes=1))
        moments[now - dt.timedelta(minutes=1)] = shown(channel)
        await run_until(world, now)
    return moments


def shown(channel: Channel) -> Shown:
    levels = {item: channel.shelf._shown.get((UK, item)) for item in ITEMS}
    return {item: (one.level.version, one.level.quantity) for item, one in levels.items() if one is not None}


async def test_the_book_of_a_channel_says_what_it_showed_at_every_moment(make_world: MakeWorld) -> None:
    async with make_world("marketplace") as world:
        world.stage.clock.origin_business = NOON
        moments = await played(world)
        await world.stage.journal.durable()
        lines = (world.stage.journal.folder / "marketplace.effects.jsonl").read_text(encoding="utf-8").splitlines()
    edge = Edge({"marketplace": [json.loads(line) for line in lines]})
    for at, expected in moments.items():
        found = {item: last(edge.shown[UK, "marketplace", item], at) for item in ITEMS}
        assert {item: level[1:] for item, level in found.items() if level is not None} == expected, at
    assert {strike.fault for strikes in edge.strikes.values() for strike in strikes} == set(CAUSES)
