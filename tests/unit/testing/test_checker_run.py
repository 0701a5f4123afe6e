"""The checker as a program: books from files, a product behind a command and HTTP, and two runs compared."""

from __future__ import annotations

import ast
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import crossdock.testing.checker
from crossdock.testing.checker import baseline
from crossdock.testing.checker.__main__ import arguments, run
from crossdock.testing.checker.books import Books, BooksBroken, number
from crossdock.testing.checker.counts import counts
from crossdock.testing.checker.product import Product, TermsOfProject, Unanswered
from crossdock.testing.checker.ruling import KEPT, Ruling
from tests.unit.testing.checker_story import Story, right_story

PACKAGE = Path(crossdock.testing.checker.__file__).parent


def test_it_imports_nothing_but_itself_and_the_standard_library() -> None:
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("crossdock.testing.checker")
                assert own or name.split(".")[0] in sys.stdlib_module_names, f"{file.name} imports {name}"


# books


def write(story: Story, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for book, entries in (("requests", story.requests), ("effects", story.effects)):
        count: dict[str, int] = {}
        for entry in entries:
            system = entry["system"]
            count[system] = count.get(system, 0) + 1
            line = {name: value for name, value in entry.items() if name != "system"} | {"n": count[system]}
            with (folder / f"{system}.{book}.jsonl").open("a") as file:
                file.write(json.dumps({"at": "2010-12-01T08:00:00Z"} | line) + "\n")


def test_books_are_read_as_they_were_written(tmp_path: Path) -> None:
    story = right_story()
    write(story, tmp_path)
    books = Books.read(tmp_path)
    assert len(books.requests()) == len(story.requests)
    assert [entry.key for entry in books.effects("order.placed") if entry.system == "shop"] == ["1001", "1004", "1005"]


@pytest.mark.parametrize("line", ['{"n": 1, "kind"', '{"n": 2, "kind": "x"}', '{"kind": "x"}', "[]"])
def test_a_book_with_a_torn_or_missing_line_is_not_judged(tmp_path: Path, line: str) -> None:
    (tmp_path / "erp.effects.jsonl").write_text(line + "\n")
    with pytest.raises(BooksBroken, match=r"erp\.effects\.jsonl:1"):
        Books.read(tmp_path)


def test_a_folder_without_books_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(BooksBroken, match="no books"):
        Books.read(tmp_path)


@pytest.mark.parametrize("value", ["twelve", "NaN", "Infinity"])
def test_what_is_no_number_is_not_judged(value: str) -> None:
    with pytest.raises(BooksBroken, match="is no number"):
        number(value)


def test_an_order_placed_by_two_channels_cannot_be_judged() -> None:
    story = right_story()
    story.effects.append(story.find("effects", "order.placed", "1001")[0] | {"system": "marketplace"})
    with pytest.raises(BooksBroken, match="its documents cannot be told apart"):
        story.rulings()


# the product


def command(tmp_path: Path, answers: dict[str, Any]) -> str:
    """A command that prints what it finds under its arguments."""
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    script = tmp_path / "product.py"
    script.write_text(
        "import json, sys\n"
        f"answers = json.load(open({str(tmp_path / 'answers.json')!r}))\n"
        "asked = ' '.join(sys.argv[1:])\n"
        "print(json.dumps(answers[asked]) if asked in answers else 'no such command')\n"
        "sys.exit(1)\n"
    )
    return f"{sys.executable} {script}"


def test_lists_are_read_page_by_page_and_exit_codes_are_not_believed(tmp_path: Path) -> None:
    answers = {
        "dead-letter list --limit 500 --json": {"items": [{"number": "1"}], "next": "abc"},
        "dead-letter list --limit 500 --json --cursor abc": {"items": [{"number": "2"}], "next": ""},
        "stock list --json": [{"item": "A"}],
    }
    product = Product(command(tmp_path, answers), "http://nowhere", "key")
    assert [row["number"] for row in product.dead_letters] == ["1", "2"]
    assert product.stock == [{"item": "A"}]
    with pytest.raises(Unanswered, match="`doctor --json` printed no JSON"):
        _ = product.doctor


@pytest.mark.parametrize(("seen", "least"), [([2, 0], 0), ([2, 3, *[1] * 20], 1)])
def test_work_that_is_gone_at_another_look_was_not_stuck(
    monkeypatch: pytest.MonkeyPatch, seen: list[int], least: int
) -> None:
    answers = iter(seen)
    monkeypatch.setattr("crossdock.testing.checker.product.time.sleep", lambda _: None)
    monkeypatch.setattr(Product, "ask", lambda *_: {"work_left": {"events": next(answers), "deadlines": 0}})
    assert Product("unused", "http://nowhere", "key").doctor["work_left"] == {"events": least, "deadlines": 0}


def test_exception_cases_are_read_once_and_anew_when_they_were_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([[], [{"case_id": "purchase_order/c/45", "code": "ship_notice_overdue", "lines": ["10"]}]])
    monkeypatch.setattr(Product, "ask", lambda *_: {"items": next(answers), "next": ""})
    product = Product("unused", "http://nowhere", "key")
    assert product.problems_of("purchase_order/c/45") == product.problems_of("purchase_order/c/45") == []
    product.forget_problems()
    assert [problem.code for problem in product.problems_of("purchase_order/c/45")] == ["ship_notice_overdue"]


def test_a_command_that_cannot_be_run_is_no_answer() -> None:
    with pytest.raises(Unanswered, match="could not be run"):
        Product("/no/such/command", "http://nowhere", "key").ask("doctor")


def test_exception_cases_are_read_with_their_lines_and_dates(tmp_path: Path) -> None:
    row = {"case_id": "sales_order/c/shop/1", "code": "told_shortage", "lines": ["1"], "owner": "buyer"}
    row |= {"expected_on": "2010-12-09", "closed_at": None, "detail": "x"}
    closed = {"case_id": "sales_order/c/shop/1", "code": "credit_hold", "closed_at": "2010-12-02T00:00:00Z"}
    answers = {"exception list --all --limit 500 --json": {"items": [row, closed], "next": ""}}
    product = Product(command(tmp_path, answers), "http://nowhere", "key")
    first, second = product.problems_of("sales_order/c/shop/1")
    assert first.is_open
    assert first.names("1")
    assert not first.names("2")
    assert not second.is_open
    assert second.names("2")


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/process/v1/purchase-orders/45?company=c":
            invoice = {"name": "invoice", "kind": "expectation", "fired_at": None}
            missed = {"name": "ship_notice", "kind": "expectation", "fired_at": "2010-12-04T00:00:00Z"}
            self.answer({"waiting": [invoice, missed]})
            return
        row = {"company": "c", "number": "1" if "cursor" not in self.path else "2", "state": "delivered"}
        following = "" if "cursor=x" in self.path else "x"
        self.answer({"items": [row], "next": following})

    def answer(self, body: Any) -> None:
        allowed = self.headers["Authorization"] == "Bearer key"
        self.send_response(200 if allowed else 401)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture
def api() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_orders_are_read_from_the_api_page_by_page(api: str) -> None:
    assert Product("true", api, "key").orders == {("c", "1"): "delivered", ("c", "2"): "delivered"}
    with pytest.raises(Unanswered, match="401"):
        _ = Product("true", api, "wrong").orders


def test_what_is_overdue_is_not_expected_any_more(api: str) -> None:
    product = Product("true", api, "key")
    assert product.still_expects("c", "45", "invoice")
    assert not product.still_expects("c", "45", "ship_notice")


def test_terms_are_those_of_the_project() -> None:
    shown = {"partners": {"kilncraft": {"agreements": {"uk": {"terms": {"price_percent": "7"}}}}}}
    terms = TermsOfProject(shown)
    assert (terms.of("uk", "kilncraft").price_percent, terms.of("ie", "kilncraft").price_percent) == (7, 2)


# the verdict


def test_a_ruling_keeps_the_first_violations_and_counts_all() -> None:
    ruling = Ruling("x")
    for attempt in range(30):
        ruling.equal(f"fact {attempt}", 1, 2)
    assert (ruling.checked, ruling.failed, len(ruling.violations)) == (30, 30, KEPT)
    assert ruling.violations[0] == "fact 0: 1 expected, 2 found"


def test_a_run_is_counted_from_the_books_alone() -> None:
    found = counts(right_story().evidence())
    wanted = {"orders": 5, "order_lines": 7, "backordered_lines": 2, "returns": 1, "adjustments": 1, "matched": 1}
    assert {name: found[name] for name in wanted} == wanted
    assert found["situations"] == {
        "ship_notice_over_two_orders": 0,
        "receipt_over_two_ship_notices": 0,
        "invoice_over_two_receipts": 0,
        "shipment_of_two_orders": 0,
        "order_in_two_shipments": 1,
    }


def compared(now: Story) -> tuple[Ruling, list[str]]:
    ruling = Ruling(baseline.NAME)
    before = json.loads(json.dumps(baseline.ledger(right_story().evidence())))
    return ruling, baseline.compare(before, baseline.ledger(now.evidence()), ruling)


def test_the_same_run_is_the_same() -> None:
    ruling, differences = compared(right_story())
    assert ruling.held, ruling.violations
    assert ruling.checked > 10
    assert differences == []


def test_another_order_may_be_short_and_is_listed() -> None:
    story = right_story()
    for entry in story.find("effects", "order_update", "1002"):
        entry["body"]["lines"][0]["state"] = "released"
    ruling, differences = compared(story)
    assert ruling.held, ruling.violations
    assert differences == [
        "sales_order/albion_uk/marketplace/1002 line 1: short True, open 3 before, short False, open 3 now"
    ]


def test_an_order_more_or_less_than_before_is_seen() -> None:
    story = right_story()
    story.find("effects", "order.refused")[0]["kind"] = "order.accepted"
    ruling, _ = compared(story)
    assert "accepted: sales_order/albion_uk/shop/1005: nothing expected, True found" in ruling.violations


def test_less_shipped_of_an_article_than_before_is_seen() -> None:
    story = right_story()
    story.drop("sent.shipment.dispatched", "SHN2")
    ruling, _ = compared(story)
    assert not ruling.held
    assert any(words.startswith("items: albion_uk A: ") for words in ruling.violations)


def test_other_content_of_an_effect_than_before_is_seen() -> None:
    story = right_story()
    story.find("effects", "sales_orders", "1001")[0]["body"]["customer"] = "X"
    ruling, _ = compared(story)
    assert any("effects: erp sales order albion_uk 1001" in words for words in ruling.violations)


def whole_product(story: Story) -> dict[str, Any]:
    product = story.product
    problems = [
        {"case_id": each.case, "code": each.code, "key": each.key, "lines": list(each.lines), "owner": each.owner,
         "expected_on": each.expected_on or None, "closed_at": None}
        for each in product.problems
    ]  # fmt: skip
    return {
        "exception list --all --limit 500 --json": {"items": problems, "next": ""},
        "dead-letter list --limit 500 --json": {"items": [], "next": ""},
        "stock list --json": product.stock,
        "stock verify --json": product.stock_verification,
        "doctor --json": product.doctor,
        "projection verify --json": product.projections,
        "project show here --json": {"partners": {}},
    }


def answer_by_http(monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
    monkeypatch.setattr(Product, "orders", story.product.orders)
    monkeypatch.setattr(Product, "events_of", lambda self, case: story.product.events_of(case))


def judge(story: Story, tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    books, out = tmp_path / "books", tmp_path / "out.json"
    write(story, books)
    words = ["--books", str(books), "--api", "http://nowhere", "--key", "k", "--json", str(out), "--project", "here"]
    code = run(arguments([*words, "--cli", command(tmp_path, whole_product(story)), *more]))
    return code, json.loads(out.read_text())


def test_the_program_judges_and_compares_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = right_story()
    answer_by_http(monkeypatch, story)
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    code, verdict = judge(story, first)
    assert (code, set(verdict["invariants"].values())) == (0, {True})
    assert min(verdict["checked"].values()) > 0
    assert "stock_equals_wms" in capsys.readouterr().out
    code, verdict = judge(story, second, "--baseline", str(first / "out.json"))
    assert (code, verdict["invariants"]["same_as_baseline"], verdict["differences"]) == (0, True, [])


def test_the_program_fails_on_a_wrong_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = right_story()
    answer_by_http(monkeypatch, story)
    story.drop("goods_receipts")
    code, verdict = judge(story, tmp_path)
    assert code == 1
    assert not verdict["invariants"]["accepted_reach_every_system_once"]
    assert "BROKEN" in capsys.readouterr().out


def test_a_silent_product_breaks_what_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = right_story()
    answer_by_http(monkeypatch, story)
    story.product.doctor = {}
    code, verdict = judge(story, tmp_path)
    assert code == 1
    assert [name for name, held in verdict["invariants"].items() if not held] == ["nothing_stuck"]


def test_without_books_nothing_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(["--books", str(tmp_path), "--api", "http://nowhere", "--key", "k"])) == 2
    assert "cannot judge: no books" in capsys.readouterr().err
