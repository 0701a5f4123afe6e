from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from crossdock.sandbox.dataset import CASH, ChannelRule, Dataset, arrange, is_goods, load, read_rows

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
EXAMPLE = Path(__file__).parents[3] / "examples/wholesaler/data"
CHANNELS = ChannelRule({"17850": "homestead"})


def days(tmp_path: Path, *rows: str) -> Dataset:
    (tmp_path / "2010-12-01.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return load(tmp_path, CHANNELS)


def sale(
    invoice: str, code: str, quantity: object, time: str = "08:00", price: str = "2.5", customer: str = "1"
) -> str:
    who = f"{customer}.0" if customer else ""
    return f"{invoice},{code},THING,{quantity},2010-12-01 {time}:00,{price},{who},United Kingdom"


def test_an_invoice_with_a_priced_goods_line_is_an_order_and_its_lines_have_ids_of_their_own(tmp_path: Path) -> None:
    data = days(tmp_path, sale("1", "10002", 3), sale("1", "10002", 4), sale("1", "POST", 1, price="18"))
    (order,) = data.orders
    assert [(line.line, line.item, line.quantity) for line in order.lines] == [("1", "10002", 3), ("2", "10002", 4)]
    assert [(charge.code, charge.amount) for charge in order.charges] == [("POST", Decimal(18))]
    assert order.total == Decimal("35.5")


def test_goods_of_cancellations_are_returns_and_their_charges_are_finance_entries(tmp_path: Path) -> None:
    data = days(tmp_path, sale("C2", "10002", -1, "09:00"), sale("C2", "D", -1, "09:00", price="27.5"))
    assert [line.quantity for line in data.returns[0].lines] == [1]
    assert [(entry.code, entry.amount) for entry in data.finance] == [("D", Decimal("-27.5"))]


def test_a_return_is_linked_to_the_last_earlier_sale_with_enough_left_of_it(tmp_path: Path) -> None:
    data = days(
        tmp_path,
        sale("1", "10002", 8, "08:00"),
        sale("2", "10002", 5, "09:00"),
        sale("C3", "10002", -5, "10:00"),
        sale("C4", "10002", -5, "11:00"),
        sale("C5", "10002", -5, "12:00"),
        sale("6", "10002", 50, "13:00"),
    )
    assert [(each.lines[0].order, each.lines[0].order_line) for each in data.returns] == [
        ("2", "1"),
        ("1", "1"),
        ("", ""),
    ]
    assert (data.rules["return_line_linked"], data.rules["return_line_unlinked"]) == (2, 1)


def test_nobody_knows_who_paid_cash_so_cash_returns_stay_unlinked(tmp_path: Path) -> None:
    data = days(tmp_path, sale("1", "10002", 8, customer=""), sale("C2", "10002", -1, "09:00", customer=""))
    assert data.orders[0].customer == CASH
    assert data.returns[0].lines[0].order == ""


def test_lines_without_price_and_customer_are_stock_adjustments_of_either_sign(tmp_path: Path) -> None:
    data = days(
        tmp_path,
        sale("1", "10002", -10, price="0", customer=""),
        sale("2", "10002", 56, price="0.0", customer=""),
        sale("3", "10002", -4, price="2.5", customer=""),
    )
    assert [each.lines[0].quantity for each in data.adjustments] == [-10, 56, -4]
    assert data.orders == []


def test_free_lines_of_a_customer_are_samples_on_the_order(tmp_path: Path) -> None:
    data = days(tmp_path, sale("1", "10002", 1), sale("1", "10080", 2, price="0"))
    assert [line.sample for line in data.orders[0].lines] == [False, True]
    assert data.rules["sample_line"] == 1


def test_bad_debt_is_a_finance_entry_not_an_order(tmp_path: Path) -> None:
    data = days(tmp_path, sale("A1", "B", 1, price="-11062.06", customer=""))
    assert data.orders == []
    assert [entry.rule for entry in data.finance] == ["finance_adjustment"]


def test_charges_alone_are_an_order_of_nothing_to_ship(tmp_path: Path) -> None:
    (order,) = days(tmp_path, sale("2", "POST", 1, price="18")).orders
    assert order.lines == ()
    assert [charge.amount for charge in order.charges] == [18]


@pytest.mark.parametrize(
    "code", ["POST", "DOT", "M", "D", "C2", "BANK CHARGES", "AMAZONFEE", "GIFT_0001_20", "?", "TEST001"]
)
def test_charges_vouchers_and_odd_codes_are_not_stock(code: str) -> None:
    assert not is_goods(code)


@pytest.mark.parametrize("code", ["85123A", "15056BL", "DCGS0076", "SP1002", "10002"])
def test_stock_codes_of_all_shapes_are_goods(code: str) -> None:
    assert is_goods(code)


def test_malformed_rows_are_kept_aside_with_file_and_line(tmp_path: Path) -> None:
    data = days(
        tmp_path,
        sale("1", "10002", "many"),
        sale("2", "10002", 1),
        "3,10002,SHORT",
        sale("4", "10002", "NaN"),
        '5,10002,"two\nlines",1,2010-12-01 09:00:00,1.0,,United Kingdom',
        sale("6", "10002", 0),
    )
    assert [(each.file, each.line) for each in data.aside] == [("2010-12-01.csv", line) for line in (2, 4, 5, 8)]
    assert data.rules["malformed_row"] == 4
    assert [order.number for order in data.orders] == ["2", "5"]


def test_a_file_without_the_columns_is_reported_and_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "2010-12-02.csv").write_text("something,else\n1,2\n")
    data = days(tmp_path, sale("1", "10002", 1))
    assert [(each.file, each.line) for each in data.aside] == [("2010-12-02.csv", 1)]
    assert len(data.orders) == 1


def test_every_row_of_the_shipped_days_is_counted_under_exactly_one_rule() -> None:
    data = load(EXAMPLE, CHANNELS)
    assert (len(data.orders), data.rows) == (337, 7419)
    assert sum(data.rules.values()) == data.rows
    assert sum(len(order.lines) + len(order.charges) for order in data.orders) == 7290
    assert data.rules["cash_sale_line"] > 2000


def test_channels_are_split_by_a_rule_that_never_moves() -> None:
    data = load(EXAMPLE, CHANNELS)
    by_channel = {channel: sum(order.channel == channel for order in data.orders) for channel in ("homestead", "shop")}
    assert by_channel == {"homestead": 34, "shop": 214}
    assert {order.channel for order in data.orders if order.customer == CASH} == {"marketplace"}


def test_a_byte_order_mark_and_odd_bytes_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"1,10002,CAF\xc9 SIGN,1,2010-12-01 08:00:00,1.0,,EIRE\n")
    rows = list(read_rows(file, []))
    assert arrange(rows, [], CHANNELS).orders[0].country == "EIRE"
