"""Records of a flat file to documents, one at a time. What is wrong with a record refuses its document, and with one
that nobody can place those beside it; all others are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from crossdock.edi.flat import fields
from crossdock.edi.flat.fields import Field
from crossdock.edi.flat.plan import FROM_CONTEXT, Fill, Plan, PlannedColumn, PlannedRecord
from crossdock.edi.flat.records import Raw, records
from crossdock.edi.flat.values import BadValue, is_formula, trimmed, value
from crossdock.edi.kernel.faults import Fault, Severity, fault
from crossdock.edi.maps.context import MapContext, MappedDocument
from crossdock.edi.maps.totals import asked_for
from crossdock.model.invoice import Invoice

_MOST_FAULTS = 100
_REMEMBERED = 20_000
"""Keys of documents that are compared to find rows that stand apart."""


class _Read(NamedTuple):
    """A record that was read: values of its columns, and what is wrong with it."""

    raw: Raw
    record: PlannedRecord | None
    values: tuple[tuple[PlannedColumn, Any], ...]
    faults: tuple[Fault, ...]

    @property
    def placeable(self) -> bool:
        """Is it known which document it is of?"""
        return self.record is not None


class _Document:
    """A document while its records come."""

    def __init__(self, key: tuple[Any, ...], first: Raw) -> None:
        self.key = key
        self.first = first
        self.tree: dict[str, Any] = {}
        self.faults: list[Fault] = []

    def note(self, found: Iterable[Fault]) -> None:
        """Keep faults, and of too many the first that refuses."""
        for each in found:
            refused = any(one.severity == "error" for one in self.faults)
            if len(self.faults) < _MOST_FAULTS or (each.severity == "error" and not refused):
                self.faults.append(each)


class Reader:
    """Reads one input by one plan."""

    def __init__(self, plan: Plan, context: MapContext) -> None:
        self._plan = plan
        self._context = context
        self._by_mark = plan.by_mark
        # Asked of msgspec once: it resolves the annotations of the object each time, and keeps what it resolved.
        of_object = {each.name: each.required for each in msgspec.structs.fields(plan.kind)}
        self._known = tuple(name for name in FROM_CONTEXT if name in of_object)
        self._needed = frozenset(name for name in self._known if of_object[name])
        self._seen: set[int] = set()
        self._told: set[str] = set()
        self._columns: tuple[int, ...] | None = None
        """Of a file with a header: which of its columns each of ours is, -1 for none."""

    def read(self, data: bytes | Iterable[bytes]) -> Iterator[MappedDocument]:
        """The documents of an input, in order."""
        found = records(data, self._plan.layout)
        early: list[Fault] = []
        if self._plan.layout.form == "csv" and self._plan.layout.csv.header:
            head = next(found, None)
            if head is None:
                yield self._refused([fault("empty_input", segment=1, offset=0)])
                return
            early = self._header(head)
            if any(each.severity == "error" for each in early):
                yield self._refused(early)
                return
        yield from self._documents((self._record(raw) for raw in found), early)

    def _documents(self, found: Iterator[_Read], early: list[Fault]) -> Iterator[MappedDocument]:
        """Put records together. `lost` are faults of records since the last one whose document is known."""
        document: _Document | None = None
        lost: list[Fault] = []
        begun = False
        for read in found:
            begun = True
            if not read.placeable and self._alone:
                yield self._refused(read.faults)
            elif not read.placeable:
                lost += read.faults
                if document is not None:
                    document.note(read.faults)
            elif self._begins(read, document):
                if document is not None:
                    yield self._finished(document)
                elif lost and self._plan.layout.marker:
                    yield self._refused(lost)
                document = _Document(self._key(read), read.raw)
                # A header is whole whatever stood before it; of rows alike the lost one may have been the first.
                document.note([*early, *(() if self._plan.layout.marker else lost)])
                early, lost = [], []
                self._add(document, read)
            elif document is None:
                lost += [*read.faults, self._fault("record_unknown", read.raw, "no record before it begins a document")]
            else:
                lost = []
                self._add(document, read)
        if document is not None:
            yield self._finished(document)
        elif lost or not begun:
            yield self._refused([*early, *lost] or [fault("empty_input", segment=1, offset=0)])

    @property
    def _alone(self) -> bool:
        """Is each row a document of its own?"""
        return not self._plan.layout.marker and not self._plan.key

    def _begins(self, read: _Read, document: _Document | None) -> bool:
        assert read.record is not None  # it is placeable
        if self._plan.layout.marker:
            return not read.record.lists and not read.record.record.ignore
        return document is None or self._alone or self._key(read) != document.key

    def _key(self, read: _Read) -> tuple[Any, ...]:
        said = {each.field.path: found for each, found in read.values if each.field is not None}
        return tuple(said.get(path) for path in self._plan.key)

    def _record(self, raw: Raw) -> _Read:
        if raw.code:
            return _Read(raw, None, (), (self._fault(raw.code, raw, raw.words),))
        record, problem = self._kind(raw)
        if record is None:
            return _Read(raw, None, (), (self._fault("record_unknown", raw, problem),))
        if record.record.ignore:
            return _Read(raw, record, (), ())
        faults: list[Fault] = []
        cells = self._cells(raw, record, faults)
        found = [(column, self._value(column, cell, raw, faults)) for column, cell in cells]
        values = tuple((column, each) for column, each in found if each is not None)
        read = _Read(raw, record, values, tuple(faults))
        if self._plan.key and None in self._key(read):
            return _Read(raw, None, (), tuple(faults) or (self._fault("column_missing", raw, "the key is empty"),))
        return read

    def _kind(self, raw: Raw) -> tuple[PlannedRecord | None, str]:
        """Which record it is, by its mark."""
        layout = self._plan.layout
        if not layout.marker:
            return self._plan.records[0], ""
        if isinstance(layout.marker, tuple):
            mark = raw.text[layout.marker[0] - 1 : layout.marker[1]].strip()
            return self._by_mark.get(mark), f"no record of the layout has the mark {mark[:20]!r}"
        for record in self._plan.records:
            if 0 <= record.marker < len(raw.cells) and raw.cells[record.marker].strip() == record.record.mark:
                return record, ""
        return None, f"no record of the layout has the mark {(raw.cells or ('',))[0][:20]!r}"

    def _cells(self, raw: Raw, record: PlannedRecord, faults: list[Fault]) -> list[tuple[PlannedColumn, str]]:
        if self._plan.layout.form == "fixed":
            self._uncovered(raw, record, faults)
            return [(each, _at(raw.text, each)) for each in record.columns]
        order = self._columns if self._columns is not None else tuple(range(len(record.columns)))
        if self._columns is None and len(raw.cells) > len(record.columns):
            said = f"the record has {len(raw.cells)} columns, the layout {len(record.columns)}"
            faults.append(self._fault("column_unexpected", raw, said))
        cells = raw.cells
        return [
            (column, cells[at] if 0 <= at < len(cells) else "")
            for column, at in zip(record.columns, order, strict=True)
        ]

    def _uncovered(self, raw: Raw, record: PlannedRecord, faults: list[Fault]) -> None:
        """What stands in no column is told, of each kind of record once."""
        if record.record.mark in self._told:
            return
        places = [each.column.at for each in record.columns if each.column.at is not None]
        if isinstance(self._plan.layout.marker, tuple):
            places.append(self._plan.layout.marker)
        left = list(raw.text)
        for first, last in places:
            left[first - 1 : last] = " " * (min(last, len(left)) - first + 1)
        if said := "".join(left).strip():
            self._told.add(record.record.mark)
            words = f"{said[:40]!r} stands where the layout has no column"
            faults.append(self._fault("column_unexpected", raw, words))

    def _value(self, planned: PlannedColumn, cell: str, raw: Raw, faults: list[Fault]) -> Any:
        column = planned.column
        text = trimmed(cell, column, planned.kind)
        escapes = self._plan.layout.form == "csv" and self._plan.layout.csv.formulas == "escape"
        if escapes and planned.kind == "text" and text.startswith("'") and is_formula(text[1:]):
            text = text[1:]
        if column.value and text != column.value:
            faults.append(self._fault("column_invalid", raw, f"{text[:40]!r} is not {column.value!r}", planned))
        if planned.field is None:
            return None
        if not text:
            if planned.needed:
                faults.append(self._fault("column_missing", raw, "", planned))
            return None
        try:
            found = value(text, column, planned.kind, planned.field.choices)
        except BadValue as problem:
            faults.append(self._fault("column_invalid", raw, str(problem)[:200], planned))
            return None
        if column.type == "item":
            ours = self._context.our_item(found)
            if ours is None:
                faults.append(self._fault("item_unknown", raw, f"no item of ours is known for {text!r}", planned))
            return ours
        return found

    def _header(self, head: Raw) -> list[Fault]:
        """Which column is which, by the names in the first row."""
        if head.code:
            return [self._fault(head.code, head, head.words)]
        names = [cell.strip().lower() for cell in head.cells]
        record = self._plan.records[0]
        self._columns = tuple(
            names.index(each.column.name.lower()) if each.column.name.lower() in names else -1
            for each in record.columns
        )
        missing = [
            self._fault("column_missing", head, f"the header has no column {each.column.name!r}", each)
            for each, at in zip(record.columns, self._columns, strict=True)
            if at < 0 and (each.needed or each.column.value)
        ]
        unknown = {each.column.name.lower() for each in record.columns}
        surplus = [cell.strip() for cell in head.cells if cell.strip() and cell.strip().lower() not in unknown]
        doubled = sorted({each for each in names if each in unknown and names.count(each) > 1})
        if doubled:
            missing.append(self._fault("column_invalid", head, f"the header has {doubled[0]!r} twice"))
        if surplus:
            words = f"the layout has no column {', '.join(surplus)[:200]}"
            missing.append(self._fault("column_unexpected", head, words))
        return missing

    def _add(self, document: _Document, read: _Read) -> None:
        """Put a record's values into its document."""
        assert read.record is not None  # it is placeable
        document.note(read.faults)
        if read.record.record.ignore:
            return
        element = self._element(document, read)
        for planned, found in read.values:
            assert planned.field is not None  # it has a value
            target = element if planned.depth == len(read.record.lists) else self._outer(document, planned)
            if target is None:
                continue
            if target is not element or not read.record.lists:
                before = fields.get_in(target, planned.relative)
                if before is not None and not planned.field.many and before != found:
                    words = f"it says {found}, another record of the document {before}"
                    document.note([self._fault("document_inconsistent", read.raw, words, planned)])
                if planned.field.many and planned.depth < len(read.record.lists):
                    continue  # what every row repeats is said once
            fields.put(target, planned.relative, found, many=planned.field.many)

    def _element(self, document: _Document, read: _Read) -> dict[str, Any]:
        """The element that a record adds to its list; the document itself for one that adds to none."""
        assert read.record is not None  # it is placeable
        lists = read.record.lists
        if not lists:
            return document.tree
        parents = list(fields.nodes(document.tree, lists[:-1]))
        if not parents:
            words = f"no record before it is of {'.'.join(lists[-2])}"
            document.note([self._fault("document_inconsistent", read.raw, words)])
            return {}
        element: dict[str, Any] = {}
        start = len(lists[-2]) if len(lists) > 1 else 0
        fields.put(parents[-1], lists[-1][start:], element, many=True)
        return element

    def _outer(self, document: _Document, planned: PlannedColumn) -> dict[str, Any] | None:
        """The element around the one that a record adds."""
        assert planned.field is not None  # it has a value
        found = list(fields.nodes(document.tree, planned.field.lists))
        return found[-1] if found else None

    def _finished(self, document: _Document) -> MappedDocument:
        """The object of a document, with what the layout and the agreement fill."""
        name = self._plan.layout.document
        self._apart(document)
        if not any(each.severity == "error" for each in document.faults):
            self._fill(document.tree)
            try:
                body = fields.made(self._plan.kind, document.tree)
            except msgspec.ValidationError as problem:
                document.note([self._fault("document_inconsistent", document.first, str(problem)[:200])])
            else:
                document.note(self._added(body, document.first))
                return MappedDocument(name, body, tuple(document.faults))
        return MappedDocument(name, None, tuple(document.faults))

    def _added(self, body: msgspec.Struct, first: Raw) -> Iterator[Fault]:
        """Does what an invoice asks for follow from its lines and charges?"""
        if isinstance(body, Invoice):
            _, wrong, words = asked_for(body.total, body.lines, body.charges)
            columns = (each for record in self._plan.records for each in record.columns)
            total = next((each for each in columns if each.field is not None and each.field.path == ("total",)), None)
            if wrong:
                yield self._fault(wrong, first, words, total)

    def _apart(self, document: _Document) -> None:
        """Rows of one document stand together: a second portion would be taken for all of it."""
        if not self._plan.key:
            return
        mark = hash(document.key)
        if mark in self._seen:
            said = ", ".join(str(each) for each in document.key)
            words = f"rows of {said} stand apart: those before were read as a document of their own"
            document.note([self._fault("document_inconsistent", document.first, words)])
        elif len(self._seen) < _REMEMBERED:
            self._seen.add(mark)

    def _fill(self, tree: dict[str, Any]) -> None:
        for each in self._plan.fills:
            if each.counted:
                self._number(tree, each)
                continue
            outer = each.source.lists if each.source is not None else ()
            for around in fields.nodes(tree, outer):
                found = each.value
                if each.source is not None:
                    found = fields.get_in(around, each.source.path[len(outer[-1]) if outer else 0 :])
                if found is None:
                    continue
                self._fill_in(around, each.field, len(outer), found, needed=each.needed)
        for name in self._known:
            self._from_context(tree, name)

    def _number(self, tree: dict[str, Any], fill: Fill) -> None:
        """Each of a list says which it is."""
        *above, own = fill.field.lists
        base = len(above[-1]) if above else 0
        for around in fields.nodes(tree, tuple(above)):
            for number, node in enumerate(fields.nodes(around, (own[base:],)), 1):
                said = str(number) if fill.field.kind == "text" else number
                self._fill_in(
                    node, Field(fill.field.path[len(own) :], fill.field.kind, ()), 0, said, needed=fill.needed
                )

    def _fill_in(self, around: dict[str, Any], field: fields.Field, depth: int, found: Any, *, needed: bool) -> None:
        base = len(field.lists[depth - 1]) if depth else 0
        inner = tuple(path[base:] for path in field.lists[depth:])
        for node in fields.nodes(around, inner):
            relative = field.path[base + len(inner[-1]) if inner else base :]
            stands = needed or fields.get_in(node, relative[:-1]) is not None
            if stands and fields.get_in(node, relative) is None:
                fields.put(node, relative, found, many=field.many)

    def _from_context(self, tree: dict[str, Any], name: str) -> None:
        """What the agreement knows: whose document it is, and the two sides."""
        if name == "company_id":
            tree.setdefault(name, self._context.company_id)
            return
        side = self._context.buyer if name in ("buyer", "recipient", "ship_to") else self._context.supplier
        if name in tree and "id" in tree[name]:
            return
        known = msgspec.to_builtins(side)
        if name in tree or name in self._needed:
            tree[name] = {**known, **tree.get(name, {})}

    def _refused(self, found: Iterable[Fault]) -> MappedDocument:
        return MappedDocument(self._plan.layout.document, None, tuple(found))

    def _fault(
        self, code: str, raw: Raw, detail: str, planned: PlannedColumn | None = None, severity: Severity | None = None
    ) -> Fault:
        """A fault of a record, or of a column of it."""
        return fault(
            code,
            segment=raw.line,
            offset=raw.offset,
            detail=detail,
            segment_id="" if planned is None else planned.column.name or planned.column.path,
            element=0 if planned is None else planned.number,
            severity=severity,
            path="the record" if planned is None else planned.said,
        )


def _at(text: str, planned: PlannedColumn) -> str:
    assert planned.column.at is not None  # a fixed record's columns have places
    first, last = planned.column.at
    return text[first - 1 : last]
