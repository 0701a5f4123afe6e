"""Parties and where they are."""

from __future__ import annotations

import msgspec


class PartyRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A party as a document names it: our id where known, and the id the sender used.

    Personal data never stands here: names of people and addresses live in the erasable contact store and are
    referred to by `contact_ref`.
    """

    id: str
    their_id: str = ""
    qualifier: str = ""
    """Code list of `their_id`, as X12 element 66 writes it: `92` assigned by buyer, `UL` GLN, `9` DUNS+4."""
    name: str = ""
    country: str = ""
    contact_ref: str = ""
