"""What once was written to the log can be read by every later release."""

from __future__ import annotations

import msgspec
import pytest

from crossdock.events.registry import REGISTRY, UPCASTS, VERSIONS
from crossdock.log.codec import decode_body, encode_body
from tests.project.make_samples import SAMPLES, sample_of


class Sample(msgspec.Struct):
    type: str
    schema_version: int
    body: msgspec.Raw


def sample(path_stem: str) -> Sample:
    return msgspec.json.decode((SAMPLES / f"{path_stem}.json").read_bytes(), type=Sample)


def test_every_event_type_has_a_schema_version() -> None:
    assert REGISTRY.keys() == VERSIONS.keys()
    assert [name for name, version in VERSIONS.items() if version < 1] == []


def test_every_event_type_has_a_json_schema() -> None:
    schemas, _ = msgspec.json.schema_components(REGISTRY.values())
    assert len(schemas) == len(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_sample_of_every_event_type_is_kept_and_can_be_read(name: str) -> None:
    kept = sample(name)
    assert (kept.type, kept.schema_version) == (name, VERSIONS[name])
    body = decode_body(name, kept.schema_version, bytes(kept.body).decode())
    assert type(body) is REGISTRY[name]
    assert msgspec.json.decode(encode_body(body)) == msgspec.json.decode(kept.body)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_body_with_every_field_filled_is_read_as_it_was_written(name: str) -> None:
    body = sample_of(REGISTRY[name])
    assert decode_body(name, VERSIONS[name], encode_body(body)) == body


def test_samples_are_of_types_that_exist() -> None:
    assert {path.stem.partition(".")[0] for path in SAMPLES.glob("*.json")} - REGISTRY.keys() == set()


def test_every_earlier_version_has_a_sample_and_a_way_up() -> None:
    earlier = [(name, version) for name, newest in VERSIONS.items() for version in range(1, newest)]
    assert [step for step in earlier if step not in UPCASTS] == []
    for name, version in earlier:
        kept = sample(f"{name}.v{version}")
        assert kept.schema_version == version
        assert isinstance(decode_body(name, version, bytes(kept.body).decode()), REGISTRY[name])
