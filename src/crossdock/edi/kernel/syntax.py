"""Which syntax an input is of, and in which encoding, told by how it begins."""

from __future__ import annotations

import re

X12, EDIFACT, TRADACOMS, XML = "X12", "EDIFACT", "TRADACOMS", "XML"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEGINS = (
    (X12, re.compile(rb"(?:ISA|isa)[^A-Za-z0-9 \t\r\n]|(?:ST|GS)([^A-Za-z0-9 \t\r\n])(?:[0-9]{3}|[A-Z]{2})\1")),
    (EDIFACT, re.compile(rb"(?:UN[AB]|un[ab])[^A-Za-z0-9 \t\r\n]|UN[GH]\+")),
    ("interactive EDIFACT (UIB)", re.compile(rb"UI[BH][^A-Za-z0-9 \t\r\n]")),
    (TRADACOMS, re.compile(rb"STX\s*=")),
    (XML, re.compile(rb"<")),
    ("JSON", re.compile(rb"\{|\[")),
    ("ZIP", re.compile(rb"PK\x03\x04")),
    ("GZIP", re.compile(rb"\x1f\x8b")),
    ("PDF", re.compile(rb"%PDF")),
    ("HL7", re.compile(rb"MSH[^A-Za-z0-9 \t\r\n]")),
    ("SAP IDoc", re.compile(rb"EDI_DC")),
    ("MIME", re.compile(rb"(?i)(?:mime-version|content-type|message-id|received):")),
)
# What is written in two or four bytes a letter, or in letters of mainframes; the codec reads it where it is Unicode.
_ENCODED = (
    ("UTF-32", "utf-32", re.compile(rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff")),
    ("UTF-16", "utf-16", re.compile(rb"\xff\xfe|\xfe\xff")),
    ("UTF-16 (little-endian, without mark)", "utf-16-le", re.compile(rb"(?:[\t\r\n -~]\x00){3}")),
    ("UTF-16 (big-endian, without mark)", "utf-16-be", re.compile(rb"(?:\x00[\t\r\n -~]){3}")),
    ("EBCDIC", "", re.compile(rb"[\x05\x0d\x15\x25\x40]*(?:\xc9\xe2\xc1|\xe4\xd5[\xc1\xc2])")),
)


def syntax_of(buffer: bytes, at: int = 0) -> str:
    """`X12`, `EDIFACT`, `TRADACOMS` or another that is known by its name; empty where nothing tells."""
    return next((name for name, begins in _BEGINS if begins.match(buffer, at)), "")


def refused_as(buffer: bytes, at: int, own: str) -> tuple[str, str] | None:
    """The fault code and words for an input of another syntax than a reader's own; None where nothing tells one."""
    found = syntax_of(buffer, at)
    if found in ("", own):
        return None
    code = "tradacoms" if found == TRADACOMS else "other_syntax"
    return code, f"the input is {found}, not {own}"


def encoded_as(buffer: bytes) -> tuple[str, str] | None:
    """Name and codec (empty where there is none of ours) of an encoding that no reader reads; None for all others."""
    return next(((name, codec) for name, codec, begins in _ENCODED if begins.match(buffer)), None)
