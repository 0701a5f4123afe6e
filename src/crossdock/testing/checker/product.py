"""The product as seen from outside: its command line and its HTTP interface.

What is asked, and what the answer must look like:

- `exception list --all --json`: every exception case, closed ones too, each with `case_id`, `code`, `key`, `detail`,
  `lines`, `owner`, `expected_on`, `closed_at`.
- `dead-letter list --json`: each with `case_id`, `system`, `document`, `number`.
- `stock list --json`: each with `company`, `item`, `location`, `unrestricted`, `picked`, `packed`, `quarantined`,
  `damaged`, as decimal strings.
- `stock verify --json`: `{"compared": {law: n}, "discrepancies": [{"law", "where", "expected", "found"}]}`.
- `doctor --json`: has `work_left` with `events`, `deliveries`, `deadlines`, `documents`.
- `projection verify --json`: each with `table`, `rows`, `only_standing`, `only_rebuilt`.
- `project show PATH --json`: has `partners[name].agreements[company].terms`.
- `GET /process/v1/orders`: each with `company`, `number`, `state`.
- `GET /process/v1/timeline/CASE`: has `entries`, each with `kind`, `subject`, `what`.
- `GET /process/v1/purchase-orders/NUMBER?company=COMPANY`: has `waiting`, each with `name`, `kind`, `fired_at`.

Lists are arrays, or pages `{"items": [...], "next": "cursor"}`, which are read on with `--cursor` or `cursor=`.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from crossdock.testing.checker.books import Body, number

_TIMEOUT_SECONDS = 300
_PAGE = "500"
_LOOKS, _LOOK_AGAIN_SECONDS = 8, 0.4


class Unanswered(Exception):
    """The product was asked and gave no usable answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An exception case."""

    case: str
    code: str
    key: str = ""
    detail: str = ""
    lines: tuple[str, ...] = ()
    owner: str = ""
    expected_on: str = ""
    is_open: bool = True

    def names(self, line: str) -> bool:
        """Is it about this line of its case? One that names no line is about all of them."""
        return line in self.lines or self.key == line or not (self.lines or self.key)


class Product:
    """Asks by running commands and by HTTP; every question at most once."""

    def __init__(self, command: str, api: str, api_key: str) -> None:
        self._command = shlex.split(command)
        self._api = api.rstrip("/")
        self._api_key = api_key

    def ask(self, *arguments: str) -> Any:
        """The JSON a command prints. Its exit code says whether it liked what it saw, so it is not looked at."""
        shown = " ".join(arguments)
        try:
            done = subprocess.run(
                [*self._command, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
            )
            return json.loads(done.stdout, parse_float=Decimal)
        except (OSError, subprocess.SubprocessError) as fault:
            raise Unanswered(f"`{shown}` could not be run: {fault}") from fault
        except ValueError:
            said = (done.stderr or done.stdout).strip()[-300:]
            raise Unanswered(f"`{shown}` printed no JSON (exit code {done.returncode}): {said}") from None

    def get(self, path: str) -> Any:
        """The JSON that a GET answers."""
        headers = {"Authorization": f"Bearer {self._api_key}"}
        request = urllib.request.Request(self._api + path, headers=headers)  # noqa: S310 - the caller's own address
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return json.loads(answer.read(), parse_float=Decimal)
        except (OSError, ValueError) as fault:
            raise Unanswered(f"GET {path}: {fault}") from fault

    def rows(self, *arguments: str) -> list[Body]:
        """All rows of a list, page by page."""
        answer = self.ask(*arguments)
        what = " ".join(arguments)
        rows = _rows(answer, what)
        while isinstance(answer, dict) and answer.get("next"):
            answer = self.ask(*arguments, "--cursor", str(answer["next"]))
            rows += _rows(answer, what)
        return rows

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every exception case, open or closed."""
        return tuple(_problem(row) for row in self.rows("exception", "list", "--all", "--limit", _PAGE, "--json"))

    def forget_problems(self) -> None:
        """They are asked for again when they are needed next."""
        self.__dict__.pop("problems", None)
        self.__dict__.pop("_by_case", None)

    @cached_property
    def dead_letters(self) -> list[Body]:
        """Documents that are no longer tried."""
        return self.rows("dead-letter", "list", "--limit", _PAGE, "--json")

    @cached_property
    def stock(self) -> list[Body]:
        """The physical book."""
        return self.rows("stock", "list", "--json")

    @cached_property
    def stock_verification(self) -> Body:
        """The ledger's own proof."""
        return _object(self.ask("stock", "verify", "--json"), "stock verify")

    @cached_property
    def doctor(self) -> Body:
        """How the installation is. Polls go on bringing documents, so work that is left is looked at again: `work_left`
        is the least of each kind that was seen."""
        report = _object(self.ask("doctor", "--json"), "doctor")
        for _ in range(_LOOKS):
            left = report.get("work_left")
            if not isinstance(left, dict) or not any(left.values()):
                break
            time.sleep(_LOOK_AGAIN_SECONDS)
            again = _object(self.ask("doctor", "--json"), "doctor").get("work_left")
            if isinstance(again, dict):
                report = {**report, "work_left": {kind: min(found, again.get(kind, 0)) for kind, found in left.items()}}
        return report

    @cached_property
    def projections(self) -> list[Body]:
        """Read tables against a fold of the whole log."""
        return self.rows("projection", "verify", "--json")

    @cached_property
    def orders(self) -> dict[tuple[str, str], str]:
        """Every sales order the API knows, by company and number, with its state."""
        found: dict[tuple[str, str], str] = {}
        path, cursor = f"/process/v1/orders?limit={_PAGE}", ""
        while True:
            answer = self.get(f"{path}&cursor={urllib.parse.quote(cursor)}" if cursor else path)
            found |= {(row["company"], row["number"]): row["state"] for row in _rows(answer, f"GET {path}")}
            cursor = answer.get("next") or "" if isinstance(answer, dict) else ""
            if not cursor:
                return found

    def still_expects(self, company: str, purchase_order: str, name: str) -> bool:
        """Does a purchase order wait for a document by a date that is not over? Once it is, a person is asked."""
        query = urllib.parse.urlencode({"company": company})
        path = f"/process/v1/purchase-orders/{urllib.parse.quote(purchase_order, safe='')}?{query}"
        waiting = _object(self.get(path), f"GET {path}").get("waiting") or ()
        return any(row["name"] == name and row["kind"] == "expectation" and not row.get("fired_at") for row in waiting)

    def events_of(self, case: str) -> list[str]:
        """The types of the events in a case's own timeline."""
        path = f"/process/v1/timeline/{urllib.parse.quote(case)}"
        entries = _object(self.get(path), f"GET {path}").get("entries") or ()
        return [entry["what"] for entry in entries if entry["kind"] == "event" and entry["subject"] == case]

    def problems_of(self, case: str) -> list[Problem]:
        """The exception cases of one case."""
        return self._by_case.get(case, [])

    @cached_property
    def _by_case(self) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            found.setdefault(problem.case, []).append(problem)
        return found


