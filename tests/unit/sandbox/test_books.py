from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec

from crossdock.sandbox.books import Journal


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


async def test_requests_and_effects_are_separate_books_numbered_each_for_itself(tmp_path: Path) -> None:
    journal = Journal(tmp_path, lambda: "2010-12-01T08:26:00Z")
    book = journal.book("erp")
    book.request("sales_orders", "536365", "albion_uk", "key-1", "accepted", msgspec.Raw(b'{"order":"536365"}'))
    book.request("sales_orders", "536365", "albion_uk", "key-1", "repeated", {"order": "536365"})
    book.effect("sales_orders", "536365", "albion_uk", {"order": "536365"}, "key-1")
    await journal.durable()
    requests, effects = lines(tmp_path / "erp.requests.jsonl"), lines(tmp_path / "erp.effects.jsonl")
    assert [(line["n"], line["outcome"]) for line in requests] == [(1, "accepted"), (2, "repeated")]
    assert effects[0]["n"] == 1
    assert "outcome" not in effects[0]
    assert requests[0]["at"] == "2010-12-01T08:26:00Z"
    assert requests[0]["body"] == {"order": "536365"}
    await journal.close()


async def test_what_many_callers_wait_for_is_on_disk_when_they_are_answered(tmp_path: Path) -> None:
    journal = Journal(tmp_path, lambda: "now")
    book = journal.book("shop")

    async def call(number: int) -> bool:
        book.effect("order.placed", str(number), "albion_uk", {})
        await journal.durable()
        return any(line["key"] == str(number) for line in lines(tmp_path / "shop.effects.jsonl"))

    assert all(await asyncio.gather(*(call(number) for number in range(50))))
    await journal.close()


async def test_books_are_continued_not_overwritten(tmp_path: Path) -> None:
    for _ in range(2):
        journal = Journal(tmp_path, lambda: "now")
        journal.book("erp").effect("x", "1", "", {})
        await journal.close()
    assert len(lines(tmp_path / "erp.effects.jsonl")) == 2
