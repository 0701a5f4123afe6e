"""The documented table is the contract: nothing is measured or logged beside it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from crossdock.telemetry import logs, metrics


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logs._level["number"] = 20


def test_every_metric_of_the_table_is_exposed_and_no_other() -> None:
    text = metrics.exposition().decode()
    exposed = {name.removesuffix("_total") for name in re.findall(r"^# HELP (\S+)", text, re.MULTILINE)}
    assert {name for name in exposed if not name.endswith("_created")} == set(metrics.TABLE)


def test_a_gauge_forgets_what_is_no_more() -> None:
    metrics.state("crossdock_exception_cases_open", {("credit_hold",): 2, ("undeliverable",): 1})
    metrics.state("crossdock_exception_cases_open", {("undeliverable",): 3})
    text = metrics.exposition().decode()
    assert 'crossdock_exception_cases_open{code="undeliverable"} 3.0' in text
    assert "credit_hold" not in text


def test_a_log_line_is_one_json_object_with_documented_fields() -> None:
    out = io.StringIO()
    logs.configure("info", out)
    log = structlog.get_logger()
    log.info("call", correlation_id="1", system="erp\nfake line")
    log.debug("unseen")
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("failed", kind="fault")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["call", "failed"]
    assert "ValueError: why" in lines[1]["exception"]
    assert all(set(line) <= set(logs.FIELDS) for line in lines)


def test_the_rooms_of_this_interface_log_only_documented_fields() -> None:
    package = Path(logs.__file__).parents[1]
    pattern = re.compile(r"_?log\.(?:debug|info|warning|error|exception)\((.*?)\)\n", re.DOTALL)
    for file in [*package.glob("api/**/*.py"), *package.glob("operations/*.py")]:
        for call in pattern.findall(file.read_text(encoding="utf-8")):
            fields = set(re.findall(r"(?<![\w.])([a-z_]+)=", call)) - {"exc_info"}
            assert fields <= set(logs.FIELDS), f"{file.name}: {fields - set(logs.FIELDS)}"
