"""Texts of columns to values and back."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from crossdock.edi.flat.layout import Column
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.quantity import NoDecimal, stated

_FORMS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S"}
_TRUE, _FALSE = ("1", "true", "y", "yes"), ("0", "false", "n", "no")
_ZEROS = re.compile(r"^(-?)0+(?=[0-9])")
"""What fills up a number; it would count among its digits."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Directives of a date's form and how many characters each takes.
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "f": 6}


class BadValue(ValueError):
    """A text is not what its column says; the message says what is wanted."""


def trimmed(text: str, column: Column, kind: str) -> str:
    """The text without what it was filled up with. Of nothing but zeros one stays."""
    pad, right = column.pad, stands_right(column, kind)
    if column.trim in ("both", "left"):
        plain = text.lstrip(" " if not right else pad + " ")
        text = "0" if not plain and pad == "0" and right and text.strip() else plain
    if column.trim in ("both", "right"):
        text = text.rstrip(" " if right else pad + " ")
    return text


def stands_right(column: Column, kind: str) -> bool:
    """Does a value stand at the right of its places? Numbers do unless told otherwise."""
    return column.align == "right" or (not column.align and kind in ("decimal", "integer"))


def value(text: str, column: Column, kind: str, choices: tuple[str, ...]) -> Any:
    """What a text says. Raises `BadValue`."""
    if column.codes:
        if text not in column.codes:
            raise BadValue(f"{text!r} is none of {', '.join(sorted(column.codes))}")
        text = column.codes[text]
    match kind:
        case "decimal":
            return _decimal(text, column)
        case "integer":
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                raise BadValue(f"{text!r} is no whole number")
            return int(text)
        case "date" | "datetime":
            return _date(text, column.form or _FORMS[kind], kind)
        case "boolean":
            if text.lower() not in _TRUE + _FALSE:
                raise BadValue(f"{text!r} is neither yes nor no")
            return text.lower() in _TRUE
        case "code":
            if text not in choices:
                raise BadValue(f"{text!r} is none of {', '.join(choices)}")
    return text


def _decimal(text: str, column: Column) -> Decimal:
    plain = text.replace(column.thousands, "") if column.thousands else text
    if column.decimal_mark != ".":
        if "." in plain:
            raise BadValue(f"{text!r} is no number with {column.decimal_mark!r} before its decimals")
        plain = plain.replace(column.decimal_mark, ".")
    plain = plain[-1] + plain[:-1] if plain.endswith(("-", "+")) else plain
    plain = _ZEROS.sub(r"\1", plain.removeprefix("+"))
    try:
        found = stated(plain)
    except NoDecimal as refusal:
        raise BadValue(f"{text!r} {refusal}") from None
    if column.implied_decimals and "." in plain:
        raise BadValue(f"{text!r} has a decimal mark, and {column.implied_decimals} decimals are implied")
    return found.scaleb(-column.implied_decimals) if column.implied_decimals else found


def _date(text: str, form: str, kind: str) -> dt.date | dt.datetime:
    # The characters are counted here: `strptime` finds a year 1012 in six digits.
    if len(text) != sum(_WIDTHS.get(each[1], 1) if len(each) == 2 else 1 for each in re.findall(r"%.|.", form)):
        raise BadValue(f"{text!r} is no date of the form {form}")
    try:
        found = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
    except ValueError:
        raise BadValue(f"{text!r} is no date of the form {form}") from None
    return found if kind == "datetime" else found.date()


def form_problem(form: str) -> str:
    """What is wrong with a date's form; empty if nothing is."""
    unknown = [each for each in re.findall(r"%(.)", form) if each not in _WIDTHS]
    return f"%{unknown[0]} is none of {', '.join('%' + each for each in _WIDTHS)}" if unknown else ""


def text_of(found: Any, column: Column, kind: str) -> str:
    """A value as its column writes it. Raises `CannotWrite`."""
    if found is None:
        return ""
    if kind == "decimal":
        said = _number(found, column)
    elif kind in ("date", "datetime"):
        moment = found.astimezone(dt.UTC) if isinstance(found, dt.datetime) else found
        said = moment.strftime(column.form or _FORMS[kind])
        if isinstance(moment, dt.datetime) and _date(said, column.form or _FORMS[kind], kind) != moment:
            raise CannotWrite(f"{_named(column)}: {moment.isoformat()} is finer than {column.form or _FORMS[kind]}")
    elif kind == "boolean":
        said = "true" if found else "false"
    else:
        said = str(found)
    if column.codes:
        back = {ours: theirs for theirs, ours in reversed(column.codes.items())}
        if said not in back:
            raise CannotWrite(f"{_named(column)}: {said!r} is none of {', '.join(sorted(back))}")
        said = back[said]
    if any(each in said for each in "\r\n") and kind != "text":
        raise CannotWrite(f"{_named(column)}: {said!r} has a line end")
    return said


def _number(found: Decimal, column: Column) -> str:
    if not found.is_finite():
        raise CannotWrite(f"{_named(column)}: {found} is not a number")
    if column.implied_decimals:
        scaled = found.scaleb(column.implied_decimals)
        if scaled != scaled.to_integral_value():
            raise CannotWrite(f"{_named(column)}: {found:f} has more than {column.implied_decimals} decimals")
        return f"{scaled.to_integral_value():f}"
    return f"{found:f}".replace(".", column.decimal_mark)


def placed(said: str, column: Column, kind: str) -> str:
    """A text in its places of a fixed record. Raises `CannotWrite` for one that is too long or could not be read."""
    assert column.at is not None  # a fixed record's columns have places
    width = column.at[1] - column.at[0] + 1
    if len(said) > width:
        raise CannotWrite(f"{_named(column)} has {width} places, {said!r} needs {len(said)}")
    if any(each in said for each in "\r\n"):
        raise CannotWrite(f"{_named(column)}: {said!r} has a line end")
    if not said:
        return " " * width
    if not stands_right(column, kind):
        cell = said.ljust(width, column.pad)
    elif column.pad == "0" and said[:1] == "-":
        cell = "-" + said[1:].rjust(width - 1, "0")
    else:
        cell = said.rjust(width, column.pad)
    if kind not in ("decimal", "integer") and trimmed(cell, column, kind) != said:
        raise CannotWrite(f"{_named(column)}: {said!r} could not be told from what fills its places up")
    return cell


def is_formula(said: str) -> bool:
    """Would a spreadsheet run this text?"""
    return said.startswith(_FORMULA)


def _named(column: Column) -> str:
    return f"column {column.name or column.path}"
