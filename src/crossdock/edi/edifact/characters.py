"""Service characters and character sets: which bytes separate, and which letters the bytes between them are.

ISO 9735 (versions 1 to 4): the service string advice UNA states the separators, else those of its syntax level hold;
the syntax identifier of UNB (data element 0001) names the character repertoire.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def is_known(syntax: str) -> bool:
    """Is it a syntax identifier of ISO 9735?"""
    return syntax in _ENCODINGS


def encoding_of(syntax: str) -> str:
    """The encoding in which a syntax identifier is written."""
    return _ENCODINGS.get(syntax, "ascii")


def decode(raw: bytes, syntax: str) -> tuple[str, str]:
    """Text, and the encoding that was used, which never fails: what is not of the stated repertoire is read as UTF-8 if
    it is that, else as Latin-1. One character of a repertoire of eight bits is one byte."""
    for each in (encoding_of(syntax), "utf-8"):
        try:
            return raw.decode(each), each
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"
