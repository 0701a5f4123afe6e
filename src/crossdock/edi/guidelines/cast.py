"""Who and what a made-up document speaks of: companies, places, people, items, numbers and days that go together.

One cast stands behind each document: the order has one number wherever it is named, a party has one address, a line
one item with its price, and nothing arrives before it was shipped. The words are data (`cast.toml`).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.identifiers import with_check_digit

_EXAMPLES = "952"
"""GS1 keeps this prefix for examples; in UPCs it is 614141."""
_UPC_EXAMPLES = "0614141"
_OUR_CODES = ("IN", "CB", "BP", "PI", "SK", "PR", "EC")
"""Qualifiers under which an item goes by the buyer's number."""
_TRADE_UNITS = ("UP", "UI", "UD", "U2")
_CASES = ("UK", "UA", "UC")


@cache
def script() -> dict[str, Any]:
    """`cast.toml`."""
    return tomllib.loads(resources.files(__package__).joinpath("cast.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Party:
    """A company, or a place of one."""

    name: str
    street: str
    town: str
    region: str
    postcode: str
    country: str
    phone: str
    person: str
    number: str

    @property
    def gln(self) -> str:
        """Its GLN."""
        return with_check_digit(f"{_EXAMPLES}0000{self.number.zfill(5)[-5:]}")


@dataclass(slots=True)
class Item:
    """What one line is about."""

    number: int
    words: str
    price: Decimal
    pack: int
    quantity: int
    code: str

    @property
    def upc(self) -> str:
        """Its UPC."""
        return with_check_digit(_UPC_EXAMPLES + self.code[-4:])

    @property
    def gtin(self) -> str:
        """Its GTIN of thirteen digits."""
        return with_check_digit(f"{_EXAMPLES}00000{self.code[-4:]}")

    @property
    def case(self) -> str:
        """The GTIN of fourteen digits of a case of it."""
        return with_check_digit(f"1{_EXAMPLES}00000{self.code[-4:]}")


class Cast:
    """Everything that one document speaks of. `attempt` is how often a document was made in vain: each time less is
    as usual, since a guideline may want the unusual."""

    def __init__(self, chance: Chance, document: str, dialect: str, day: dt.date, attempt: int = 0) -> None:
        self._chance = chance
        self.document = document
        self.dialect = dialect
        self._data: dict[str, Any] = script()[dialect]
        self._attempt = attempt
        dated = script()["dated"].get(document, "ordered")
        self._ordered = day - dt.timedelta(days=script()["days"][dated])
        self._day = day
        self._numbers: dict[str, str] = {}
        self._companies: dict[str, str] = {}
        self._parties: dict[str, Party] = {}
        self._counts: dict[str, int] = {}
        self._first_item = chance.between(0, len(script()["items"]) - 1)
        self._items = 0
        self.currency = "USD" if dialect == "x12" else "EUR"
        self.unit = "EA" if dialect == "x12" else "PCE"
        self.scac, self.carrier = chance.choice(script()["carriers"]).split("|")
        self.party = self.meet("BY")
        self.item = self.next_item()
        self._items = 0

    def meet(self, role: str) -> Party:
        """The party that plays a part; the same one whenever it is named in the document."""
        if role not in self._parties:
            self._parties[role] = self._made(role)
        self.party = self._parties[role]
        return self.party

    def _made(self, role: str) -> Party:
        roles, chance = script()["roles"], self._chance
        part = next((each for each in ("carrier", "buyer") if role in roles[each].split()), "seller")
        if part not in self._companies:
            taken = {name.partition(" ")[0] for name in self._companies.values()}
            first = [each for each in script()["companies"] if each not in taken]
            self._companies[part] = f"{chance.choice(first)} {chance.choice(script()['parts'][part])}"
        name = self._companies[part]
        if role in roles["place"].split():
            name += f" DC {chance.between(1, 48)}"
        town, region, postcode, country, dial = chance.choice(script()["towns"][self.dialect]).split("|")
        end = f"01{chance.between(0, 99):02d}"
        phone = f"{dial}555{end}" if self.dialect == "x12" else f"00{dial} 555 {end}"
        street = f"{chance.between(1, 980)} {chance.choice(script()['streets'])}"
        person, number = chance.choice(script()["people"]), str(chance.between(100, 9999))
        return Party(name, street, town, region, postcode, country, phone, person, number)

    def next_item(self) -> Item:
        """The item of the next line."""
        items = script()["items"]
        words, price, pack = items[(self._first_item + self._items) % len(items)].split("|")
        self._items += 1
        code = f"{10000 + self._chance.between(0, 8999) + self._items}"
        quantity = self._chance.choice((6, 12, 18, 24, 30, 36, 48, 60, 72)) * (10 if Decimal(price) < 2 else 1)
        self.item = Item(self._items, words, Decimal(price), int(pack), quantity, code)
        return self.item

    def fact(self, name: str, asked: Callable[[str], str]) -> str:
        """What the cast knows by a name of `cast.toml`; empty where it knows nothing. `asked` tells what stands in the
        segment at a place (`01`, `02.3`)."""
        if name.startswith("="):
            return name[1:]
        what, _, at = name.partition(":")
        if at:
            return _ASKED[what](self, asked(at), asked)
        if what in script()["days"]:
            return self.date(what)
        return _FACTS[what](self)

    def date(self, event: str) -> str:
        """The day on which something happened, or is to."""
        return f"{self.day_of(event):%Y%m%d}"

    def day_of(self, event: str) -> dt.date:
        """The same as a date. After vain attempts all happens on one day, or on any."""
        if self._attempt % 3 == 1:
            return self._day
        if self._attempt % 3 == 2:
            return self._day + dt.timedelta(days=self._chance.between(-10, 40))
        return self._ordered + dt.timedelta(days=script()["days"][event])

    def own(self) -> str:
        """The number of the document itself."""
        kinds = {"ORDERS": "order", "INVOIC": "invoice", "DESADV": "shipment", "ORDRSP": "their_order"}
        return self.numbered(kinds.get(self.document, "report"))

    def numbered(self, what: str) -> str:
        """A number that is the same wherever the document names it."""
        if what not in self._numbers:
            start, digits = _NUMBERS.get(what, ("", 7))
            self._numbers[what] = start + "".join(self._chance.choice("0123456789") for _ in range(digits))
        return self._numbers[what]

    def count_up(self, what: str = "count_up") -> str:
        """One more than the last time."""
        self._counts[what] = self._counts.get(what, 0) + 1
        return str(self._counts[what])

    def between(self, least: int, most: int) -> str:
        """A whole number."""
        return str(self._chance.between(least, most))

    def of(self, what: str) -> str:
        """One of the words of `cast.toml`."""
        return str(self._chance.choice(script()[what]))

    def sscc(self) -> str:
        """A new SSCC."""
        return with_check_digit(f"0{_EXAMPLES}0000{self._chance.between(0, 999):03d}{int(self.count_up('sscc')):06d}")

    # What a qualifier asks for.

    def reference(self, qualifier: str, asked: Callable[[str], str]) -> str:
        """A reference of a kind."""
        kind = script()["references"].get(qualifier, f"reference {qualifier}")
        return self.numbered(kind) if kind.startswith("reference ") else self.fact(kind, asked)

    def dated(self, qualifier: str, asked: Callable[[str], str]) -> str:
        """A date of a kind, in the form that EDIFACT names beside it."""
        event = self._data["dates"].get(qualifier, "")
        day = f"{self.day_of(event):%Y%m%d}" if event else f"{self._day:%Y%m%d}"
        return day + "0830" if self.dialect == "edifact" and asked("01.3") == "203" else day

    def contact(self, qualifier: str, _: Callable[[str], str]) -> str:
        """Where somebody is reached."""
        if qualifier != "EM":
            return self.party.phone
        return f"{self.party.person.split()[0]}@{self.party.name.split()[0]}.example".lower()

    def party_id(self, qualifier: str, _: Callable[[str], str]) -> str:
        """Who a party is by a list: GLN, DUNS, DUNS with location, or a number of one of the two."""
        if qualifier == "UL" or (qualifier == "9" and self.dialect == "edifact"):
            return self.party.gln
        sizes = {"1": 9, "9": 13}
        number = self.party.number
        return number.zfill(sizes[qualifier] - 1).ljust(sizes[qualifier], "0") if qualifier in sizes else number

    def item_id(self, qualifier: str, _: Callable[[str], str]) -> str:
        """An item by the number that a qualifier asks for."""
        item = self.item
        if self.dialect == "edifact" and qualifier in ("EN", "SRV", "EAN"):
            return item.gtin
        if qualifier in _TRADE_UNITS:
            return item.upc
        if qualifier in _CASES:
            return item.upc if qualifier == "UA" else item.case
        known = {"EN": item.gtin, "EO": item.gtin, "IB": _isbn(f"0306{item.code}"), "PO": self.numbered("order"),
                 "LT": self.lot(), "B7": self.party.person}  # fmt: skip
        if qualifier in known:
            return known[qualifier]
        return item.code if qualifier in _OUR_CODES else f"{item.words[:2]}-{item.code[-4:]}".replace(" ", "")

    def lot(self) -> str:
        """The lot of what the line is about."""
        return f"L{self._day:%y}{self.item.code[-3:]}"


def _isbn(digits: str) -> str:
    """An ISBN of ten digits: modulo 11, where X is ten."""
    nine = digits[:9]
    over = sum(weight * int(each) for weight, each in zip(range(10, 1, -1), nine, strict=True)) % 11
    return nine + ("X" if (11 - over) % 11 == 10 else str((11 - over) % 11))


_NUMBERS = {
    "order": ("45", 8), "their_order": ("SO", 6), "consumer_order": ("W", 7), "invoice": ("INV", 6), "load": ("LD", 7),
    "shipment": ("SH", 7), "tracking": ("1Z", 10), "contract": ("C-", 5), "report": ("R", 6),
}  # fmt: skip
_FACTS: dict[str, Callable[[Cast], str]] = {
    **{each: (lambda cast, each=each: cast.numbered(each)) for each in _NUMBERS},  # type: ignore[misc]
    "own": Cast.own, "currency": lambda cast: cast.currency, "unit": lambda cast: cast.unit,
    "name": lambda cast: cast.party.name, "street": lambda cast: cast.party.street,
    "town": lambda cast: cast.party.town, "region": lambda cast: cast.party.region,
    "postcode": lambda cast: cast.party.postcode, "country": lambda cast: cast.party.country,
    "person": lambda cast: cast.party.person, "suite": lambda cast: f"UNIT {cast.between(1, 40)}",
    "number": lambda cast: str(cast.item.number), "quantity": lambda cast: str(cast.item.quantity),
    "price": lambda cast: f"{cast.item.price:f}", "pack": lambda cast: str(cast.item.pack),
    "words": lambda cast: cast.item.words, "lot": Cast.lot, "sscc": Cast.sscc, "count_up": Cast.count_up,
    "count": lambda cast: cast.between(1, 40), "weight": lambda cast: cast.between(80, 2400),
    "volume": lambda cast: cast.between(10, 90),
    "charge": lambda cast: cast.between(2, 9) + ("00" if cast.dialect == "x12" else ""),
    "remark": lambda cast: cast.of("remarks"), "carrier": lambda cast: cast.carrier,
    "scac": lambda cast: cast.scac, "trailer": lambda cast: f"TR{cast.between(1000, 9999)}",
    "who_pays_in": lambda cast: "SE" if cast.document in ("810", "832") else "BY",
    "stop": lambda cast: "CL" if cast.count_up("stop") == "1" else "CU",
    "county": lambda cast: cast.party.region or cast.party.country,
    "tax_number": lambda cast: f"{cast.party.country}{cast.party.number.zfill(9)}",
    "store": lambda cast: cast.between(1000, 1999), "dock": lambda cast: f"DOCK{cast.between(1, 20)}",
}  # fmt: skip
_ASKED: dict[str, Callable[[Cast, str, Callable[[str], str]], str]] = {
    "reference": Cast.reference, "date": Cast.dated, "contact": Cast.contact, "party": Cast.party_id,
    "item": Cast.item_id,
}  # fmt: skip
