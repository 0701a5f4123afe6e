"""How much is forgiven: which faults of an envelope are mended, accepted with a note, or rejected. A policy is data,
one for each partner; mending changes bytes of the envelope and line ends, never a business segment.

policy = Policy.of({"based_on": "default", "faults": {"set_count_mismatch": "mend", "byte_order_mark": "reject"}})
applied = apply(data, policy, x12.read)      # .data, .notes, .verdict
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from crossdock.edi.kernel.faults import FAULTS, REST, Fault, Mend
from crossdock.edi.kernel.pieces import mended
from crossdock.edi.kernel.rewriting import Origins, disjoint
from crossdock.edi.kernel.syntax import encoded_as
from crossdock.edi.kernel.wrapping import line_end_of_wrapped

Action = Literal["mend", "accept", "reject"]
Verdict = Literal["clean", "noted", "mended", "rejected"]
ACTIONS: tuple[Action, ...] = ("mend", "accept", "reject")
_MOST_PASSES = 12  # what one mend brings to light, the next pass mends
_SHOWN = 80  # bytes of what was there that a note keeps

MENDABLE: Mapping[str, str] = MappingProxyType(
    {
        "byte_order_mark": "it is taken away",
        "encoding_unsupported": "UTF-16 and UTF-32 are written again as UTF-8 (EDIFACT: as its syntax identifier says)",
        "una_invalid": "UNA is written with its nine characters",
        "lines_wrapped": "the line ends are taken away",
        "tag_lower_case": "the tag is written in capitals",
        "isa_width": "elements are padded to their width, or blanks behind them cut",
        "isa_element_width": "the element is padded to its width, or blanks behind it cut",
        "authorization_qualifier_invalid": "it becomes 00, if ISA02 is blank",
        "security_qualifier_invalid": "it becomes 00, if ISA04 is blank",
        "interchange_standard_unknown": "it becomes U (to 00401)",
        "acknowledgement_request_invalid": "ISA14 becomes 0, if it is blank",
        "segment_unterminated": "the terminator is added",
        "interchange_unclosed": "IEA or UNZ is added",
        "interchange_control_mismatch": "the trailer repeats the number of the header",
        "interchange_count_mismatch": "groups or messages are counted again",
        "group_missing": "GS is added, from ISA and the type of the set",
        "group_unclosed": "GE or UNE is added",
        "group_control_mismatch": "the trailer repeats the number of the header",
        "group_count_mismatch": "sets are counted again",
        "set_unclosed": "SE or UNT is added behind the last segment",
        "set_control_mismatch": "the trailer repeats the number of the header",
        "set_count_mismatch": "segments are counted again",
        "trailer_without_header": "it is taken away",
        "data_outside_interchange": "it is taken away",
    }
)
"""Code -> how the fault is mended."""


class PolicyError(ValueError):
    """A policy that cannot be; the message names everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was done about one fault. `offset` is the byte of the input as it came; `was` and `now` are what stood there
    and what stands there now, where that changed."""

    action: Action
    code: str
    detail: str
    offset: int
    segment: int
    segment_id: str = ""
    element: int = 0
    position: int = 0
    """Of the segment in its set; 0 for faults of the envelope around it."""
    was: bytes = b""
    now: bytes = b""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about each fault: by its code, else by its severity."""

    name: str
    error: Action = "reject"
    warning: Action = "accept"
    codes: Mapping[str, Action] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Mapping[str, Any], name: str = "") -> Policy:
        """From a plain mapping: `based_on` (strict, default, lenient), `errors`, `warnings` and `faults` by code.
        Raises `PolicyError` with everything that is wrong."""
        base = POLICIES.get(str(said.get("based_on", "default")))
        wrong = [f"{key} is no key of a tolerance" for key in said if key not in _KEYS]
        if base is None:
            wrong.append(f"based_on is {said['based_on']!r}, not one of {', '.join(POLICIES)}")
            base = DEFAULT
        for key in ("errors", "warnings"):
            if said.get(key, "accept") not in ("accept", "reject"):
                wrong.append(f"{key} is {said[key]!r}, not accept or reject")
        codes = said.get("faults", {})
        if not isinstance(codes, Mapping):
            wrong.append("faults is no mapping of codes to mend, accept or reject")
            codes = {}
        for code, action in codes.items():
            wrong += _wrong(str(code), action)
        if wrong:
            raise PolicyError("; ".join(wrong))
        return cls(
            name or base.name,
            said.get("errors", base.error),
            said.get("warnings", base.warning),
            {**base.codes, **codes},
        )

    def action(self, fault: Fault) -> Action:
        """What is done about a fault. What cannot be mended here is accepted or rejected by its severity."""
        asked = self.codes.get(fault.code, self.error if fault.severity == "error" else self.warning)
        if asked == "mend":
            return "reject" if fault.kind.severity == "error" else "accept"
        return asked

    def mends(self, fault: Fault) -> bool:
        """Is it to be mended, if that can be?"""
        return self.codes.get(fault.code) == "mend"

    def judged(self, fault: Fault) -> Fault:
        """The fault as this policy weighs it: an error is what it rejects, a warning what it accepts."""
        return replace(fault, severity="error" if self.action(fault) == "reject" else "warning")


