"""Canonical business objects, quantities, prices and identifiers. Pure: the standard library and msgspec only."""
