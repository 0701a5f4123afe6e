"""Documents from one syntax into another. What the target cannot say is never lost silently: what was written is read
again, and all that is not as it was is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from crossdock.edi import edifact, flat, maps, x12
from crossdock.edi.charges import paired
from crossdock.edi.documents import Document, Envelope, canonical
from crossdock.edi.facts import alike, can_say, facts, units
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.guidelines.sending import as_sent, message_as_sent
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.places import NOWHERE, Place, place_of
from crossdock.edi.maps.x12.qualifiers import as_described
from crossdock.edi.told import ExplainedFault
from crossdock.model.party import PartyRef
from crossdock.model.units import known

Target = Literal["canonical", "x12", "edifact", "ubl", "csv"]
TARGETS: tuple[Target, ...] = ("canonical", "x12", "edifact", "ubl", "csv")
# Whose number an identification is: what X12 and EDIFACT both have codes for (DUNS, GLN, UCC, telephone, DUNS+4,
# mutually agreed).
_TO_EDIFACT = {"01": "1", "07": "14", "08": "8", "12": "12", "16": "9", "ZZ": "ZZZ"}
# UBL's GLN has our qualifier UL, which ISA does not know.
_TO_X12 = {code: ours for ours, code in _TO_EDIFACT.items()} | {"UL": "07"}
_TO_EDIFACT |= {"UL": "14", "1": "1"}
_LONGEST_X12 = 15
_X12_VERSION = re.compile(r"00(2001|20[0-4]0|30[1-7][0-2]|40[1-6]0|50[1-5]0|60[1-5]0|70[1-6]0|80[1-6]0)[A-Z0-9]{0,6}")
_EDIFACT_VERSION = re.compile(r"[A-Z0-9]{1,3}:[A-Z0-9]{1,3}:[A-Z]{1,3}(:[A-Z0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Options:
    """What the envelope of the target says; what is empty, the input says. `at` is when it is made."""

    at: dt.datetime
    version: str = ""
    sender: str = ""
    receiver: str = ""
    layout: flat.Plan | None = None
    guidelines: Guidelines | None = None
    """Of the partner who is to get it: what we send is brought into the form that those for it describe."""


class Lost(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field that the target does not say as it was; `became` is empty where it says nothing."""

    path: str
    value: str
    became: str = ""

    @property
    def changed(self) -> bool:
        """Does it say something else now? A blank more or less is not that."""
        return bool(self.became) and self.value.split() != self.became.split()


class Report(msgspec.Struct, frozen=True, tag_field="kind", tag="document"):
    """What became of one document; `refusal` says why it was left out. `kept` stood beside its object; the canonical
    form alone carries it. Warnings about the file itself are a report without document, and refuse nothing."""

    document: str
    number: str
    refused: bool
    lost: tuple[Lost, ...] = ()
    kept: tuple[dict[str, Any], ...] = ()
    dropped: tuple[dict[str, Any], ...] = ()
    faults: tuple[ExplainedFault, ...] = ()
    refusal: str = ""
    units: tuple[str, ...] = ()
    """Those that the list of the target has no code for, as far as we know: they are written as they stand."""

    @property
    def changed(self) -> tuple[Lost, ...]:
        """What came back as something else: whoever reads the target is told what the document did not say."""
        return () if self.refused else tuple(each for each in self.lost if each.changed)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The files of the target (one, or one per UBL document), and a report per document."""

    files: tuple[bytes, ...]
    reports: tuple[Report, ...]

    @property
    def refused(self) -> bool:
        """Was any document left out?"""
        return any(each.refusal for each in self.reports)

    @property
    def changed(self) -> bool:
        """Does any document that was written say something else than before?"""
        return any(each.changed for each in self.reports)


def convert(documents: Sequence[Document], target: Target, options: Options) -> Conversion:
    """All documents in the target's syntax. One that cannot be written is left out, and its report says why."""
    made: list[Any] = []
    reports: list[Report] = []
    for each in documents:
        if each.body is None:
            why = each.why if each.refused else ""
            reports.append(Report(each.document, each.number, each.refused, faults=each.faults, refusal=why))
            continue
        try:
            unit = _written(each, target, options)
            lost = _losses(each, unit, target, options)
        except CannotWrite as problem:
            words = str(problem)
            if words.endswith(("needs a currency; the document has none", "in no currency")):
                words += ": name it with --currency"
            reports.append(_report(each, (), words))
            continue
        made.append(unit)
        reports.append(msgspec.structs.replace(_report(each, lost, target=target), units=_without_code(each, target)))
    try:
        return Conversion(_files(made, documents, target, options), tuple(reports))
    except CannotWrite as problem:  # the envelope cannot be written: none of them is
        refused = (
            msgspec.structs.replace(each, refused=True, refusal=str(problem))
            if each.document and not each.refused
            else each
            for each in reports
        )
        return Conversion((), tuple(refused))


