"""Tables in terminals of any width: what is to be copied is never cut."""

from __future__ import annotations

import io
import uuid

from rich.console import Console
from rich.text import Text

from crossdock.cli._console import brief, hanging, table

ID = uuid.UUID("01a1fbc5-06db-776b-8f49-81932c96acaa")
ROWS = [(ID, "acknowledgement_outside_tolerance", 12, "sales_order/albion_uk/homestead/536365", "a price " * 8)]
COLUMNS = ("id", "code", "attempts", "case", "detail")


def shown(width: int, what: object, *, terminal: bool = True) -> list[str]:
    out = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, legacy_windows=False)
    out.print(what)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_a_wide_terminal_has_a_table_with_numbers_to_the_right() -> None:
    head, row = shown(240, table(COLUMNS, ROWS))
    assert row.index("12") + 1 == head.index("attempts") + len("attempts") - 1
    assert row.startswith(str(ID))


def test_a_narrow_terminal_cuts_nothing_and_says_what_each_cell_is() -> None:
    lines = shown(80, table(COLUMNS, ROWS, title="Them"))
    assert lines[0].strip() == "Them"
    text = "\n".join(lines)
    for cell in (
        str(ID),
        "code acknowledgement_outside_tolerance",
        "attempts 12",
        "case sales_order/albion_uk/homestead/",
    ):
        assert cell in text
    assert max(map(len, lines)) <= 80
    assert "…" not in text


def test_a_long_cell_stays_indented_in_a_narrow_terminal() -> None:
    lines = shown(60, table(COLUMNS, ROWS))
    first = next(place for place, line in enumerate(lines) if "a price" in line)
    assert len(lines[first:]) > 1
    assert all(line.startswith("    ") for line in lines[first:])
    assert " ".join(" ".join(lines[first:]).split()) == "detail " + ("a price " * 8).strip()


def test_a_number_that_there_is_not_is_not_named_either() -> None:
    lines = shown(
        30, table(("case", "problems"), [("sales_order/albion_uk/shop/1", 2), ("sales_order/a/shop/2", None)])
    )
    assert sum("problems" in line for line in lines[1:]) == 1


def test_columns_with_nothing_in_them_give_way_first() -> None:
    head, row = shown(62, table(("case", "parked", "attempts"), [("x" * 50, "", 3)]))
    assert (head.split(), row.split()) == (["case", "attempts"], ["x" * 50, "3"])


def test_no_line_of_a_table_ends_in_blanks() -> None:
    for width in (40, 80, 300):
        for line in shown(width, table(COLUMNS, ROWS, title="Them"), terminal=False):
            assert line == line.rstrip()


def test_only_the_last_column_folds_where_that_is_enough() -> None:
    lines = shown(160, table(COLUMNS, ROWS))
    assert str(ID) in lines[1]
    assert "sales_order/albion_uk/homestead/536365" in lines[1]
    assert len(lines) > 2


def test_a_long_line_hangs_in_a_terminal_and_stays_one_in_a_pipe() -> None:
    line = Text("2010-12-01 09:01:47 --> " + "words " * 30 + "end")
    terminal = Console(width=80, force_terminal=True)
    head, *rest = hanging(terminal, line, 24).plain.split("\n")
    assert len(head) <= 80
    assert all(part.startswith(" " * 24) and len(part) <= 80 for part in rest)
    assert " ".join([head, *(part.strip() for part in rest)]).split() == line.plain.split()
    assert hanging(Console(width=80, file=io.StringIO()), line, 24) is line


def test_a_brief_text_ends_between_words() -> None:
    assert brief("one\ntwo") == "one"
    assert brief("") == ""
    assert brief("word " * 40).endswith("word …")
    assert len(brief("word " * 40)) <= 120