def _rows(answer: Any, what: str) -> list[Body]:
    rows = answer.get("items") if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise Unanswered(f"`{what}` gave no list")
    return list(rows)


def _object(answer: Any, what: str) -> Body:
    if not isinstance(answer, dict):
        raise Unanswered(f"`{what}` gave no object")
    return answer


def _problem(row: Body) -> Problem:
    return Problem(
        case=row["case_id"],
        code=row["code"],
        key=row.get("key") or "",
        detail=row.get("detail") or "",
        lines=tuple(row.get("lines") or ()),
        owner=row.get("owner") or "",
        expected_on=row.get("expected_on") or "",
        is_open=not row.get("closed_at"),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a supplier: how far quantity and price may differ from the order."""

    quantity_over_percent: Decimal = Decimal(10)
    quantity_under_percent: Decimal = Decimal(15)
    price_percent: Decimal = Decimal(2)
    price_total: Decimal = Decimal(10)


class TermsOfProject:
    """The terms by supplier and company, as the network project states them; the loosest where none are known."""

    def __init__(self, shown: Body | None = None) -> None:
        self._terms: dict[tuple[str, str], Terms] = {}
        for name, partner in (shown or {}).get("partners", {}).items():
            for company, agreement in partner.get("agreements", {}).items():
                found = agreement.get("terms") or {}
                values = {field: number(found[field]) for field in Terms.__dataclass_fields__ if field in found}
                self._terms[company, name] = Terms(**values)

    def of(self, company: str, supplier: str) -> Terms:
        """What holds between a company and a supplier."""
        return self._terms.get((company, supplier), Terms())