def as_array(lines: bytes) -> bytes:
    """Canonical documents, a line each, as one JSON document: a list where there are several."""
    every = lines.splitlines()
    return lines if len(every) < 2 else b"[\n" + b",\n".join(every) + b"\n]\n"


def _without_code(document: Document, target: Target) -> tuple[str, ...]:
    """Units without a code in the target's list (X12 355 or UN/ECE Recommendation 20), where they are not of it."""
    if target not in ("x12", "edifact", "ubl") or (document.envelope.syntax == "X12") == (target == "x12"):
        return ()
    found = {each: known(each) for each in units(document.body)}
    return tuple(
        each for each, unit in found.items() if each and not (unit and (unit.x12 if target == "x12" else unit.rec20))
    )


def _report(document: Document, lost: tuple[Lost, ...], refusal: str = "", target: Target | None = None) -> Report:
    said = document.document, document.number, bool(refusal)
    carried = document.context.place if target in _PLACED else NOWHERE
    kept = tuple(each for each in document.extensions if not carried.holds(*map(each.get, _CELL, (0, 0, 0))))
    return Report(*said, lost, kept, document.dropped, document.faults, refusal)


_CELL = ("position", "element", "component")
_PLACED, _PLACE = ("x12", "edifact"), "ship to address"
"""Targets that take the address of an order's ship-to, and how it is called where it is lost."""
_NO_PRICE = (
    "a line has no price, and as 0 it would be free of charge: "
    "convert it --to canonical, fill in the price there, and convert that"
)


def _written(document: Document, target: Target, options: Options) -> Any:
    """A document as its set, message or file. Raises `CannotWrite`."""
    body, context = document.body, document.context
    assert body is not None
    if target == "canonical":
        return canonical(document)
    if any(each.code == "price_missing" for each in document.faults):
        raise CannotWrite(_NO_PRICE)
    if target == "x12":
        made = maps.write_document(document.document, body, context)
        wanted = _wanted(made.type, options)
        if wanted is None:
            return made
        named = msgspec.structs.replace(context, options=as_described(context.options, wanted.form))
        return as_sent(maps.write_document(document.document, body, named), wanted)
    if target == "edifact":
        version = options.version or (document.envelope.version if document.envelope.syntax == "EDIFACT" else "")
        message = maps.write_message(document.document, body, context, version)
        wanted = _wanted(message.type, options)
        if wanted is None:
            return message
        fitting = message.version if message.version.startswith(wanted.form.version) else wanted.form.version
        return message_as_sent(replace(message, version=options.version or fitting), wanted)
    if target == "ubl":
        from crossdock.edi import ubl  # here, for only XML needs lxml

        return ubl.write(document.document, body, context)
    if options.layout is None:
        raise CannotWrite("a flat file needs a layout")
    flat.write(options.layout, [body], context)  # refuses it alone, and not those beside it
    return body


def _wanted(document: str, options: Options) -> Compiled | None:
    """How the partner wants a document that we send."""
    return options.guidelines.of(document, options.version, "out") if options.guidelines else None


def _files(made: list[Any], documents: Sequence[Document], target: Target, options: Options) -> tuple[bytes, ...]:
    if not made:
        return ()
    envelope = next((each.envelope for each in documents if each.body is not None), Envelope())
    if target == "canonical":
        return (b"".join(line + b"\n" for line in made),)
    if target == "ubl":
        return tuple(made)
    if target == "csv":
        assert options.layout is not None
        return (flat.write(options.layout, made, None),)
    usages = {each.envelope.usage for each in documents if each.body is not None and each.envelope.usage}
    if len(usages) > 1:
        raise CannotWrite("one interchange is of tests or of production: convert the two apart")
    return (_interchange(made, envelope, target, options),)


def _interchange(made: list[Any], envelope: Envelope, target: Target, options: Options) -> bytes:
    (sender_code, sender), (receiver_code, receiver) = _sides(envelope, target, options)
    if not sender or not receiver:
        raise CannotWrite("nothing says who sends it to whom: name --sender and --receiver")
    test = envelope.usage == "test"
    number = envelope.interchange if envelope.interchange.isdigit() and int(envelope.interchange) else "1"
    if target == "x12":
        for option, name in (("--sender", sender), ("--receiver", receiver)):
            if len(name) > _LONGEST_X12:
                raise CannotWrite(f"an id in ISA has up to {_LONGEST_X12} characters, not {name!r}: name {option}")
        version = _x12_version(made, envelope, options)
        control = int(number) if int(number) <= 999_999_999 else 1
        named = sender, receiver, control, control, options.at
        out = x12.InterchangeOut(*named, sender_code, receiver_code, version=version[:12], usage="T" if test else "P")
        return x12.write_interchange(out, made)
    head = edifact.InterchangeOut(sender, receiver, number[:14], options.at, sender_code, receiver_code, test=test)
    return edifact.write_interchange(head, made)