_KEYS = ("based_on", "errors", "warnings", "faults")


def _wrong(code: str, action: object) -> list[str]:
    if code not in FAULTS:
        return [f"{code} is no fault that is known"]
    if action not in ACTIONS:
        return [f"{code} is {action!r}, not mend, accept or reject"]
    if action == "mend" and code not in MENDABLE:
        return [f"{code} cannot be mended, only accepted or rejected"]
    return []


_HARMLESS = (
    "encoding_unsupported", "byte_order_mark", "una_invalid", "lines_wrapped", "tag_lower_case", "isa_width",
    "isa_element_width", "authorization_qualifier_invalid", "security_qualifier_invalid",
    "interchange_standard_unknown", "acknowledgement_request_invalid", "segment_unterminated", "interchange_unclosed",
    "interchange_control_mismatch", "interchange_count_mismatch", "group_unclosed", "group_control_mismatch",
    "group_count_mismatch",
)  # fmt: skip
STRICT = Policy("strict", "reject", "reject")
"""Whatever is wrong is rejected."""
DEFAULT = Policy("default", "reject", "accept", MappingProxyType(dict.fromkeys(_HARMLESS, "mend")))
"""What cannot hide a lost document is mended; other warnings are accepted, errors rejected."""
LENIENT = Policy("lenient", "reject", "accept", MappingProxyType(dict.fromkeys(MENDABLE, "mend")))
"""Whatever can be mended is mended, wrong counts of sets and missing trailers, too."""
POLICIES: Mapping[str, Policy] = MappingProxyType({each.name: each for each in (STRICT, DEFAULT, LENIENT)})


@dataclass(frozen=True, slots=True)
class Applied:
    """An input under a policy: its bytes, mended, and a note for each fault."""

    data: bytes
    notes: tuple[Note, ...]

    @property
    def verdict(self) -> Verdict:
        """`rejected` if anything of the input or of one of its sets is; else `mended`, `noted` or `clean`."""
        actions = {note.action for note in self.notes}
        if "reject" in actions:
            return "rejected"
        return "mended" if "mend" in actions else "noted" if actions else "clean"

    @property
    def rejected_whole(self) -> bool:
        """Is more rejected than single sets? Those may be read without the others."""
        return any(note.action == "reject" and not note.position for note in self.notes)


Reader = Callable[[bytes], Iterable[Any]]
"""`x12.read` or `edifact.read`."""


def _in_utf_8(text: str) -> bytes:
    return text.encode()


