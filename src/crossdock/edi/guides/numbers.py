"""GS1 numbers that are none though a qualifier says that they are: with a length that it does not have, with other
characters than digits, or with a check digit that does not follow. It is so of items (UP, EN, UK, EO; EN, SRV and UP in
LIN and PIA), of shipping containers (MAN*GM, GIN+BJ) and of parties (N1 with UL; NAD and LOC with list 9).

Each is a warning and refuses nothing. It is asked by `edi validate` and `edi explain` where no guideline is, not each
time a map reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.identifiers import Kind, fault_of
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import TransactionSet

_MOST_FAULTS = 100
# Where pairs of qualifier and id begin.
_PAIRS = {"PO1": 6, "POC": 8, "IT1": 6, "LIN": 2, "ACK": 7, "SLN": 9, "W01": 4}
_ITEMS = {"UP": (12,), "EN": (13,), "UK": (14,), "EO": (8,)}
"""By qualifier: how many digits its number has. UA, UI and UD have none to check."""
_ITEMS_EDIFACT = ("EN", "SRV", "UP")
_GTIN = (8, 12, 13, 14)
_SSCC = (18, 20)
_GLN = (13,)
Found = tuple[Kind, tuple[int, ...], str, int, int]
"""Its kind, the lengths it may have, the number, and its element and component."""


def told_of_numbers(item: TransactionSet | Message, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """What was found in a set or message, and behind it what is wrong with its numbers where nothing was told yet. Of
    one that its envelope refuses nothing more is said."""
    if item.refused:
        return faults
    told = {(each.position, each.element) for each in faults}
    return faults + tuple(each for each in _wrong(item) if (each.position, each.element) not in told)


def _wrong(item: TransactionSet | Message) -> Iterator[Fault]:
    marks = item.interchange.delimiters
    edifact = isinstance(item, Message)
    count = 0
    for position, text in enumerate(item.texts, 1):
        row = text.split(marks.element)
        look = _LOOKS.get(row[0].partition(marks.component)[0] if edifact else row[0])
        if look is None:
            continue
        for kind, lengths, number, element, component in look(row, marks.component, edifact):
            if not number:
                continue
            code, words = fault_of(kind, number)
            if len(number) not in lengths and code in ("", "check_digit_wrong"):
                wanted = " or ".join(map(str, lengths))
                code, words = "identifier_malformed", f"{number} has {len(number)} digits; its qualifier means {wanted}"
            if code:
                yield item.fault(code, position, element=element, component=component, detail=words, severity="warning")
                count += 1
                if count >= _MOST_FAULTS:
                    return


def _pairs(row: list[str], separator: str, edifact: bool) -> Iterator[Found]:
    if edifact:
        yield from _of_composites(row, separator, 3)
        return
    for element in range(_PAIRS[row[0]], len(row) - 1, 2):
        lengths = _ITEMS.get(row[element].strip())
        if lengths:
            yield "gtin", lengths, row[element + 1].strip(), element + 1, 0


def _of_composites(row: list[str], separator: str, first: int) -> Iterator[Found]:
    for element in range(first, len(row)):
        number, _, rest = row[element].partition(separator)
        if rest.partition(separator)[0] in _ITEMS_EDIFACT:
            yield "gtin", _GTIN, number, element, 1


def _more_ids(row: list[str], separator: str, edifact: bool) -> Iterator[Found]:
    return _of_composites(row, separator, 2) if edifact else iter(())


def _marks(row: list[str], _: str, edifact: bool) -> Iterator[Found]:
    if not edifact and row[1:2] == ["GM"]:
        yield from (("sscc", _SSCC, row[element].strip(), element, 0) for element in (2, 3) if element < len(row))


def _labels(row: list[str], separator: str, edifact: bool) -> Iterator[Found]:
    if edifact and row[1:2] == ["BJ"]:
        for element in range(2, len(row)):
            for component, number in enumerate(row[element].split(separator), 1):
                yield "sscc", _SSCC, number, element, component


def _party(row: list[str], _: str, edifact: bool) -> Iterator[Found]:
    if not edifact and len(row) > 4 and row[3].strip() == "UL":
        yield "gln", _GLN, row[4].strip(), 4, 0


def _place(row: list[str], separator: str, edifact: bool) -> Iterator[Found]:
    parts = row[2].split(separator) if edifact and len(row) > 2 else []
    if len(parts) > 2 and parts[2] == "9":
        yield "gln", _GLN, parts[0], 2, 1


_LOOKS = {
    **dict.fromkeys(_PAIRS, _pairs), "PIA": _more_ids, "MAN": _marks, "GIN": _labels, "N1": _party, "NAD": _place,
    "LOC": _place,
}  # fmt: skip
