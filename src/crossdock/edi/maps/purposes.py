"""Purposes by which a document says that it was sent before: it is read, and whoever uses it should know."""

from __future__ import annotations

from crossdock.edi.kernel.syntax import EDIFACT, X12

COPIES = {
    X12: {"07": "duplicate", "18": "reissue"},
    EDIFACT: {"7": "duplicate", "31": "copy", "35": "retransmission", "43": "additional transmission"},
}
"""Dialect -> code (353 of X12, 1225 of EDIFACT) -> what it says."""


def copy_words(dialect: str, code: str) -> str:
    """What a purpose says of an earlier one of the same document; empty where it says nothing of it."""
    said = COPIES[dialect].get(code, "")
    return f"purpose {code} ({said}): the same was sent before" if said else ""