def apply(data: bytes, policy: Policy, read: Reader, encoded: Callable[[str], bytes] = _in_utf_8) -> Applied:
    """Mend an input as far as the policy says so, and say what was done about each fault. Mended again, it stays as it
    is. `encoded` writes what was text of two or four bytes a letter."""
    notes: list[Note] = []
    origins = Origins()
    came = data
    if (told := encoded_as(data)) and told[1] and policy.codes.get("encoding_unsupported") == "mend":
        data = _transcoded(data, *told, notes, encoded)
    for _ in range(_MOST_PASSES):
        faults = list(_faults(data, read))
        chosen = _chosen(data, faults, policy)
        if not chosen:
            break
        for fault, mends in chosen:
            notes += [_note("mend", fault, each, data, origins) for each in mends[:1]]
        edits = disjoint((mend for _, mends in chosen for mend in mends), len(data))
        data = mended(data, edits)
        origins.add(edits)
    else:  # a mend that comes to no end is none
        data, notes, origins = came, [], Origins()
        faults = list(_faults(data, read))
    notes += [_note(policy.action(fault), fault, None, data, origins) for fault in faults]
    return Applied(data, tuple(notes))


def _faults(data: bytes, read: Reader) -> Iterable[Fault]:
    for item in read(data):
        yield from (item.fault,) if not hasattr(item, "faults") else item.faults


def _chosen(data: bytes, faults: list[Fault], policy: Policy) -> list[tuple[Fault, tuple[Mend, ...]]]:
    """The faults that are mended now, with what becomes of them. While lines are wrapped nothing else is: it would make
    them of unequal length."""
    wrapped = [fault for fault in faults if fault.code == "lines_wrapped"]
    if wrapped:
        return [(each, _unwrapped(data, each)) for each in wrapped[:1] if policy.mends(each)]
    chosen: list[tuple[Fault, tuple[Mend, ...]]] = []
    touched: dict[int, Mend] = {}
    for fault in faults:
        mends = tuple(each for each in fault.mends if _changes(data, each))
        if not mends or not policy.mends(fault):
            continue
        if any(touched.get(each.offset, each) != each for each in mends):
            continue  # of two at one place one waits for the next pass
        touched.update((each.offset, each) for each in mends)
        chosen.append((fault, mends))
    return chosen


def _changes(data: bytes, mend: Mend) -> bool:
    end = len(data) if mend.length == REST else mend.offset + mend.length
    return data[mend.offset : end] != mend.text


def _unwrapped(data: bytes, fault: Fault) -> tuple[Mend, ...]:
    """Every line end from the first that cuts on, but for those at the end of the input."""
    end = line_end_of_wrapped(data[max(0, fault.offset - 300) : fault.offset + 1800]) or b"\n"
    last = len(data.rstrip(b"\r\n"))
    found, mends = fault.offset, []
    while 0 <= (found := data.find(end, found)) < last:
        mends.append(Mend(found, len(end), b""))
        found += len(end)
    return tuple(mends)


def _transcoded(data: bytes, name: str, codec: str, notes: list[Note], encoded: Callable[[str], bytes]) -> bytes:
    """The same text in bytes that are read; what is no text of that encoding, or encoded twice, stays, to be refused by
    name."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return data
    words, written = f"the input was {name}", encoded(text.removeprefix("\ufeff"))
    if encoded_as(written):
        return data
    notes.append(Note("mend", "encoding_unsupported", words, 0, 1, was=data[:_SHOWN], now=written[:_SHOWN]))
    return written


def _note(action: Action, fault: Fault, mend: Mend | None, data: bytes, origins: Origins) -> Note:
    place = mend.offset if mend is not None else fault.offset
    was = data[place : None if mend.length == REST else place + mend.length][:_SHOWN] if mend is not None else b""
    return Note(
        action, fault.code, fault.detail, origins.of(place), fault.segment, fault.segment_id, fault.element,
        fault.position, was, mend.text[:_SHOWN] if mend is not None else b"",
    )  # fmt: skip
