"""What a guideline file may say, field by field. The JSON Schema in the documentation is made from these forms."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Use = Literal["M", "O", "C", "X"]
"""Mandatory, optional, conditional (a condition says when), not used (must be empty)."""
Said = Literal["", "error", "warning"]
Direction = Literal["in", "out"]
Dialect = Literal["x12", "edifact"]
Check = Literal["", "gtin", "gln", "sscc", "upc", "unit"]
Type = Literal["", "AN", "ID", "N0", "N2", "R", "DT", "TM"]
Length = Annotated[str, msgspec.Meta(pattern=r"^([0-9]+\.\.)?[0-9]+$")]
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,2}$")]
"""Of an element or component, from 1."""
Place = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9]{1,2}(\[[^\]]+\])?(\.[0-9]{1,2}){0,2}$")]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public document that a guideline or pack follows."""

    title: str
    publisher: str = ""
    url: str = ""
    licence: str = ""


class Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An element, a component of one, or an id that comes with its qualifier."""

    use: Use = "O"
    name: str = ""
    type: Type = ""
    """As X12 names them: text, code, whole number, number with two implied decimals, decimal, date, time. Empty: as the
    base guide has it, or text."""
    length: Length = ""
    """`5`, or from to: `1..22`."""
    codes: dict[str, str] = {}
    """What may stand here, each with the partner's own word for it."""
    require: tuple[str, ...] = ()
    """Codes that must occur, each in one of the segments of this kind."""
    value: str = ""
    """The one thing that may stand here."""
    format: str = ""
    """A regular expression for the whole value."""
    check: Check = ""
    example: str = ""
    """What generated documents say here; needed where there is a `format`."""
    says: str = ""
    """The partner's own words, told where the rule is broken."""
    severity: Said = ""
    components: dict[Number, Element] = {}


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pairs of qualifier and id, in any order, from an element on."""

    first: int
    """The element of the first qualifier."""
    ids: dict[str, Element]
    """By qualifier."""
    most: int = 10


class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A segment; with `segments` of its own it opens a loop."""

    segment: Place
    """`BEG`, or one by what stands in it: `REF[01=DP]`."""
    name: str = ""
    use: Use = "O"
    max: int = 1
    """How often it may come here; 0: any number of times."""
    elements: dict[Number, Element] = {}
    pairs: Pairs | None = None
    segments: tuple[Segment, ...] = ()
    says: str = ""
    severity: Said = ""


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"when": "if"}):
    """What must hold where a segment stands. One of `must` and `amount`."""

    at: Place
    when: str = ""
    """CEL: only where this is so."""
    must: str = ""
    """CEL on codes, texts and dates."""
    amount: str = ""
    """A comparison of quantities, money or days: `PO1.02 > 0`, `SAC.05 <= 2 % of TDS.01`."""
    says: str = ""
    severity: Said = ""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which the partner's documents differ from those of the base map. Exactly one of the first eight."""

    move: Place = ""
    """The partner writes it here, the base map looks for it at `to`."""
    lookup: Place = ""
    """The partner's code (left in `table`) stands for ours (right)."""
    units: Place = ""
    """As `lookup`, for codes of units."""
    assume: Place = ""
    """The partner leaves it empty and means `value`."""
    state: Place = ""
    """The partner wants `value` in it, and the base map leaves it empty."""
    date: Place = ""
    """The partner writes dates in `form`."""
    decimals: Place = ""
    """The partner leaves out the point before the last `places` digits."""
    insert: str = ""
    """A segment the partner wants to see `after` another, and nobody reads: `REF*IA*12345`."""
    trim: Place = ""
    """Leading characters (`value`) that mean nothing are taken off. Read only."""
    to: Place = ""
    form: str = ""
    """Of `Y`, `M` and `D`: `MMDDYY`."""
    text: str = ""
    """With `move`: the words around the value, which stands where `{}` is."""
    value: str = ""
    table: dict[str, str] = {}
    after: Place = ""
    places: int = 2


class Guideline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one partner says of one document in one version."""

    partner: str
    dialect: Dialect
    document: str
    """`850`, `ORDERS`."""
    version: str
    """`004010`, `D:96A:UN:EAN008`; that of a document begins so."""
    directions: tuple[Direction, ...]
    """`in`: the partner sends it; `out`: we do."""
    source: Source
    segments: tuple[Segment, ...]
    name: str = ""
    others: Literal["warned", "refused", "ignored"] = "warned"
    """Segments that are not described here."""
    conditions: tuple[Condition, ...] = ()
    overlay: tuple[Change, ...] = ()


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document in `samples/`: whose it is, and the codes that are found in it."""

    source: str
    licence: str
    faults: tuple[str, ...] = ()
    """Codes of what is wrong with it, of envelope and content, each once; empty: it is sound."""
    direction: Direction = "in"


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A partner pack (`partner.yaml`): who the partner is, and what holds for all of its documents."""

    partner: str
    name: str
    kind: Literal["customer", "supplier", "warehouse", "carrier", "marketplace"]
    source: Source
    zone: str = ""
    """In which its times are that name no zone (and those that we write to it), such as `America/Chicago`; without it
    they are taken for UTC."""
    ids: dict[str, str] = {}
    """Interchange identities as qualifier and id: `{x12: ZZ/NORTHGATE}`."""
    about: str = ""
    tolerance: dict[str, Literal["mend", "accept", "reject"]] = {}
    """What is done about faults of the envelope, by code, beside what is always done (`edi.kernel.tolerance`)."""
    samples: dict[str, Sample] = {}
    """By file name."""
