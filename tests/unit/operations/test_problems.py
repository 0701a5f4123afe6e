"""What is wrong with one request is told at once."""

from __future__ import annotations

import pytest

from crossdock.operations.problems import Faults, FieldError, Problem, not_found


def gathered(*problems: Problem) -> Problem | None:
    faults = Faults("ordered")
    for n, problem in enumerate(problems):
        with faults.at(f"/lines/{n}"):
            raise problem
    return faults.problem()


def test_nothing_wrong_is_nothing_said() -> None:
    assert gathered() is None
    Faults("ordered").must_be_none()


def test_a_single_problem_is_told_as_it_is() -> None:
    problem = not_found("item 'X'")
    faults = Faults("ordered")
    faults.add("/item", problem)
    with pytest.raises(Problem) as raised:
        faults.must_be_none()
    assert raised.value is problem


def test_several_of_one_kind_stay_of_that_kind_and_each_is_named_with_its_place() -> None:
    said = gathered(not_found("item 'X'", "Look."), not_found("item 'Y'", "Look."))
    assert said is not None
    assert (said.code, said.advice) == ("not_found", "Look.")
    assert said.detail == "2 members of the request are wrong; nothing was ordered"
    assert [(error.pointer, error.detail) for error in said.errors] == [
        ("/lines/0", "there is no item 'X', or it is not yours"),
        ("/lines/1", "there is no item 'Y', or it is not yours"),
    ]


def test_several_of_different_kinds_are_a_body_that_breaks_rules() -> None:
    wrong = [FieldError("/a", "is odd"), FieldError("/b", "is odd")]
    said = gathered(not_found("item 'X'"), Problem("invalid_body", "parts", wrong))
    assert said is not None
    assert (said.code, said.kind.status) == ("invalid_body", 422)
    assert [error.pointer for error in said.errors] == ["/lines/0", "/a", "/b"]
