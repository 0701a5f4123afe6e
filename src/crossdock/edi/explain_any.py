"""Files of every syntax in words: those of `explain`, and canonical JSON and flat files by their layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from crossdock.edi import documents, flat
from crossdock.edi.assumed import Assumed, copied, unsaid
from crossdock.edi.beside import names
from crossdock.edi.documents import JSON, Document
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.facts import words
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.inputs import head_of
from crossdock.edi.kernel.syntax import EDIFACT, X12, XML
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.told import ExplainedFault
from crossdock.edi.words import say


def explain_any(
    data: bytes | Iterable[bytes],
    layout: flat.Plan | None = None,
    tolerance: Policy | None = None,
    zone: dt.tzinfo | None = None,
    guidelines: Guidelines | None = None,
) -> Iterator[ExplainedSet | ExplainedFault]:
    """Everything in an input, in order, times that name no zone in `zone`, sets and messages by the overlays of a
    partner's `guidelines`. JSON and flat files are read whole."""
    head, chunks = head_of(data)
    whole = chain((head.bytes,), chunks)
    if head.syntax != JSON and (layout is None or head.syntax in (X12, EDIFACT, XML)):
        yield from explain(whole, tolerance, zone, guidelines)
        return
    is_flat = layout is not None and head.syntax != JSON
    content = b"".join(whole)
    marked = documents.read(content, flat.marking(layout)) if layout is not None and is_flat else iter(())
    for each in documents.read(content, layout):
        again = next(marked, None)
        if each.document:
            yield _explained(each, layout if is_flat else None, again.body if again is not None else None)
        else:
            yield from each.faults


def _explained(each: Document, layout: flat.Plan | None, again: msgspec.Struct | None) -> ExplainedSet:
    envelope, body = each.envelope, each.body
    filled = () if body is None else (*copied(body), *(_constants(layout) if layout else ()), *unsaid(body, again))
    columns, lines, said = say(body, filled) if body is not None else ((), (), ())
    return ExplainedSet(
        type=envelope.type or envelope.syntax,
        name=each.document.replace("_", " ").capitalize(),
        control_number=envelope.control_number,
        segment=0,
        offset=0,
        segments=0,
        sender=envelope.sender,
        receiver=envelope.receiver,
        interchange=envelope.interchange,
        group="",
        version=envelope.version,
        usage="",
        document=each.document,
        refused=each.refused,
        words=said,
        columns=columns,
        lines=lines,
        faults=each.faults,
        body=body,
        not_shown=names(each.extensions),
        assumed=filled,
    )


def _constants(layout: flat.Plan) -> Iterator[Assumed]:
    """What the layout says, of no line, and not the file."""
    for fill in layout.fills:
        if fill.source is None and not fill.field.lists and (said := words(fill.value)):
            yield Assumed(" ".join(fill.field.path).replace("_", " "), said, "the layout")
