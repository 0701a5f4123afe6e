"""CSV and fixed-width files by a declared layout, to any business object and back.

layout = flat.layout(text)                        # YAML or TOML; flat.LayoutError says all that is wrong with it
for document in flat.read(data, layout, context): # MappedDocument: .body or .faults with line and column
    ...
data = flat.write(layout, [order, ...])

Reading streams: one document is held at a time. A record that is bad refuses its own document, or those beside it where
nobody can tell whose it is, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from crossdock.edi.flat.layout import Column, Csv, Fixed, Layout, LayoutError, Record, parsed
from crossdock.edi.flat.plan import Plan, marking
from crossdock.edi.flat.plan import plan as planned
from crossdock.edi.flat.reading import Reader
from crossdock.edi.flat.writing import Writer
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext, MappedDocument

__all__ = [
    "CannotWrite",
    "Column",
    "Csv",
    "Fixed",
    "Layout",
    "LayoutError",
    "Plan",
    "Record",
    "layout",
    "marking",
    "read",
    "write",
]


def layout(text: str | bytes, form: Literal["yaml", "toml"] = "yaml") -> Plan:
    """The layout of a file's text, held against its object. Raises `LayoutError` with all that is wrong."""
    return planned(parsed(text, form))


def read(data: bytes | Iterable[bytes], layout: Plan, context: MapContext) -> Iterator[MappedDocument]:
    """The documents of a file, in order. What belongs to no document comes as one without a body. Never raises."""
    return Reader(layout, context).read(data)


def write(layout: Plan, bodies: Iterable[msgspec.Struct], context: MapContext | None = None) -> bytes:
    """The file of some objects. Raises `CannotWrite` for what the layout cannot express."""
    return b"".join(Writer(layout, context).write(bodies))
