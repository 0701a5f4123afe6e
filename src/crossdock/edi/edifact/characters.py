"""Service characters and character sets: which bytes separate, and which letters the bytes between them are.

ISO 9735 (versions 1 to 4): the service string advice UNA states the separators, else those of its syntax level hold;
the syntax identifier of UNB (data element 0001) names the character repertoire.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crossdock.edi.kernel.letters import CONTROL_IN_UTF8, CONTROLS, WESTERN_IN_UTF8

BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class ServiceCharacters:
    """The separators of one interchange. `repetition` is empty before syntax version 4; `release` is empty where UNA
    states a space; `suffix` follows every terminator (line ends for human eyes)."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"
    suffix: str = ""
    stated: bool = False
    """A UNA was there."""

    @property
    def una(self) -> str:
        """The service string advice that states them."""
        marks = self.component + self.element + self.decimal + (self.release or " ") + (self.repetition or " ")
        return f"UNA{marks}{self.terminator}"


# Level B without UNA may use the information separators of ISO 646 (ISO 9735 version 1, 4.2).
LEVEL_B = ServiceCharacters(component="\x1f", element="\x1d", decimal=".", release="", terminator="\x1c")
LEVEL_A = ServiceCharacters()

_ENCODINGS = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOX": "iso2022_jp",
    "UNOY": "utf-8",
}


# Letters, digits and marks of levels A and B (ISO 9735:1988, 5.1 and 5.2); line ends between segments are let pass.
_LEVEL_A = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/=!\"%&*;<>'+:?\r\n")
_LEVELS = {"UNOA": _LEVEL_A, "UNOB": _LEVEL_A | frozenset(b"abcdefghijklmnopqrstuvwxyz")}
_WESTERN = ("UNOC", "UNOK", "UNOL")
_NO_CONTROLS = frozenset(b"\r\n") | frozenset(range(0x20, 0x100)) - {0x7F}
_TAB = ord("\t")


@lru_cache(maxsize=64)
def _repertoire(syntax: str, marks: ServiceCharacters) -> bytes:
    stated = f"{marks.component}{marks.element}{marks.release}{marks.repetition}{marks.terminator}"
    known = _LEVELS.get(syntax, _NO_CONTROLS)
    if encoding_of(syntax).startswith("iso8859"):
        known -= frozenset(CONTROLS)
    return bytes(known | frozenset(stated.encode("latin-1")))


def beyond_repertoire(raw: bytes, syntax: str, marks: ServiceCharacters) -> int:
    """Where the first byte stands that is no character of the stated repertoire, nor separates; -1 if none does. A tab
    may indent a segment, and stands in no value."""
    at = -1
    allowed = _repertoire(syntax, marks)
    if raw.translate(None, allowed):
        blank = b" \t\r\n" + marks.terminator.encode("latin-1")
        places = (place for place, byte in enumerate(raw) if byte not in allowed)
        at = next((each for each in places if raw[each] != _TAB or raw[each - 1] not in blank), -1)
    found = -1 if raw.isascii() else _foreign_at(raw, syntax)
    return min(at, found) if at >= 0 <= found else max(at, found)


def _foreign_at(raw: bytes, syntax: str) -> int:
    """Where the first letter beyond ASCII stands that is of another encoding than the repertoire; -1 if none does."""
    if written_in_utf8(raw, syntax):
        return next(place for place, byte in enumerate(raw) if byte >= 0x80)
    if _ENCODINGS.get(syntax) == "utf-8":
        try:
            raw.decode()
        except UnicodeDecodeError as problem:
            return problem.start
        found = CONTROL_IN_UTF8.search(raw)
    else:
        found = WESTERN_IN_UTF8.search(raw) if syntax in _WESTERN else None
    return found.start() if found else -1


def is_known(syntax: str) -> bool:
    """Is it a syntax identifier of ISO 9735?"""
    return syntax in _ENCODINGS


def encoding_of(syntax: str) -> str:
    """The encoding in which a syntax identifier is written."""
    return _ENCODINGS.get(syntax, "ascii")


def written_in_utf8(raw: bytes, syntax: str) -> bool:
    """Is a text UTF-8, though a western repertoire of eight bits is stated? No words of those happen to be that."""
    if syntax not in _WESTERN or raw.isascii():
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def foreign(raw: bytes, at: int, syntax: str) -> str:
    """What is wrong with a byte that is no character of the stated repertoire."""
    byte = raw[at : at + 1]
    if not byte.isascii() and written_in_utf8(raw, syntax):
        return f"the letters are those of UTF-8, not of {syntax}"
    if syntax in _WESTERN and (odd := WESTERN_IN_UTF8.match(raw, at)) is not None:
        return f"{odd[0].decode()!r} is of UTF-8, other letters are not; it is read as {syntax}"
    if _ENCODINGS.get(syntax) == "utf-8" and (control := CONTROL_IN_UTF8.match(raw, at)) is not None:
        return f"U+00{control[0][1]:02X} is a control character"
    return f"{byte.decode('latin-1')!r} is no character of {syntax}"


def decode(raw: bytes, syntax: str) -> tuple[str, str]:
    """Text, and the encoding that was used, which never fails: what is not of the stated repertoire is read as UTF-8 if
    it is that, else as Latin-1. One character of a repertoire of eight bits is one byte."""
    for each in ("utf-8",) if written_in_utf8(raw, syntax) else (encoding_of(syntax), "utf-8"):
        try:
            return raw.decode(each), each
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"
