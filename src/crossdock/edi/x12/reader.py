"""The streaming reader: hops from envelope segment to envelope segment and hands out one transaction set at a time.

What stands between ST and SE is not looked at here; it is split when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from crossdock.edi.kernel.faults import Fault, Mend, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.reader import HEADER_WINDOW, KEPT_OF_OVERSIZED, Reader
from crossdock.edi.kernel.service import ServiceSegment, plain_starts
from crossdock.edi.kernel.syntax import X12
from crossdock.edi.kernel.window import Window
from crossdock.edi.kernel.wrapping import unwrap
from crossdock.edi.x12.characters import foreign
from crossdock.edi.x12.envelope import (
    COUNTED,
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    Spans,
    TransactionSet,
    decode,
    split_segments,
)
from crossdock.edi.x12.functional_ids import FUNCTIONAL_IDS
from crossdock.edi.x12.header import BARE, bare_header, parse_header
from crossdock.edi.x12.trailers import Trailers, same

_ISA = re.compile(rb"(?:I\r?\n?S\r?\n?A|isa)[^A-Za-z0-9 \t\r\n]")
# With a look at the first letter, and as few branches as can be: this runs at each segment. The bracket stays open.
_TAGS = (rb"(?=[SGIB])(?:(S[ET]|G[ES]|IEA|B(?:IN|DS))", rb"(ISA)")
_BREAK = rb"(?:\r?\n)?"
_ODD_TAGS = (
    rb"(?:((?i:S~[ET]|G~[ES]|I~E~A|B(?:IN|DS))~)".replace(b"~", _BREAK),
    rb"((?i:I~S~A))".replace(b"~", _BREAK),
)
_COUNTS = frozenset(each.encode() for tag in COUNTED for each in (tag, tag.lower()))
_NOT_IN_GROUPS = ("TA1", "TA3", "ISB", "ISE")
_LONGEST_COUNT = 12  # digits of the length of counted data


def read(
    data: bytes | Iterable[bytes],
    limits: Limits = DEFAULT_LIMITS,
    clock: Callable[[], int] | None = None,
    acknowledgements: bool = False,
) -> Iterator[TransactionSet | InterchangeFault]:
    """Read interchanges one transaction set at a time. Never raises for what the bytes hold. `clock` tells monotonic
    nanoseconds, for the limit of time. With `acknowledgements`, each TA1 is handed out as a set of one segment."""
    return _Reader(Window(data, limits.input_bytes, clock, limits.seconds), limits, acknowledgements).read()


class _Reader(Trailers, Reader[TransactionSet, InterchangeFault]):
    """State of one pass: where we are, and which interchange and group are open."""

    syntax, unknown, trailer = X12, "not_x12", b"SE"
    begins = re.compile(_ISA.pattern + b"|" + BARE.pattern)
    sought = re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]")
    closes = re.compile(rb"IEA[^A-Za-z0-9 \t\r\n]")

    def __init__(self, window: Window, limits: Limits, acknowledgements: bool = False) -> None:
        super().__init__(window, limits)
        self.acknowledgements = acknowledgements
        self.small = False
        """Tags are written in small letters here and there."""
        self.counted: list[tuple[int, int]] = []
        self.miscounted: list[int] = []

    def outside(self, found: Fault) -> InterchangeFault:
        """With the headers that are open."""
        return InterchangeFault(found, self.header, self.group)

    def fault_of(self, item: TransactionSet | InterchangeFault) -> Fault | None:
        """What is wrong, if the item is no set."""
        return item.fault if isinstance(item, InterchangeFault) else None

    def has_header(self) -> bool:
        """Was an interchange read, or is one open?"""
        return self.header is not None

    def forget_headers(self) -> None:
        """What comes next belongs to no interchange."""
        self.header = self.group = None

    def interchange(self) -> Iterator[TransactionSet | InterchangeFault]:
        """From one header, or a set or group without one, to its trailer, or to where it breaks off."""
        window = self.window
        window.want(HEADER_WINDOW)
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        self.group = None
        if (bare := BARE.match(head)) is not None:
            self.header = bare_header(bare, head, self.number, window.offset)
            yield from self.told_before()
            for each in self.header.faults:
                yield InterchangeFault(each, self.header)
            yield self.loose("interchange_missing", window.offset, bare["tag"].decode())
            yield from self._opened(False)
            return
        self.header, taken, refused = parse_header(head, self.number, window.offset)
        yield from self.told_before()
        if self.header is None or refused is not None:
            if refused is not None:
                yield InterchangeFault(refused)
            self.to_next()
            return
        for each in self.header.faults:
            yield InterchangeFault(each, self.header)
        if head.startswith(b"isa"):
            mend = Mend(window.offset, 3, b"ISA")
            yield self.loose("tag_lower_case", window.offset, "ISA", "the tag isa is in small letters", mends=(mend,))
        yield from self.check_repeated()
        window.at += taken
        self.number += 1
        yield from self._opened(head.startswith(b"isa"))

    def _opened(self, small: bool) -> Iterator[TransactionSet | InterchangeFault]:
        assert self.header is not None
        self.groups = self.others = self.outside_groups = 0
        self.group_numbers.clear()
        self._use(self.header, small)
        yield from self._inside()

    def _use(self, header: InterchangeHeader, small: bool) -> None:
        marks, encoding = header.delimiters, header.encoding
        self.separator = marks.element.encode(encoding)
        self.terminator = marks.terminator.encode(encoding)
        self.small = small
        end, mark = re.escape(self.terminator), re.escape(self.separator)
        # Counted data of wrapped input is not looked for: its length does not count the line ends.
        self.odd = small or bool(header.wrapped)
        self.counts = frozenset() if header.wrapped else _COUNTS
        tag, isa = _ODD_TAGS if self.odd else _TAGS
        self.envelope = re.compile(
            end + rb"[ \t\r\n]*+" + tag + rb"(?:" + mark + rb"|" + end + rb")|" + isa + rb"[^A-Za-z0-9 \t\r\n])"
        )
        # A line end and a tag where a terminator should be.
        lines = self.terminator in (b"\n", b"\r") or header.wrapped
        inside = b"[^ \t\r\n" + re.escape(self.terminator[-1:]) + b"]"
        self.mixed = None if lines else re.compile(inside + rb"[ \t]*+([\r\n])[ \t\r\n]*+[A-Z][A-Z0-9]{1,2}" + mark)

    def _inside(self) -> Iterator[TransactionSet | InterchangeFault]:
        """Segments of the open interchange up to its trailer, the next header or the end of the input."""
        window = self.window
        stray = False
        while window.skip_blank():
            if _ISA.match(window.buffer, window.at) or window.late():
                break
            end = window.find(self.terminator, self.limits.segment_bytes)
            raw = window.buffer[window.at : end]
            self.raw = raw
            self.segment = segment = self.split(raw)
            tag = segment[0]
            if tag != "ST" and tag.upper() != tag and tag.upper() in ("ST", "GS", "GE", "IEA", "SE"):
                yield self._small(tag)
                tag = tag.upper()
            if tag == "ST":
                yield from self._set(segment)
                stray = False
                continue
            self.note_end(end)
            if tag in ("GS", "GE", "IEA", "SE"):
                stray = False
                yield from self._mixed(raw, window.offset)
                yield from self.envelope_segment(tag, segment, raw, end)
            elif tag in _NOT_IN_GROUPS:
                self.others += 1
                if tag == "TA1" and self.acknowledgements:
                    yield self._alone(tag, window.buffer[window.at : end + len(self.terminator)])
            elif not stray:
                stray = True
                yield self.loose("segment_outside_set", window.offset, tag[:3])
                yield from self._mixed(raw, window.offset)
            window.at = min(end + len(self.terminator), len(window.buffer))
            self.number += 1
            if tag == "IEA":
                yield from self.unterminated()
                return
        yield from self.close_all()

    def split(self, raw: bytes) -> list[str]:
        """The elements of a service segment."""
        header = self.header
        assert header is not None  # segments are only read inside an interchange
        return decode(unwrap(raw) if header.wrapped else raw).split(header.delimiters.element)

    def _small(self, tag: str) -> InterchangeFault:
        """Tell a tag in small letters, and look for others of its kind from here on."""
        if not self.small and self.header is not None:
            self._use(self.header, True)
        offset = self.window.offset
        mend = Mend(offset, len(tag), tag.upper().encode())
        return self.loose("tag_lower_case", offset, tag, f"the tag {tag} is in small letters", mends=(mend,))

    def _mixed(self, raw: bytes, offset: int, inside: TransactionSet | None = None) -> Iterator[InterchangeFault]:
        """Does a line end stand for a terminator in here?"""
        found = self.mixed.search(raw) if self.mixed is not None else None
        if found is not None:
            at = found.start(1)
            before = sum(start <= at for start, _ in inside.spans) if inside else 1
            number = (inside.number if inside else self.number) + before - 1
            yield self.loose("terminator_mixed", offset + at, "", "a line end ends a segment", segment=number)

    def _alone(self, tag: str, raw: bytes) -> TransactionSet:
        """A segment of the interchange itself, as a set."""
        assert self.header is not None
        group = GroupHeader("", "", "", "", "", "", "", self.number, self.window.offset)
        control = self.segment[1].strip() if len(self.segment) > 1 else ""
        return TransactionSet(self.header, group, tag, control, raw, self.number, self.window.offset, 1)

    def hole(self, found: re.Match[bytes]) -> int:
        """Where counted data ends that begins here: it is skipped, whatever it holds."""
        tag = found[1]
        buffer, at = self.window.buffer, found.end()
        counted = COUNTED[tag.decode().upper()]
        starts = [at]
        for _ in range(counted - 1):
            behind = buffer.find(self.separator, starts[-1], starts[-1] + 80)
            if behind < 0:
                return at - 1 if self.exhausted or len(buffer) > starts[-1] + 80 else -1
            starts.append(behind + len(self.separator))
        said = buffer[starts[-2] : starts[-1] - len(self.separator)].strip()
        data = starts[-1]
        length = int(said) if said.isdigit() and len(said) <= _LONGEST_COUNT else -1
        if 0 <= length <= self.limits.set_bytes:
            if len(buffer) < data + length + len(self.terminator) and not self.exhausted:
                return -1
            if buffer.startswith(self.terminator, data + length):
                self.counted.append((data - self.window.at, data + length - self.window.at))
                return data + length
        self.miscounted.append(found.start(1) - self.window.at)
        return at - 1

    def _set(self, start: list[str]) -> Iterator[TransactionSet | InterchangeFault]:
        """The transaction set that begins here: find its end, cut it out, check its envelope."""
        header = self.header
        assert header is not None  # sets are only read inside an interchange
        window = self.window
        control, kind = _at(start, 2), _at(start, 1)
        if self.group is None:
            yield from self.open_missing_group(kind)
        assert self.group is not None
        group = self.group.functional_id
        if group and FUNCTIONAL_IDS.get(kind, group) != group:
            said = f"GS01 is {group}, a set {kind} belongs into {FUNCTIONAL_IDS[kind]}"
            yield InterchangeFault(self._fault("group_type_mismatch", 1, window.offset, 1, said), header, self.group)
        first, offset = self.number, window.offset
        faults: list[Fault] = []
        raw, trailer, oversized = self._cut()
        binary: Spans = tuple(self.counted)
        count = oversized
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset))
        else:
            # Blanks may follow the last terminator, where they are none themselves.
            ended = raw.endswith(self.terminator) or (
                self.terminator not in (b"\r", b"\n") and raw.rstrip(b" \t\r\n").endswith(self.terminator)
            )
            if not ended:
                self.cut_off = offset + len(raw)
            count = raw.count(self.terminator) + (not ended)
            count = self._check_trailer(raw, trailer, count, start, offset, faults, binary)
        if count > self.limits.set_segments:
            raw, binary = raw[:KEPT_OF_OVERSIZED], ()
        self._check_header(start, kind, control, offset, faults)
        self.sets += 1
        self.number += count
        found = TransactionSet(header, self.group, kind, control, raw, first, offset, count, tuple(faults), binary)
        if self.miscounted or len(raw) > self.limits.segment_elements:
            found.faults += tuple(self._wrong_inside(found))
        if not raw.isascii() and (odd := foreign(found)) is not None:
            found.faults += (odd,)
        yield found
        if faults and (trailer < 0 or any(each.code == "set_count_mismatch" for each in faults)):
            yield from self._mixed(raw, offset, found)

    def _cut(self) -> tuple[bytes, int, int]:
        """The set's bytes; once more with small letters if its trailer seems to be written in them."""
        self.counted, self.miscounted = [], []
        raw, trailer, oversized = self.cut()
        if trailer < 0 and not self.small and not oversized and b"se" in raw:
            assert self.header is not None
            self._use(self.header, True)
            if self.envelope.search(raw):
                self.window.at -= len(raw)
                self.counted, self.miscounted = [], []
                raw, trailer, oversized = self.cut()
        return raw, trailer, oversized

    def _check_header(self, start: list[str], kind: str, control: str, offset: int, faults: list[Fault]) -> None:
        if len(start) < 3 or not kind or not control:
            faults.append(self._fault("set_malformed", 1, offset))
        elif not 4 <= len(control) <= 9:
            faults.append(self._fault("set_control_invalid", 1, offset, 2, f"ST02 is {control}"))
        if control in self.seen:
            faults.append(self._fault("set_control_repeated", 1, offset, 2))
        elif len(self.seen) < self.limits.remembered_sets:
            self.seen.add(control)

    def _wrong_inside(self, found: TransactionSet) -> Iterator[Fault]:
        """Counted data of another length than is said, and segments with more elements than the limit."""
        starts = [start for start, _ in found.spans]
        for at in self.miscounted:
            position = sum(start <= at for start in starts)
            yield found.fault("binary_length_mismatch", position, COUNTED[found.raw[at : at + 3].decode().upper()] - 1)
        most = self.limits.segment_elements
        for position, (start, end) in enumerate(found.spans, 1):
            if end - start > most and found.raw.count(self.separator, start, end) > most:
                yield found.fault("too_many_elements", position)

    def _check_trailer(
        self, raw: bytes, trailer: int, count: int, start: list[str], offset: int, faults: list[Fault], binary: Spans
    ) -> int:
        """Check SE against ST and the number of segments; returns the exact number."""
        header = self.header
        assert header is not None
        if count > self.limits.set_segments:
            faults.append(self._fault("too_many_segments", 1, offset))
            return count
        control = _at(start, 2)
        if trailer < 0:
            count = len(split_segments(raw, header, binary))
            mends = self.added("SE", count + 1, control, offset + len(raw), self.cut_off < 0)
            faults.append(self._fault("set_unclosed", 1, offset, mends=mends))
            return count
        ending = raw[trailer:].rstrip() if self.terminator not in (b"\r", b"\n") else raw[trailer:]
        ending = ending.removesuffix(self.terminator)
        values = self.split(ending)
        said, reference = _at(values, 1), _at(values, 2)
        if said != str(count) or binary:
            count = len(split_segments(raw, header, binary))
        if said == str(count) and reference == control and values[0] == "SE":
            return count
        segment = ServiceSegment(ending, offset + trailer, plain_starts(ending, self.separator), self.separator)
        if said.lstrip("0") != str(count):
            detail = f"SE01 says {said or 'nothing'}, {count} segments were read"
            mends = (segment.replaced(1, str(count).encode()),)
            faults.append(self._fault("set_count_mismatch", count, segment.span(1)[0], 1, detail, mends))
        if not same(reference, control):
            detail = f"SE02 is {reference or 'empty'}, ST02 {control or 'empty'}"
            mends = self.repeated(segment, control)
            faults.append(self._fault("set_control_mismatch", count, segment.span(2)[0], 2, detail, mends))
        if values[0] != "SE":
            mend = Mend(offset + trailer, len("SE"), b"SE")
            detail = f"the tag {values[0]} is in small letters"
            faults.append(self._fault("tag_lower_case", count, offset + trailer, 0, detail, (mend,)))
        return count

    def _fault(
        self, code: str, count: int, offset: int, element: int = 0, detail: str = "", mends: tuple[Mend, ...] = ()
    ) -> Fault:
        """A fault at segment `count` of the present set."""
        if count == 1 and element:
            starts = plain_starts(self.raw, self.separator)
            offset = ServiceSegment(self.raw, offset, starts, self.separator).span(element)[0]
        number = self.number + count - 1
        tag = "ST" if count == 1 else "SE" if element or mends else ""
        return fault(
            code, segment=number, offset=offset, position=count, segment_id=tag, element=element, detail=detail,
            mends=mends,
        )  # fmt: skip


def _at(segment: list[str], index: int) -> str:
    return segment[index].strip() if index < len(segment) else ""
