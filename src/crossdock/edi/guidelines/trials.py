"""Tries a partner pack: its own samples, and documents made up for every scenario of its guidelines."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crossdock.edi import edifact, x12
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.generate import CannotGenerate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack
from crossdock.edi.guidelines.scenarios import Scenario, scenarios
from crossdock.edi.told import ExplainedFault
from crossdock.edi.validate import validate


class Trial(msgspec.Struct, frozen=True):
    """What was tried, what should be found in it and what was. Codes stand in alphabetical order, each once."""

    guideline: str
    scenario: str
    words: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Was exactly that found?"""
        return self.expected == self.found


def trials(pack: PartnerPack, seed: int = 0) -> Iterator[Trial]:
    """Every sample, then every scenario of every guideline."""
    for path in pack.samples():
        sample = pack.pack.samples.get(path.name)
        if sample is None:
            yield Trial("", path.name, "a sample without an entry in partner.yaml", (), ("not_described",))
            continue
        found = codes_of(path.read_bytes(), pack.guidelines, sample.direction)
        yield Trial("", path.name, f"a sample of {sample.source}", tuple(sorted(set(sample.faults))), found)
    for compiled in pack.guidelines.guidelines:
        name = f"{compiled.document} {compiled.form.version}"
        try:
            kept, made = _made(compiled, pack, seed)
        except CannotGenerate as problem:
            yield Trial(name, "valid", str(problem), (), ("cannot_generate",))
            continue
        for each in made:
            found = _sound(each, kept) if not each.expected else _defects(each, kept)
            yield Trial(name, each.name, each.words, tuple(sorted(each.expected)), found)


def _made(compiled: Compiled, pack: PartnerPack, seed: int) -> tuple[Compiled, list[Scenario]]:
    """All scenarios, with the guideline they are made for: without the conditions that no made-up document keeps to,
    which are told as not tried. Raises `CannotGenerate` where something else is to blame."""
    while True:
        try:
            return compiled, list(scenarios(compiled, pack.pack, seed))
        except CannotGenerate as problem:
            if not problem.conditions:
                raise
            compiled = compiled.without(problem.conditions)


def untried(pack: PartnerPack, done: list[Trial]) -> Iterator[str]:
    """Conditions for which no document was made that breaks them."""
    for compiled in pack.guidelines.guidelines:
        name = f"{compiled.document} {compiled.form.version}"
        made = {each.scenario for each in done if each.guideline == name}
        for condition in compiled.conditions:
            if f"condition_{condition.number}" not in made:
                yield f"{name} condition {condition.number}: {condition.words}"


def codes_of(data: bytes, guidelines: Guidelines, direction: str) -> tuple[str, ...]:
    """The codes of everything that is wrong with a file, in alphabetical order."""
    found = set()
    for item in validate(data, guidelines, "out" if direction == "out" else "in"):
        found |= {item.code} if isinstance(item, ExplainedFault) else {each.code for each in item.faults}
    return tuple(sorted(found))


def _sound(each: Scenario, compiled: Compiled) -> tuple[str, ...]:
    """What keeps a sound document from being taken, by guideline or maps, and what the guideline warns of."""
    found = set(_defects(each, compiled))
    if each.name == "minimal":
        # Our maps may well want more than the partner must say.
        return tuple(sorted(found))
    for item in validate(each.data, Guidelines(compiled.form.partner, (compiled,))):
        faults = (item,) if isinstance(item, ExplainedFault) else item.faults
        found |= {one.code for one in faults if one.severity == "error"}
    return tuple(sorted(found))


def _defects(each: Scenario, compiled: Compiled) -> tuple[str, ...]:
    """What the envelope and the guideline say."""
    found = set()
    if compiled.form.dialect == "edifact":
        for message in edifact.read(each.data):
            if isinstance(message, edifact.InterchangeFault):
                found.add(message.fault.code)
            else:
                found |= {one.code for one in (*message.faults, *compiled.faults(message))}
        return tuple(sorted(found))
    for item in x12.read(each.data):
        if isinstance(item, x12.InterchangeFault):
            found.add(item.fault.code)
        else:
            found |= {one.code for one in (*item.faults, *compiled.faults(item))}
    return tuple(sorted(found))
