"""GS1 keys as EPCIS writes them: EPC URNs (TDS 2.0) or Digital Link URIs (GS1 Digital Link 1.2), and addresses of the
company's own for what has no key.

A URN parts a key behind its company prefix, which the digits do not tell: the prefixes that occur are options. A
Digital Link needs none.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from crossdock.edi.epcis.options import EpcisOptions
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.handling_unit import check_digit, sscc_fault

# GS1 General Specifications, figure 7.11-1: the 82 characters of lots and serial numbers, of which there are up to 20.
_TEXT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
# Characters that TDS escapes within a URN (section 6.3.1).
_ESCAPED = '"%&/<>?'


def gtin14(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 in fourteen digits. Raises `CannotWrite` for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14)):
        raise CannotWrite(f"{text!r} is no GTIN: 8, 12, 13 or 14 digits")
    if check_digit(text[:-1]) != text[-1]:
        raise CannotWrite(f"GTIN {text} ends in {text[-1]}; its other digits call for {check_digit(text[:-1])}")
    return text.zfill(14)


def is_gln(text: str) -> bool:
    """Thirteen digits, the last of which checks the others?"""
    return len(text) == 13 and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


class Identifiers:
    """Writes keys in the form of the options."""

    def __init__(self, options: EpcisOptions) -> None:
        self._options = options
        self._urn = options.identifiers == "urn"

    def goods(self, gtin: str, lot: str = "") -> str:
        """A class of goods: all of a GTIN, or of a lot of it."""
        number = gtin14(gtin)
        if self._urn:
            key = self._parted(number[1:-1], number[0])
            return f"urn:epc:class:lgtin:{key}.{_escaped(lot, 'lot')}" if lot else f"urn:epc:idpat:sgtin:{key}.*"
        end = f"/10/{quote(_text(lot, 'lot'), safe='')}" if lot else ""
        return f"{self._options.resolver}/01/{number}{end}"

    def piece(self, gtin: str, serial: str) -> str:
        """One piece, by its serial number."""
        number = gtin14(gtin)
        if self._urn:
            return f"urn:epc:id:sgtin:{self._parted(number[1:-1], number[0])}.{_escaped(serial, 'serial number')}"
        return f"{self._options.resolver}/01/{number}/21/{quote(_text(serial, 'serial number'), safe='')}"

    def unit(self, sscc: str) -> str:
        """A pallet or carton by its SSCC; one with a number of the sender's own under our own address."""
        if fault := sscc_fault(sscc):
            return self.own("unit", sscc, fault)
        if self._urn:
            return f"urn:epc:id:sscc:{self._parted(sscc[1:-1], sscc[0])}"
        return f"{self._options.resolver}/00/{sscc}"

    def place(self, gln: str) -> str:
        """A place by its GLN."""
        if self._urn:
            return f"urn:epc:id:sgln:{self._parted(gln[:-1])}.0"
        return f"{self._options.resolver}/414/{gln}"

    def party(self, gln: str) -> str:
        """A company by its GLN."""
        if self._urn:
            return f"urn:epc:id:pgln:{self._parted(gln[:-1])}"
        return f"{self._options.resolver}/417/{gln}"

    def transaction(self, gln: str, number: str) -> str:
        """A business document: the GLN of who numbers such documents, and its number."""
        return f"urn:epcglobal:cbv:bt:{gln}:{quote(number, safe='')}"

    def own(self, kind: str, *names: str) -> str:
        """An address of the company's own for what has no GS1 key. Raises `CannotWrite` where the options have none;
        the last name is why there is no key, if there are several."""
        *path, why = names if len(names) > 1 else (*names, f"{kind} {names[0]} has no GS1 key")
        if not self._options.authority:
            raise CannotWrite(f"{why}; give it one, or set `authority` to an address of your own")
        return "/".join((self._options.authority.rstrip("/"), kind, *(quote(each, safe="") for each in path)))

    def _parted(self, digits: str, indicator: str = "") -> str:
        """The company prefix, and behind a point the rest with the indicator digit before it."""
        for prefix in self._options.company_prefixes:
            if digits.startswith(prefix):
                return f"{prefix}.{indicator}{digits[len(prefix) :]}"
        raise CannotWrite(
            f"no company prefix of the options begins {indicator}{digits}; name it in `company_prefixes`, or write "
            "identifiers as digital_link"
        )


def _text(value: str, what: str) -> str:
    if not _TEXT.fullmatch(value):
        raise CannotWrite(f"{what} {value!r} is not of 1 to 20 characters that GS1 allows")
    return value


def _escaped(value: str, what: str) -> str:
    return "".join(f"%{ord(each):02X}" if each in _ESCAPED else each for each in _text(value, what))
