from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.http import Request, Response
from crossdock.sandbox.intake import Intake, match
from crossdock.sandbox.world import World
from tests.unit.sandbox.conftest import SECRETS, MakeWorld

ORDER = b'{"entity":"albion_uk","order":"536365","lines":[{"line":"1","item":"85123A","qty":"6"}]}'


def intake_of(world: World, name: str) -> Intake:
    intake = world.systems[name].intake()
    assert intake is not None
    return intake


async def post(intake: Intake, body: bytes = ORDER, key: str = "key-1", token: str = SECRETS.token) -> Response:
    headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})
    return await intake(Request("POST", "/api/v1/postings/sales_orders", {}, headers, body))


def lines(world: World, book: str) -> list[dict[str, Any]]:
    file: Path = world.stage.journal.folder / f"{book}.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


async def test_a_repeated_key_is_answered_as_the_first_time_and_has_no_second_effect(make_world: MakeWorld) -> None:
    async with make_world("erp") as world:
        intake = intake_of(world, "erp")
        first, second = await post(intake), await post(intake)
        assert (first.status, second.status) == (201, 200)
        assert first.body == second.body == b'{"posting":"SO000001"}'
        assert [line["outcome"] for line in lines(world, "erp.requests")] == ["accepted", "repeated"]
        assert [line["key"] for line in lines(world, "erp.effects")] == ["536365"]


async def test_the_same_document_under_another_key_is_a_double_that_the_books_show(make_world: MakeWorld) -> None:
    async with make_world("erp") as world:
        intake = intake_of(world, "erp")
        await post(intake, key="key-1")
        assert (await post(intake, key="key-2")).body == b'{"posting":"SO000002"}'
        assert [line["key"] for line in lines(world, "erp.effects")] == ["536365", "536365"]


async def test_a_key_used_for_something_else_is_refused(make_world: MakeWorld) -> None:
    async with make_world("erp") as world:
        intake = intake_of(world, "erp")
        await post(intake)
        assert (await post(intake, body=ORDER.replace(b"536365", b"536366"))).status == 409
        assert len(lines(world, "erp.effects")) == 1


@pytest.mark.parametrize(
    ("body", "key", "token", "status"),
    [
        (ORDER, "k", "wrong", 401),
        (ORDER, "", "token", 400),
        (b"{", "k", "token", 422),
        (b'{"order":1}', "k", "token", 422),
    ],
)
async def test_calls_that_are_wrong_have_no_effect(
    make_world: MakeWorld, body: bytes, key: str, token: str, status: int
) -> None:
    async with make_world("erp") as world:
        assert (await post(intake_of(world, "erp"), body, key, token)).status == status
        assert lines(world, "erp.effects") == []


async def test_a_failed_call_has_no_effect_and_a_lost_reply_has_one(make_world: MakeWorld) -> None:
    async with make_world("erp") as world:
        intake = intake_of(world, "erp")
        world.stage.faults.replace(FaultSettings(error_5xx=1.0))
        assert (await post(intake)).status == 503
        assert lines(world, "erp.effects") == []
        world.stage.faults.replace(FaultSettings(lost_reply=1.0))
        assert (await post(intake)).cut
        assert len(lines(world, "erp.effects")) == 1
        world.stage.faults.replace(FaultSettings())
        assert (await post(intake)).status == 200
        assert [line["outcome"] for line in lines(world, "erp.requests")] == ["failed", "accepted", "repeated"]
        assert world.stage.faults.injected == {"error_5xx": 1, "lost_reply": 1}


def test_paths_match_part_by_part() -> None:
    assert match("/shop/v1/orders/{}/updates", "/shop/v1/orders/536365/updates") == ("536365",)
    assert match("/shop/v1/orders/{}/updates", "/shop/v1/orders/536365") is None
    assert match("/wms/v1/stock", "/wms/v1/stocks") is None
