"""Documents that are read and written by definitions, which are data (`x12/*.toml`, `edifact/*.toml`)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.writer import OutgoingMessage
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.declared.account import Account, Dropped, Extension
from crossdock.edi.maps.declared.definition import (
    UNKNOWN_MESSAGE,
    UNKNOWN_SET,
    Definition,
    DefinitionError,
    broken,
    definitions,
)
from crossdock.edi.maps.declared.marks import mark_of, marking, usual_words
from crossdock.edi.maps.declared.reading import Walk
from crossdock.edi.maps.declared.source import EdifactSource, X12Source
from crossdock.edi.maps.declared.writing import write_edifact, write_x12
from crossdock.edi.x12.envelope import TransactionSet
from crossdock.edi.x12.writer import OutgoingSet

__all__ = [
    "Account",
    "Definition",
    "DefinitionError",
    "Dropped",
    "Extension",
    "Marked",
    "account_of",
    "broken",
    "definitions",
    "mark_of",
    "marked",
    "message_of",
    "read_by",
    "read_set",
    "set_of",
    "usual_words",
    "written_as",
]


def read_set(ts: TransactionSet, context: MapContext, faults: list[Fault]) -> Any:
    """The object a transaction set says; faults are added."""
    source = X12Source(ts, context, faults)
    source.check_elements()
    return Walk(definitions(X12)[ts.type], source).read()


def read_by(message: Message, context: MapContext, faults: list[Fault]) -> Any:
    """The object a message says; faults are added."""
    return Walk(definitions(EDIFACT)[message.type], EdifactSource(message, context, faults)).read()


def account_of(read: TransactionSet | Message, context: MapContext) -> Account:
    """What becomes of every element. One that no definition describes is kept whole."""
    faults: list[Fault] = []
    if isinstance(read, Message):
        walk = Walk(definitions(EDIFACT).get(read.type, UNKNOWN_MESSAGE), EdifactSource(read, context, faults))
    else:
        walk = Walk(definitions(X12).get(read.type, UNKNOWN_SET), X12Source(read, context, faults))
    walk.read()
    return walk.account()


class Marked(NamedTuple):
    """An object with a mark (`mark_of`) on every word that no element said, and what became of every element."""

    body: Any
    account: Account


def marked(read: TransactionSet | Message, context: MapContext) -> Marked | None:
    """A set or message with marks on what it does not say; None where nothing describes it."""
    definition = marking(EDIFACT if isinstance(read, Message) else X12, read.type)
    if definition is None:
        return None
    source = EdifactSource(read, context, []) if isinstance(read, Message) else X12Source(read, context, [])
    walk = Walk(definition, source)
    return Marked(walk.read(), walk.account())


def written_as(dialect: str, document: str, body: Any) -> Definition | None:
    """The definition by which a document of an object is written; None where there is none. Raises `CannotWrite` where
    it is one that is broken."""
    fitting = _writers(dialect, document)
    found = next((each for each in fitting if isinstance(body, each.object) and each.says(body)), None)
    if found is None:
        for each in broken(dialect).values():
            if each.document == document and not each.own:
                raise CannotWrite(f"its description cannot be used: {each.why}")
    return found


@lru_cache(maxsize=256)
def _writers(dialect: str, document: str) -> tuple[Definition, ...]:
    return tuple(each for each in definitions(dialect).values() if each.document == document and not each.own)


def set_of(definition: Definition, body: Any, context: MapContext) -> OutgoingSet:
    """The transaction set of an object. Raises `CannotWrite`."""
    if not isinstance(body, definition.object):
        raise CannotWrite(f"a {definition.document} is not a {type(body).__name__}")
    return OutgoingSet(definition.functional_id, definition.type, write_x12(definition, body, context))


def message_of(definition: Definition, body: Any, context: MapContext, version: str) -> OutgoingMessage:
    """The message of an object. Raises `CannotWrite`."""
    if not isinstance(body, definition.object):
        raise CannotWrite(f"a {definition.document} is not a {type(body).__name__}")
    return OutgoingMessage(definition.type, version, write_edifact(definition, body, context))
