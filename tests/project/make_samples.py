"""Write a sample for every event type that has none: `python -m tests.project.make_samples`.

A sample is made once, from the shape the type has then, and kept: later releases must still read it. After a change of
shape the old sample is renamed to `<Type>.v<n>.json` and a new one is made.
"""

from __future__ import annotations

import datetime as dt
import types
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from crossdock.events.registry import REGISTRY, VERSIONS
from crossdock.log.codec import encode_body

SAMPLES = Path(__file__).with_name("samples")

# What a field of this name says in the example network; any other text says its own name.
WORDS = {
    "action": "change",
    "actor": "operator",
    "buyer_item": "HS85123A",
    "carrier": "carrier",
    "channel": "shop",
    "company_id": "albion_uk",
    "country": "GB",
    "currency": "GBP",
    "customer_reference": "C-2207",
    "group_control_number": "17",
    "group_id": "PO",
    "item": "85123A",
    "line": "10",
    "location": "north",
    "number": "4500001",
    "order_number": "4500001",
    "order_line": "10",
    "partner": "brightware",
    "shipment": "SHN000012",
    "shipping_order": "536365-north-1",
    "ship_notice": "ASN-881",
    "supplier_item": "B-85123A",
    "system": "erp",
    "their_item": "HS85123A",
    "tracking": "SWL0000012345",
    "unit": "EA",
    "warehouse": "north",
}


def sample_of(body: type[msgspec.Struct]) -> msgspec.Struct:
    """A body with every field filled, optional ones too, so that none is left untested."""
    hints = get_type_hints(body, include_extras=True)
    return body(**{name: _value(name, hints[name]) for name in body.__struct_fields__})


def _value(name: str, declared: Any) -> Any:
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return _value(name, arguments[0])
    if origin is Literal:
        return arguments[-1]
    if origin in (Union, types.UnionType):
        return _value(name, next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        parts = arguments[:1] if arguments[-1] is Ellipsis else arguments
        return tuple(_value(name, part) for part in parts)
    if origin in (list, dict):
        raise TypeError(f"{name}: events hold tuples and structs, not {origin.__name__}s")
    if isinstance(declared, type) and issubclass(declared, msgspec.Struct):
        return sample_of(declared)
    return _plain(name, declared)


def _plain(name: str, declared: Any) -> Any:
    if declared is str:
        return WORDS.get(name, name)
    return {
        bool: True,
        int: 2,
        Decimal: Decimal("12.50"),
        dt.date: dt.date(2010, 12, 3),
        dt.datetime: dt.datetime(2010, 12, 1, 8, 26, tzinfo=dt.UTC),
        UUID: UUID("0194a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"),
    }[declared]


def write(name: str) -> Path:
    """Write the sample of one type, in the form in which a body lies in the log."""
    path = SAMPLES / f"{name}.json"
    head = msgspec.json.encode({"type": name, "schema_version": VERSIONS[name]}).decode()
    text = f'{head[:-1]},"body":{encode_body(sample_of(REGISTRY[name]))}}}'
    path.write_text(msgspec.json.format(text, indent=2) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Make what is missing."""
    SAMPLES.mkdir(exist_ok=True)
    for name in sorted(REGISTRY):
        if not (SAMPLES / f"{name}.json").exists():
            write(name)


if __name__ == "__main__":
    main()
