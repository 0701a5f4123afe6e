"""An actor: a program or a person, what it may do, and for which companies."""

from __future__ import annotations

import msgspec

SCOPES: dict[str, str] = {
    "orders:write": "place and cancel sales orders",
    "orders:read": "look up sales orders",
    "stock:read": "ask what may be promised",
    "stock:reserve": "reserve stock and give it back",
    "purchasing:read": "look up purchase orders",
    "purchasing:write": "accept suppliers' answers outside the terms, approve invoices that do not match",
    "timeline:read": "read the story of a document across all systems",
    "operations:read": "see exception cases, dead letters and quarantined documents",
    "operations:write": "approve orders, close exception cases, replay dead letters, release documents, move goods",
}


class Denied(Exception):
    """The actor lacks the scope for this, or the company is not one of its own."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class Actor(msgspec.Struct, frozen=True):
    """`name` goes into events and the audit. No `companies` means all of this installation."""

    name: str
    scopes: frozenset[str]
    companies: frozenset[str] = frozenset()
    channel: str = ""
    """The channel whose orders this actor places and sees; empty for all."""
    partner: str = ""

    def must(self, scope: str) -> None:
        """Raise `Denied` without this scope."""
        if scope not in self.scopes:
            raise Denied(f"this needs the scope {scope!r} ({SCOPES[scope]})")

    def sees(self, company_id: str) -> bool:
        """Is the company one of this actor's?"""
        return not self.companies or company_id in self.companies

    def visible(self) -> list[str] | None:
        """The companies as a query parameter: None for all."""
        return sorted(self.companies) or None


def operator(name: str) -> Actor:
    """A person at the command line of the installation, who may do everything; `name` says who."""
    return Actor(name=f"cli:{name}", scopes=frozenset(SCOPES))
