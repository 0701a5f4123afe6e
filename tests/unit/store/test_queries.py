"""Statements in files: by name, and what several of them have in common said once."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.store import load_queries


def file_of(folder: Path, text: str) -> Path:
    made = folder / "some.sql"
    made.write_text(text, encoding="utf-8")
    return made


def test_what_statements_have_in_common_stands_in_its_place(tmp_path: Path) -> None:
    part = "-- part free: what is free\non_hand - reserved\n\n"
    text = part + "-- one: of one\nselect {{free}} from a;\n-- two: of two\n{{free}}"
    queries = load_queries(file_of(tmp_path, text))
    assert (queries.one, queries.two) == ("select on_hand - reserved from a", "on_hand - reserved")
    with pytest.raises(AttributeError, match="no statement 'free'"):
        _ = queries.free


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-- one: of one\nselect {{free}}", "no part 'free' stands before its use"),
        ("-- one: of one\nselect 1\n-- one: again\nselect 2", "'one' is defined twice"),
        ("-- part one: of one\n1\n-- one: again\nselect 2", "'one' is defined twice"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load_queries(file_of(tmp_path, text))
