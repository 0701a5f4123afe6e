"""Checks of single texts by kind. Each answers what is wrong and what to do, or None."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection
from functools import cache
from zoneinfo import available_timezones

import holidays

from crossdock.project import facts

Finding = tuple[str, str]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_HIGHEST_PORT = 65535


def suggestion(text: str, known: Collection[str]) -> str:
    """What was probably meant, or all there is to choose from."""
    close = difflib.get_close_matches(text, known, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known are {', '.join(sorted(known))}" if known else "there are none yet"


def identifier(text: str) -> Finding | None:
    """Ids stand in keys and paths of everything, so they are plain."""
    if _ID.fullmatch(text):
        return None
    return f"`{text}` cannot be an id", "use small letters, digits and `_`, beginning with a letter"


def zone(text: str) -> Finding | None:
    """A time zone of the IANA database."""
    known = _zones()
    return None if text in known else (f"`{text}` is no time zone", _zone_remedy(text, known))


def _zone_remedy(text: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(text, known, n=1)
    return f"did you mean `{close[0]}`?" if close else "use an IANA name such as `Europe/London`"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def subdivisions_by_country() -> dict[str, list[str]]:
    """Countries whose public holidays are known, with their parts."""
    return holidays.list_supported_countries(include_aliases=True)


def country(text: str) -> Finding | None:
    """An ISO 3166-1 code; those without known public holidays are fine where none are asked for."""
    if not text or re.fullmatch(r"[A-Z]{2}", text):
        return None
    return f"`{text}` is no country code", "use two capital letters, such as `GB`"


def currency(text: str) -> Finding | None:
    """An ISO 4217 code by its form."""
    return None if _CURRENCY.fullmatch(text) else (f"`{text}` is no currency code", "use three capitals, such as `GBP`")


def document(text: str) -> Finding | None:
    """A document of the canonical vocabulary."""
    known = facts.DOCUMENTS
    return None if text in known else (f"`{text}` is no document", suggestion(text, known))


def separator(text: str) -> Finding | None:
    """One character that data does not use."""
    if len(text) == 1 and not text.isalnum() and text != " ":
        return None
    return f"{text!r} cannot be a separator", 'write one character that is no letter, digit or space, such as "*"'


def item_rule(text: str) -> Finding | None:
    """A text with the place of our id in it."""
    if not text or text.count("{item}") == 1:
        return None
    return f"`{text}` does not say where our item id stands", "write `{item}` once in it, such as `B-{item}`"


def item_pattern(text: str) -> Finding | None:
    """An item, or the beginning of items before a `*`."""
    if text and "*" not in text[:-1]:
        return None
    return f"`{text}` names no items", "write an item such as `22423`, or how items begin, such as `22*`"


def port(number: int) -> Finding | None:
    """A TCP port."""
    return None if 0 <= number <= _HIGHEST_PORT else (f"{number} is no port", "use 1 to 65535")


TEXTS: dict[str, Callable[[str], Finding | None]] = {
    "zone": zone,
    "country": country,
    "currency": currency,
    "document": document,
    "separator": separator,
    "item_rule": item_rule,
    "item_pattern": item_pattern,
    "identifier": identifier,
}
