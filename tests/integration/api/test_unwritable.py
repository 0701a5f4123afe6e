"""What the store cannot hold is the caller's fault and said so, wherever it stands; nobody else suffers from it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from crossdock.api.app import create
from crossdock.log import BusinessKey
from crossdock.operations import order_desk
from tests.integration.api.conftest import order, place

NUL = "a\x00b"
HALF = '"half \\ud800"'
FIELDS = ["number", "customer", "country", "currency", "channel", "customer_reference", "company"]
INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
]


async def sent(http: httpx2.AsyncClient, content: str, path: str = "/process/v1/orders") -> httpx2.Response:
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    return await http.post(path, content=content.encode("utf-8", "surrogatepass"), headers=headers)


@pytest.mark.parametrize("field", FIELDS)
async def test_a_nul_in_an_order_is_refused(desk: httpx2.AsyncClient, field: str) -> None:
    answer = await place(desk, order() | {field: NUL}, key="one")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("field", ["line", "item", "description", "unit"])
async def test_a_nul_in_a_line_is_refused(http: httpx2.AsyncClient, field: str) -> None:
    body = order()
    body["lines"][0][field] = NUL
    answer = await place(http, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("field", [*FIELDS, "ordered_at"])
async def test_half_a_character_is_refused(desk: httpx2.AsyncClient, field: str) -> None:
    text = json.dumps(order() | {field: "@"}).replace('"@"', HALF)
    answer = await sent(desk, text)
    assert answer.status_code in (400, 422)
    assert (await sent(desk, text.replace("\\ud800", "\ud800"))).status_code in (400, 422)


@pytest.mark.parametrize(
    "number", ["1e400", "9" * 40, "-1", '"1e99999"', f'"{"9" * 5000}"', "1.0000000001", "true", "{}"]
)
@pytest.mark.parametrize("field", ["quantity", "price"])
async def test_a_number_too_large_or_too_exact_is_refused(http: httpx2.AsyncClient, field: str, number: str) -> None:
    body = order()
    body["lines"][0][field] = "@"
    answer = await sent(http, json.dumps(body).replace('"@"', number))
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("instant", INSTANTS)
async def test_an_instant_beyond_all_calendars_is_no_fault_of_ours(http: httpx2.AsyncClient, instant: str) -> None:
    answer = await place(http, order(ordered_at=instant))
    assert answer.status_code < 500


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_at_the_end_of_the_calendar_is_no_fault_of_ours(http: httpx2.AsyncClient, day: str) -> None:
    body = order()
    body["lines"][0]["due_on"] = day
    assert (await place(http, body)).status_code < 500


@pytest.mark.parametrize("instant", INSTANTS)
async def test_a_reservation_until_the_end_of_all_days_is_no_fault_of_ours(
    desk: httpx2.AsyncClient, instant: str
) -> None:
    body: dict[str, Any] = {"company": "albion_uk", "item": "HEART", "quantity": "1", "expires_at": instant}
    answer = await sent(desk, json.dumps(body), "/process/v1/reservations")
    assert answer.status_code < 500


async def test_no_path_or_question_breaks_the_store(desk: httpx2.AsyncClient, services: Any) -> None:
    described = create(services).openapi_schema.to_schema()["paths"]
    bad = [
        "%00",
        "a%00b",
        "%ED%A0%80",
        "%FF",
        "9" * 40,
        "-1",
        "1e400",
        "%F0%9F%92%A9",
        "00000000-0000-0000-0000-000000000000",
    ]
    failed: list[tuple[str, str, int]] = []
    for path, methods in described.items():
        for method, about in methods.items():
            parameters = [one for one in about.get("parameters", []) if one["in"] in ("path", "query")]
            for value in bad:
                url, query = path, []
                for one in parameters:
                    if one["in"] == "path":
                        url = url.replace("{" + one["name"] + "}", value)
                    else:
                        query.append(f"{one['name']}={value}")
                for asked in {"?".join([url, "&".join(query)]), *(f"{url}?{each}" for each in query)}:
                    headers = {
                        "Idempotency-Key": f"{method}-{len(failed)}-{abs(hash(asked))}",
                        "Content-Type": "application/json",
                    }
                    content = b"{}" if method in ("post", "put") else None
                    answer = await desk.request(method.upper(), asked, headers=headers, content=content)
                    if answer.status_code >= 500 and answer.status_code != 503:
                        failed.append((method, asked, answer.status_code))
    assert failed == []


async def test_a_value_that_only_the_store_finds_wrong_is_told_to_its_caller_alone(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the door had let it through: one call of a group holds a NUL."""
    honest = order_desk._keys

    def let_through(call: order_desk.OrderCall) -> list[BusinessKey]:
        keys = honest(call)
        return [key._replace(value=NUL) for key in keys] if call.order.number == "bad" else keys

    monkeypatch.setattr(order_desk, "_keys", let_through)
    numbers = [*map(str, range(10)), "bad", *map(str, range(10, 20))]
    answers = await asyncio.gather(*(place(http, order(number)) for number in numbers))
    assert [answer.status_code for answer in answers] == [400 if number == "bad" else 202 for number in numbers]
    assert answers[10].json()["code"] == "malformed_request"


async def test_neighbours_of_a_call_that_cannot_be_written_are_accepted(http: httpx2.AsyncClient) -> None:
    good = [place(http, order(f"{n}")) for n in range(20)]
    bad = place(http, order("bad", customer_reference=NUL))
    answers = await asyncio.gather(*good, bad)
    assert [answer.status_code for answer in answers] == [202] * 20 + [400]
