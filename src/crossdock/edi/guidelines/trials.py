"""Tries a partner pack: its own samples, and documents made up for every scenario of its guidelines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from crossdock.edi import edifact, x12
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.generate import CannotGenerate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack
from crossdock.edi.guidelines.scenarios import Scenario, scenarios
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.told import ExplainedFault, explained
from crossdock.edi.validate import ValidatedSet, validate


class Trial(msgspec.Struct, frozen=True):
    """What was tried, what should be found in it and what was. Codes stand in alphabetical order, each once."""

    guideline: str
    scenario: str
    words: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    faults: tuple[ExplainedFault, ...] = ()
    """What was found, with its places."""

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
        found = faults_of(path.read_bytes(), pack.guidelines, sample.direction)
        words = f"a sample of {sample.source}"
        yield Trial("", path.name, words, tuple(sorted(set(sample.faults))), _codes(found), found)
    for compiled in pack.guidelines.guidelines:
        name = f"{compiled.document} {compiled.form.version}"
        try:
            kept, made = _made(compiled, pack, seed)
        except CannotGenerate as problem:
            yield Trial(name, "valid", str(problem), (), ("cannot_generate",))
            continue
        for each in made:
            found = _sound(each, kept) if not each.expected else _defects(each, kept)
            yield Trial(name, each.name, each.words, tuple(sorted(each.expected)), _codes(found), found)


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
    return _codes(faults_of(data, guidelines, direction))


def faults_of(data: bytes, guidelines: Guidelines, direction: str) -> tuple[ExplainedFault, ...]:
    """Everything that is wrong with a file."""
    return tuple(_each(validate(data, guidelines, "out" if direction == "out" else "in")))


def _each(items: Iterable[ValidatedSet | ExplainedFault]) -> Iterator[ExplainedFault]:
    for item in items:
        yield from (item,) if isinstance(item, ExplainedFault) else item.faults


def _codes(faults: Iterable[ExplainedFault]) -> tuple[str, ...]:
    return tuple(sorted({each.code for each in faults}))


def _sound(each: Scenario, compiled: Compiled) -> tuple[ExplainedFault, ...]:
    """What keeps a sound document from being taken, by guideline or maps, and what the guideline warns of."""
    found = _defects(each, compiled)
    if each.name == "minimal":
        # Our maps may well want more than the partner must say.
        return found
    refusing = _each(validate(each.data, Guidelines(compiled.form.partner, (compiled,))))
    return tuple(dict.fromkeys((*found, *(one for one in refusing if one.severity == "error"))))


def _defects(each: Scenario, compiled: Compiled) -> tuple[ExplainedFault, ...]:
    """What the envelope and the guideline say."""
    found: list[Fault] = []
    for item in edifact.read(each.data) if compiled.form.dialect == "edifact" else x12.read(each.data):
        if isinstance(item, edifact.InterchangeFault | x12.InterchangeFault):
            found.append(item.fault)
        else:
            found += (*item.faults, *compiled.faults(item))
    return tuple(map(explained, found))