def _x12_version(made: list[Any], envelope: Envelope, options: Options) -> str:
    """Of the target: what the option says, or the partner wants, or the input is in."""
    said = envelope.version if envelope.syntax == "X12" else ""
    wanted = next((form.form.version for each in made if (form := _wanted(each.type, options))), "")
    return options.version or (said if said.startswith(wanted) else wanted) or "004010"


def _sides(envelope: Envelope, target: Target, options: Options) -> tuple[tuple[str, str], tuple[str, str]]:
    """Qualifier and id of the sender and of the receiver: as the options (`ZZ/ME`), else the input, name them."""
    own, theirs = (_TO_X12, "ZZ") if target == "x12" else (_TO_EDIFACT, "")
    same = envelope.syntax == ("X12" if target == "x12" else "EDIFACT")

    def side(option: str, qualifier: str, name: str) -> tuple[str, str]:
        told, slash, rest = option.partition("/")
        if slash and told and rest and len(told) <= 4:
            return told, rest
        code = (qualifier if same else own.get(qualifier, theirs))[: 2 if target == "x12" else 4]
        return code or theirs, option or name

    return (
        side(options.sender, envelope.sender_qualifier, envelope.sender),
        side(options.receiver, envelope.receiver_qualifier, envelope.receiver),
    )


def refused_version(target: Target, version: str) -> str:
    """Why a version cannot be that of the target, in words; empty where it can, or none is named."""
    if not version:
        return ""
    if target == "x12" and not _X12_VERSION.fullmatch(version):
        return f"--version of X12 is six digits of a release from 002001 to 008060, such as 004010, not {version!r}"
    if target == "edifact" and not _EDIFACT_VERSION.fullmatch(version):
        return f"--version of EDIFACT is like D:96A:UN or D:96A:UN:EAN008, not {version!r}"
    return "" if target in ("x12", "edifact") else f"--version is for x12 and edifact; {target} has none"


def _losses(document: Document, unit: Any, target: Target, options: Options) -> tuple[Lost, ...]:
    """What the document said and its new form does not say, or says otherwise. Raises `CannotWrite` where we would not
    take ourselves what was written."""
    assert document.body is not None
    again, place = _again(document, unit, target, options)
    if again.body is None:
        first = next((each for each in again.faults if each.severity == "error"), None)
        raise CannotWrite(f"what it would be is refused when it is read: {first.detail if first else 'it is empty'}")
    says = options.layout.says if target == "csv" and options.layout is not None else None
    before, after = dict(facts(document.body)), dict(facts(_ordered_as(document.body, again.body)))
    if target in _PLACED:
        before[_PLACE], after[_PLACE] = document.context.place.words, place.words

    def became(path: str) -> str:
        """What a flat file has no column for is read from elsewhere, and says nothing of it."""
        return after.get(path, "") if can_say(says, re.sub(r"\[\d+\]", "", path)) else ""

    return tuple(
        Lost(path, value, became(path))
        for path, value in before.items()
        if value and not alike(after.get(path, ""), value)
    )


def _ordered_as(body: msgspec.Struct, again: msgspec.Struct) -> msgspec.Struct:
    """What was read again, its charges in the order of those of the document: where each stands says nothing."""
    pairs = paired(getattr(body, "charges", ()), getattr(again, "charges", ()))
    found = tuple(other for _, other in pairs if other is not None)
    return msgspec.structs.replace(again, charges=found) if found else again


def _unnamed(context: maps.MapContext) -> maps.MapContext:
    """The same without what an agreement knows of the two sides, which no document needs to say."""
    us, partner = (PartyRef(each.id, each.their_id, each.qualifier) for each in (context.us, context.partner))
    return msgspec.structs.replace(context, us=us, partner=partner)


def _again(document: Document, unit: Any, target: Target, options: Options) -> tuple[maps.MappedDocument, Place]:
    """What is read of what was written, and the address beside it."""
    context = _unnamed(document.context)
    if target in ("x12", "edifact") and (wanted := _wanted(unit.type, options)):
        context = msgspec.structs.replace(context, guidelines=Guidelines("", (wanted.unjudged,)))
    if target == "canonical":
        return maps.MappedDocument(document.document, document.body), NOWHERE
    if target == "ubl":
        from crossdock.edi import ubl  # here, for only XML needs lxml

        return ubl.read(unit, context), NOWHERE
    if target == "csv":
        assert options.layout is not None
        return next(iter(flat.read(flat.write(options.layout, [unit], context), options.layout, context))), NOWHERE
    alone = _interchange([unit], Envelope(sender="SENDER", receiver="RECEIVER"), target, options)
    if target == "x12":
        item = next(each for each in x12.read(alone, acknowledgements=True) if isinstance(each, x12.TransactionSet))
        return maps.read_document(item, context), place_of(item)
    message = next(each for each in edifact.read(alone) if isinstance(each, edifact.Message))
    return maps.read_message(message, context), place_of(message)
