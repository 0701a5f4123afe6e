"""The commands of operations on a real database."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from crossdock.cli.main import app
from crossdock.store import Store
from tests.integration.api.test_questions import stocked, told_of
from tests.integration.engine.harness import rows
from tests.integration.inventory.helpers import book, receive
from tests.integration.operations import buying
from tests.integration.operations.test_dead_letters import erp_refuses
from tests.integration.operations.test_quarantine import arrives
from tests.integration.operations.test_systems import in_force
from tests.integration.operations.worlds import ORDER, order, work
from tests.integration.reconciliation.test_decisions import proposed
from tests.unit.processes.order_to_cash import ordered, placed

WHOLESALER = Path(__file__).parents[3] / "examples" / "wholesaler"


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CROSSDOCK_DATABASE_URL", database)

    async def command(*arguments: object, code: int = 0) -> Result:
        result = await asyncio.to_thread(CliRunner().invoke, app, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.output
        return result

    return command


async def asked(run: Any, *arguments: object) -> Any:
    return json.loads((await run(*arguments, "--json")).stdout)


async def test_trace_tells_the_whole_story_by_any_of_its_names(run: Any, store: Store) -> None:
    await stocked(store, 6)
    await order(store)
    await work(store)
    for key in ("536365", "PO-77", ORDER):
        text = (await run("trace", key)).stdout
        for words in (ORDER, "backordered", "SalesOrderPlaced", "warehouse_shipping_order", "[delivered]"):
            assert words in text
    story = await asked(run, "trace", "536365")
    assert [case["id"] for case in story["cases"]] == [ORDER]
    assert all(entry.get("content") is None for entry in story["entries"])


async def test_trace_prints_the_documents_themselves_on_request(run: Any, store: Store) -> None:
    await order(store)
    await work(store)
    assert '{"raw":"as it came"}' in (await run("trace", "536365", "--raw")).stdout


async def test_trace_of_an_item_tells_its_movements(run: Any, store: Store) -> None:
    await stocked(store, 6)
    assert "opening -> unrestricted" in (await run("trace", "HEART")).stdout


async def test_an_unknown_name_is_said_in_words(run: Any, store: Store) -> None:
    result = await run("trace", "nothing", code=1)
    assert "there is no document, reference or item 'nothing'" in result.stderr


@pytest.mark.parametrize("noun", ["exception", "dead-letter", "quarantine"])
async def test_what_is_no_id_is_said_with_where_ids_are_shown(run: Any, noun: str) -> None:
    result = await run(noun, "show", "nope", code=2)
    words = " ".join(result.stderr.replace("\u2502", " ").split())
    assert f"'nope' is no id; `crossdock {noun} list` shows them" in words


async def test_a_case_is_shown_with_lines_and_what_it_sent(run: Any, store: Store) -> None:
    await stocked(store, 6)
    await order(store)
    await work(store)
    text = (await run("case", "show", ORDER)).stdout
    assert "HEART" in text
    assert "sales_order" in text
    view = await asked(run, "case", "show", ORDER)
    assert view["lines"][0]["ordered"] == "10"
    assert {sent["system"] for sent in view["sent"]} >= {"erp", "wms_north"}


async def test_cases_are_listed_and_those_that_are_finished_left_out(run: Any, store: Store) -> None:
    await order(store)
    await work(store)
    assert ORDER in (await run("case", "list", "--process", "sales_order", "--open")).stdout
    page = await asked(run, "case", "list", "--state", "backordered", "--limit", 1)
    assert [(case["id"], case["parked"]) for case in page["items"]] == [(ORDER, False)]
    assert (await asked(run, "case", "list", "--state", "delivered"))["items"] == []
    assert "sales_order" in (await run("case", "list", "--process", "order", code=1)).stderr


async def test_a_held_order_is_approved_and_cancelled_from_the_command_line(run: Any, store: Store) -> None:
    await stocked(store, 6)
    await order(store, placed(ordered("1"), customer="BLOCKED"))
    await work(store)
    wrong = await run("order", "approve", "536365", "--hold", "price", "--reason", "x", code=1)
    assert "not held for price, but for credit_hold" in wrong.stderr
    told = await run("order", "approve", "536365", "--hold", "credit", "--reason", "paid in advance")
    assert f"crossdock case show {ORDER}" in told.stdout
    await work(store)
    shown = await asked(run, "case", "show", ORDER)
    assert shown["case"]["state"] != "held"
    assert [deed["action"] for deed in shown["deeds"]] == ["approve_order"]
    assert "paid in advance" in (await run("case", "show", ORDER)).stdout
    wish = ("536365", "--company", "albion_uk", "--line", "1", "--reason", "changed his mind")
    assert (await asked(run, "order", "cancel", *wish))["subject"] == ORDER
    await work(store)
    assert (await asked(run, "case", "show", ORDER))["lines"][0]["cancelled"] == "4"
    missing = await run("order", "cancel", "99", "--reason", "x", code=1)
    assert "there is no sales order '99'" in missing.stderr


async def test_a_buyer_accepts_an_answer_from_the_command_line(run: Any, store: Store) -> None:
    await buying.answered(store)
    await run("purchase-order", "accept", "4500001", "--line", "20", "--reason", "x", code=1)
    told = await run("purchase-order", "accept", "4500001", "--line", "10", "--reason", "market price")
    assert buying.SUBJECT in told.stdout
    await buying.work(store)
    assert (await asked(run, "exception", "list"))["items"] == []


async def test_a_buyer_decides_about_goods_nobody_had_asked_for_from_the_command_line(run: Any, store: Store) -> None:
    await buying.surplus(store)
    await run("goods-receipt", "accept", "R1", "--line", "9", "--reason", "x", code=1)
    told = await run("goods-receipt", "refuse", "R1", "--to", "claim", "--reason", "not ordered")
    assert buying.RECEIPT in told.stdout
    await buying.work(store)
    assert (await asked(run, "exception", "list"))["items"] == []
    missing = await run("goods-receipt", "accept", "R1", "--reason", "x", code=1)
    assert "nothing of goods receipt R1 is held" in missing.stderr


async def test_accounts_payable_approves_an_invoice_from_the_command_line(run: Any, store: Store) -> None:
    await buying.mismatched(store)
    assert buying.INVOICE in (await run("supplier-invoice", "approve", "INV1", "--reason", "by phone")).stdout
    await buying.work(store)
    assert (await asked(run, "case", "show", buying.INVOICE))["case"]["state"] == "approved"
    again = await run("supplier-invoice", "approve", "INV1", "--reason", "by phone", code=1)
    assert "it is approved" in again.stderr


async def test_systems_are_listed_with_what_waits_for_them(run: Any, store: Store) -> None:
    await in_force(store)
    await order(store)
    await work(store, erp_refuses)
    await run("system", "pause", "carrier", "--reason", "they move house")
    found = {one["name"]: one for one in (await asked(run, "system", "list"))["items"]}
    assert (found["erp"]["dead"], found["carrier"]["state"], found["brightware"]["partner"]) == (1, "paused", True)
    text = (await run("system", "list")).stdout
    for words in ("supplier (partner)", "nothing is sent to it", "last fact"):
        assert words in text
    assert "carrier" in (await run("system", "pause", "carier", "--reason", "x", code=1)).stderr


async def test_stock_is_shown_in_both_books(run: Any, store: Store) -> None:
    await stocked(store, 6)
    await order(store)
    await work(store)
    found = await asked(run, "stock", "show", "HEART")
    assert found["positions"][0]["unrestricted"] == "6"
    assert found["available"][0]["now"] == "0"
    assert {promise["subject"] for promise in found["promises"]} == {ORDER}
    assert "may be promised now" in (await run("stock", "show", "HEART")).stdout
    (place,) = {promise["location"] for promise in found["promises"]}
    other = next(one for one in ("north", "south") if one != place)
    there = await asked(run, "stock", "show", "HEART", "--location", other)
    assert (there["positions"], there["promises"], there["elsewhere"]) == ([], [], [place])


async def test_stock_is_explained_by_an_equation_and_what_stands_behind_it(run: Any, store: Store) -> None:
    async def now() -> str:
        ((moment,),) = await rows(store, "select business_now()")
        return str(moment.isoformat())

    before = await now()
    await stocked(store, 6)
    between = await now()
    await order(store)
    await work(store)
    text = (await run("stock", "show", "HEART", "--explain", "--compare", before)).stdout
    for words in ("6 on hand - 0 kept back - 6 reserved = 0 free", "of HEART may be promised", ORDER, "goods moved"):
        assert words in text
    then = (await run("stock", "show", "HEART", "--explain", "--as-of", between)).stdout
    assert "6 on hand - 0 kept back - 0 reserved = 6 free" in then
    found = await asked(run, "stock", "show", "HEART", "--as-of", between, "--compare", before)
    assert [terms["now"] for terms in found["available"]] == ["6"]
    assert [difference["change"] for difference in found["differences"]] == ["6"]
    assert "is no time; write it as" in (await run("stock", "show", "HEART", "--as-of", "noon", code=2)).stderr


async def test_an_item_that_there_is_not_is_said_with_what_to_do(run: Any, store: Store) -> None:
    result = await run("stock", "show", "NOTHING", code=1)
    assert result.stderr.startswith("there is no item 'NOTHING' in any company, neither in master data nor in the ")
    assert "or it is not yours" not in result.stderr
    assert "crossdock stock list" in result.stderr


async def test_an_item_without_stock_is_shown_as_such(run: Any, store: Store) -> None:
    await told_of(store, "85123A")
    text = (await run("stock", "show", "85123A")).stdout
    assert "nothing of it is or was anywhere" in text
    assert "albion_uk: 0 may be promised now" in text


async def test_stock_of_an_item_that_the_erp_never_told_of_is_shown_and_said(run: Any, store: Store) -> None:
    await stocked(store, 6)
    assert "albion_uk has no master data of it" in (await run("stock", "show", "HEART")).stdout
    await told_of(store, "HEART")
    assert "no master data" not in (await run("stock", "show", "HEART")).stdout


async def test_every_table_of_stock_says_what_it_shows(run: Any, store: Store) -> None:
    await stocked(store, 6)
    await order(store)
    await work(store)
    text = (await run("stock", "show", "HEART")).stdout
    for title in ("HEART: what is", "may be promised now", "what changed it last", "To whom it is promised"):
        assert title in text


async def test_dead_letters_are_listed_shown_and_replayed(run: Any, store: Store) -> None:
    await order(store)
    await work(store, erp_refuses)
    text = (await run("dead-letter", "list")).stdout
    assert "unknown_customer" in text
    (letter,) = (await asked(run, "dead-letter", "list"))["items"]
    assert "536365" in (await run("dead-letter", "show", letter["id"])).stdout
    assert "tried again" in (await run("dead-letter", "replay", letter["id"])).stdout
    await run("dead-letter", "replay", letter["id"], code=1)
    await work(store)
    assert (await asked(run, "dead-letter", "list"))["items"] == []


async def test_exception_cases_are_listed_shown_and_closed(run: Any, store: Store) -> None:
    await order(store)
    await work(store, erp_refuses)
    page = await asked(run, "exception", "list", "--code", "undeliverable")
    (problem,) = page["items"]
    assert problem["code"] == "undeliverable"
    text = (await run("exception", "show", problem["id"])).stdout
    assert "17850 is not known" in text
    assert "docs/runbooks/undeliverable.md" in text
    closed = await asked(run, "exception", "close", problem["id"], "--reason", "asked the customer")
    assert (closed["id"], closed["resolution"]) == (problem["id"], "asked the customer")
    assert (await asked(run, "exception", "list", "--code", "undeliverable"))["items"] == []
    await run("exception", "close", problem["id"], "--reason", "again", code=1)


async def test_quarantined_documents_are_listed_shown_and_released(run: Any, store: Store, tmp_path: Any) -> None:
    document = await arrives(store, b"garbage")
    assert "unreadable" in (await run("quarantine", "list")).stdout
    assert "garbage" in (await run("quarantine", "show", document)).stdout
    mended = tmp_path / "mended.txt"
    mended.write_bytes(b"1 begin")
    await run("quarantine", "release", document, "--reason", "typing error", "--mended", mended)
    assert (await asked(run, "quarantine", "list"))["items"] == []
    assert await rows(store, "select status from raw_document order by id") == [("replaced",), ("received",)]


async def test_a_system_is_paused_and_goes_on(run: Any, store: Store) -> None:
    await run("system", "pause", "erp", "--reason", "closing of the month")
    assert await rows(store, "select paused from system_state where system = 'erp'") == [(True,)]
    report = await asked_doctor(run)
    assert report["system erp"]["status"] == "warning"
    assert await asked(run, "system", "resume", "erp") == {"system": "erp", "paused": False}
    assert await rows(store, "select paused, halted from system_state where system = 'erp'") == [(False, "")]


async def asked_doctor(run: Any) -> dict[str, Any]:
    result = await run("doctor", "--json", code=1)
    return {check["name"]: check for check in json.loads(result.stdout)["checks"]}


async def test_doctor_looks_at_everything_and_says_what_to_do(run: Any, store: Store, database: str) -> None:
    await order(store)
    await work(store, erp_refuses)
    checks = await asked_doctor(run)
    assert checks["database"]["status"] == "ok"
    # What the server of these tests forgoes is a fault in a server of orders.
    assert (checks["durability"]["status"], "fsync off" in checks["durability"]["detail"]) == ("fault", True)
    assert checks["dead letters"] == {
        "name": "dead letters",
        "status": "warning",
        "detail": "1",
        "advice": "See them: crossdock dead-letter list",
    }
    leases = next(check for name, check in checks.items() if name.startswith("consumer"))
    assert leases["status"] == "fault"
    assert "crossdock run" in leases["advice"]
    text = (await run("doctor", code=1)).stdout
    assert "CROSSDOCK_DATABASE_URL=" in text


async def test_a_key_is_made_listed_and_revoked(run: Any, store: Store) -> None:
    token = (await run("api-key", "create", "dashboard", "--scope", "orders:read")).stdout.strip()
    assert token.startswith("cdk_")
    (key,) = await asked(run, "api-key", "list")
    assert (key["consumer"], key["scopes"]) == ("dashboard", ["orders:read"])
    assert await asked(run, "api-key", "revoke", token[:10]) == {"revoked": 1}
    assert (await asked(run, "api-key", "list"))[0]["revoked_at"]
    await run("api-key", "revoke", token[:10], code=1)
    await run("api-key", "create", "x", "--scope", "everything", code=2)


async def test_doctor_names_the_process_whose_transaction_is_the_oldest(run: Any, store: Store) -> None:
    async with store.transaction() as tx:
        pid = await tx.fetchval("select pg_backend_pid()")
        checks = await asked_doctor(run)
    assert f"(pid {pid} " in checks["oldest transaction"]["detail"]


async def test_policies_are_listed_tried_and_applied(run: Any, store: Store, tmp_path: Path) -> None:
    await in_force(store)
    await stocked(store, 6)
    await book(store, receive(1, item="22423"))
    listed = await asked(run, "policy", "list", "--company", "albion_uk", "--item", "22423", "--location", "north")
    (rules,) = [one["rules"] for one in listed["companies"]]
    assert next(rule["name"] for rule in rules if rule["table"] == "safety") == "cake_stands"
    assert "not asked" in (await run("policy", "list", "--company", "albion_uk")).stdout
    assert "albion_ie" in (await run("policy", "list")).stdout
    new = ("--add", "safety.all", "--set", "safety.all.precedence=9")
    tried = await asked(run, "policy", "try", *new, "--set", "safety.all.quantity=2")
    assert tried["positions_changed"] >= 1
    assert await rows(store, "select count(*) from kept_back") == [(0,)]
    text = (await run("policy", "try", *new, "--set", "safety.all.quantity=7")).stdout
    assert text.startswith("adds the rule safety.all, which holds everywhere")
    assert "kept back" in text
    assert "nothing to try" in (await run("policy", "try", code=2)).stderr
    wrong = (await run("policy", "try", "--set", "safety.cake_stands.quantity=-3", code=1)).stderr
    assert "safety.cake_stands.quantity: -3 is out of range; write a number from 0 up" in wrong
    folder = tmp_path / "changed"
    shutil.copytree(WHOLESALER, folder)
    assert "would change" in (await run("policy", "try", folder)).stdout
    (folder / "policies.yaml").write_text("stock: {safety: {all: {quantity: -1}}}")
    assert "policies.yaml:1: `-1` is out of range" in (await run("policy", "try", folder, code=2)).stderr
    await run("policy", "try", folder, "--set", "safety.all.quantity=7", code=2)
    assert (await asked(run, "policy", "apply"))["albion_uk"]["looked_at"] >= 1
    assert "positions changed" in (await run("policy", "apply", "--company", "albion_uk")).stdout
    await run("policy", "apply", "--company", "nobody", code=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["stock", "show", "HEART", "--location", "nowhere"],
            "there is no location 'nowhere'\nThe locations are north,",
        ),
        (["stock", "show", "HEART", "--explain", "--channel", "web"], "no channel 'web'\nThe channels are homestead,"),
        (["stock", "show", "HEART", "--customer", "nobody"], "there is no customer 'nobody'"),
        (["drift", "list", "--system", "nosys"], "there is no system or partner 'nosys'"),
        (["drift", "list", "--cause", "nocause"], "The causes are doubled, late, missing,"),
        (["dead-letter", "list", "--system", "nosys"], "there is no system or partner 'nosys'"),
        (["quarantine", "list", "--source", "nosys"], "there is no system or partner 'nosys'"),
        (["stock", "show", "HEART", "--company", "nope"], "there is no company 'nope'"),
        (["item", "convert", "HEART", "-5", "EA"], "the quantity is -5\nGive a number above zero"),
        (["drift", "list", "--item", "NOPE"], "there is no item 'NOPE'"),
        (["reservation", "list", "--item", "NOPE"], "there is no item 'NOPE'"),
        (["reservation", "list", "--company", "nope"], "there is no company 'nope'\nThe companies are albion_ie,"),
    ],
)
async def test_a_filter_that_names_nothing_is_refused_with_the_names_there_are(
    run: Any, store: Store, arguments: list[str], words: str
) -> None:
    await in_force(store)
    await stocked(store, 6)
    assert words in (await run(*arguments, code=1)).stderr


async def test_a_moment_that_makes_no_sense_is_named_with_its_option_and_what_now_is(run: Any, store: Store) -> None:
    await in_force(store)
    await stocked(store, 6)
    ahead = (await run("stock", "show", "HEART", "--explain", "--as-of", "2131-01-01", code=1)).stderr
    assert "  --as-of: 2131-01-01T00:00 has not come; now is 20" in ahead
    moments = ("--compare", "2010-12-02", "--as-of", "2010-12-01")
    turned = (await run("stock", "show", "HEART", *moments, code=1)).stderr
    assert "  --compare: 2010-12-02T00:00 is not before the moment it is compared with, 2010-12-01T00:00" in turned


async def test_a_drift_is_decided_upon_as_it_was_seen_or_as_it_stands_from_the_command_line(
    run: Any, store: Store
) -> None:
    drift = await (await proposed(store)).drift()
    other = await run("drift", "approve", drift.id, "--seen", "9", "--reason", "five broke", code=1)
    assert "is another one than you saw: it is -5 unrestricted by now, change 1, not 9" in other.stderr
    assert "then decide with `--seen`" in other.stderr
    assert ("change", "1") in [
        tuple(line.split()) for line in (await run("drift", "show", drift.id)).stdout.splitlines()
    ]
    told = await run("drift", "approve", drift.id, "--reason", "five broke")
    assert "it was -5 unrestricted of 85123A of albion_uk in north, against wms_north (change 1)" in told.stderr
    assert "is on its way" in told.stdout + told.stderr
