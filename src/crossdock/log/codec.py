"""Bodies as stored: JSON text with sorted keys and decimals as strings, always castable to jsonb."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.events.registry import REGISTRY, UPCASTS, VERSIONS

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


class UnknownEvent(Exception):
    """The log holds an event of a type or version this release does not know."""


def encode_body(body: msgspec.Struct) -> str:
    """The body as canonical JSON text."""
    return _encoder.encode(body).decode()


def decode_body(type_name: str, schema_version: int, text: str) -> msgspec.Struct:
    """The body in its newest shape, upcast step by step. Raises `UnknownEvent`."""
    current = VERSIONS.get(type_name)
    if current is None or schema_version > current:
        raise UnknownEvent(f"{type_name} version {schema_version}")
    if schema_version < current:
        return _upcast(type_name, schema_version, current, text)
    decoder = _decoders.get(type_name)
    if decoder is None:
        decoder = _decoders[type_name] = msgspec.json.Decoder(REGISTRY[type_name])
    body: msgspec.Struct = decoder.decode(text)
    return body


def _upcast(type_name: str, version: int, current: int, text: str) -> msgspec.Struct:
    raw = msgspec.json.decode(text)
    for step in range(version, current):
        raw = UPCASTS[type_name, step](raw)
    return msgspec.convert(raw, REGISTRY[type_name], strict=False)
