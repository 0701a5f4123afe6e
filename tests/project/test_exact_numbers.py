"""No binary fraction where quantities and money are: 0.1 + 0.2 is 0.30000000000000004, and nobody notices for months.

A float can only come from a literal, from `float`, from a module that computes with floats, from JSON or SQL that makes
them, or from dividing two integers. All of these are forbidden in the rooms below; what measures time, bytes or load
is named in `MEASURES`. A division is taken where it shows an exact operand, or is named in `EXACT_DIVISIONS`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.project.tree import SOURCE

ROOMS = (
    "model", "rules", "masterdata", "inventory", "processes", "events", "edi", "exchange", "connectors", "operations",
    "api",
)  # fmt: skip
MEASURES = {
    "api/app.py": "seconds until it stops",
    "api/gateway/body.py": "seconds of patience",
    "api/gateway/limits.py": "calls per second",
    "api/gateway/middleware.py": "seconds a call took",
    "api/system/health.py": "seconds of patience",
    "connectors/_kit/http.py": "seconds of patience",
    "connectors/_kit/signatures.py": "seconds since the epoch",
    "exchange/transports/sftp.py": "seconds of patience",
    "operations/doctor.py": "bytes and shares of disks",
    "operations/gauges.py": "what the metrics library takes",
    "operations/story.py": "milliseconds in an identifier",
}
"""Files that measure something else than goods or money, and what."""
EXACT_DIVISIONS = {
    ("edi/maps/totals.py", "value / price.per.amount"),
    ("connectors/_kit/writing.py", "price.amount / price.per.amount"),
    ("inventory/ledger/allotment.py", "total * rule.share_percent / 100"),
    ("inventory/availability/answer.py", "levels[part][location] / per_kit"),
    ("inventory/availability/answer.py", "now / ratio"),
    ("inventory/keeping/keeper.py", "on_hand * percent / 100"),
    ("model/units.py", "measured.size / wanted.size"),
}
"""Divisions of a Decimal or Fraction by one, or by an integer, whose operands do not show it. Add one only after
looking at its types."""
_COMPUTES_IN_FLOATS = {"math", "statistics", "random", "cmath", "numpy"}
_EXACT_CALLS = {"Decimal", "Fraction"}
_FLOAT_SQL = re.compile(r"double precision|\bfloat[48]?\b|\breal\b", re.IGNORECASE)


def floats(source: str) -> Iterator[str]:
    """Where a module makes, takes or names a float, as `line: expression`."""
    tree = ast.parse(source)
    exact = _exact_names(tree)
    for node in ast.walk(tree):
        if _makes_float(node, exact):
            yield f"{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]


def _makes_float(node: ast.AST, exact: set[str]) -> bool:
    match node:
        case ast.Constant(value=float() | complex()):
            return True
        case ast.Name(id="float" | "complex") | ast.Attribute(attr="__float__" | "__truediv__"):
            return True
        case ast.Import(names=names):
            return any(name.name.partition(".")[0] in _COMPUTES_IN_FLOATS for name in names)
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] in _COMPUTES_IN_FLOATS
        case ast.Call(func=ast.Attribute(attr="loads" | "load", value=ast.Name(id="json")), keywords=keywords):
            return all(keyword.arg != "parse_float" for keyword in keywords)
        case ast.BinOp(op=ast.Div(), left=left, right=right) | ast.AugAssign(op=ast.Div(), target=left, value=right):
            return not (_is_exact(left, exact) or _is_exact(right, exact) or _is_text(right))
        case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp(op=ast.USub())):
            return True  # 10 ** -2 is a float
    return False


def _exact_names(tree: ast.Module) -> set[str]:
    """Module constants that are a Decimal or Fraction."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_exact(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_exact(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=called)):
            return called in _EXACT_CALLS
        case ast.Name(id=name):
            return name in names
        case ast.BinOp(left=left, right=right):
            return _is_exact(left, names) or _is_exact(right, names)
    return False


def _is_text(node: ast.expr) -> bool:
    """A path is put together with the same sign."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_quantities_and_money_never_meet_a_binary_fraction() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            name = str(path.relative_to(SOURCE))
            if name in MEASURES:
                continue
            for place in floats(path.read_text(encoding="utf-8")):
                if (name, place.partition(": ")[2]) not in EXACT_DIVISIONS:
                    found.append(f"{name}:{place}")
    assert found == [], "use Decimal or Fraction; name the file in MEASURES if it measures time, bytes or load"


def test_the_store_keeps_no_quantity_or_amount_as_a_binary_fraction() -> None:
    allowed = {"seconds_left", "unbooked", "seconds", "rate"}
    found = [
        f"{path.relative_to(SOURCE)}:{number} {line.strip()}"
        for path in sorted(SOURCE.rglob("*.sql"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _FLOAT_SQL.search(line.partition("--")[0]) and not any(re.search(rf"\b{word}\b", line) for word in allowed)
    ]
    assert found == []


def test_every_exception_is_still_needed() -> None:
    for name in MEASURES:
        assert list(floats((SOURCE / name).read_text(encoding="utf-8"))), name
    for name, division in EXACT_DIVISIONS:
        places = [each.partition(": ")[2] for each in floats((SOURCE / name).read_text(encoding="utf-8"))]
        assert division in places, (name, division)


@pytest.mark.parametrize(
    "planted",
    [
        "quantity = 0.1",
        "def extend(amount: float) -> None: ...",
        "each = float(price)",
        "share = total / count",
        "share /= count",
        "cent = 10 ** -2",
        "import math",
        "from statistics import mean",
        "body = json.loads(content)",
        "rate: dict[str, float] = {}",
        "half = len(lines) / 2",
    ],
)
def test_a_planted_float_is_found(planted: str) -> None:
    assert list(floats(planted))


@pytest.mark.parametrize(
    "exact",
    [
        "quantity = Decimal('0.1')",
        "each = Fraction(price) / Fraction(12)",
        "HUNDRED = Decimal(100)\nshare = total * 3 / HUNDRED",
        "body = json.loads(content, parse_float=Decimal)",
        "path = folder / 'file.sql'",
        "whole = total // count",
    ],
)
def test_exact_arithmetic_is_left_alone(exact: str) -> None:
    assert not list(floats(exact))
