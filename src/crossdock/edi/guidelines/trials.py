"""Tries a partner pack: its own samples, documents made up for every scenario of its guidelines, and each line of them
broken by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from crossdock.edi import edifact, x12
from crossdock.edi.guidelines.breaches import Breach
from crossdock.edi.guidelines.breaking import why_not
from crossdock.edi.guidelines.check import in_another_form
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.generate import CannotGenerate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack
from crossdock.edi.guidelines.scenarios import Scenario, Workshop, lines, scenarios
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


class Untried(msgspec.Struct, frozen=True):
    """A line or condition of a guideline that no document was made for, and why."""

    guideline: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.guideline} {self.what}: {self.why}"


@dataclass
class Tried:
    """All that was tried with a pack: samples and scenarios, then each line of its guidelines broken by itself."""

    trials: list[Trial] = field(default_factory=list)
    lines: list[Trial] = field(default_factory=list)
    untried: list[Untried] = field(default_factory=list)

    @property
    def failed(self) -> list[Trial]:
        """What was not found as expected."""
        return [each for each in (*self.trials, *self.lines) if not each.passed]


def tried(pack: PartnerPack, seed: int = 0) -> Tried:
    """Try every sample, then every scenario and every line of every guideline."""
    done = Tried(list(_samples(pack)))
    for compiled in pack.guidelines.guidelines:
        _guideline(compiled, pack, seed, done)
    return done


def _samples(pack: PartnerPack) -> Iterator[Trial]:
    for path in pack.samples():
        sample = pack.pack.samples.get(path.name)
        if sample is None:
            yield Trial("", path.name, "a sample without an entry in partner.yaml", (), ("not_described",))
            continue
        found = faults_of(path.read_bytes(), pack.guidelines, sample.direction)
        words = f"a sample of {sample.source}"
        yield Trial("", path.name, words, tuple(sorted(set(sample.faults))), _codes(found), found)


def _guideline(compiled: Compiled, pack: PartnerPack, seed: int, done: Tried) -> None:
    name = f"{compiled.document} {compiled.form.version}"
    whole = compiled
    try:
        compiled, workshop, made = _made(compiled, pack, seed)
    except CannotGenerate as problem:
        done.trials.append(Trial(name, "valid", str(problem), (), ("cannot_generate",)))
        return
    done.trials.extend(_trial(name, each, compiled) for each in made)
    for line in lines(workshop):
        if isinstance(line, Breach):
            done.untried.append(Untried(name, line.name, line.why))
        else:
            done.lines.append(_trial(name, line, compiled))
    there = {each.name for each in made}
    for condition in whole.conditions:
        if f"condition_{condition.number}" not in there:
            kept = condition in compiled.conditions
            why = why_not(workshop.sound, condition) if kept else "no made-up document keeps to it"
            done.untried.append(Untried(name, f"condition {condition.number}, {condition.words}", why))


def _made(compiled: Compiled, pack: PartnerPack, seed: int) -> tuple[Compiled, Workshop, list[Scenario]]:
    """All scenarios, with the guideline they are made for: without the conditions that no made-up document keeps to,
    which are told as not tried. Raises `CannotGenerate` where something else is to blame."""
    while True:
        try:
            workshop = Workshop(compiled, pack.pack, seed)
            return compiled, workshop, list(scenarios(workshop))
        except CannotGenerate as problem:
            if not problem.conditions:
                raise
            compiled = compiled.without(problem.conditions)


def _trial(name: str, each: Scenario, compiled: Compiled) -> Trial:
    said = _defects(each, compiled)
    found = tuple(map(explained, said)) if each.expected else _sound(each, compiled, said)
    known = each.sign is not None and any(map(each.sign.of, said))
    codes = each.expected if known else _codes(found)
    return Trial(name, each.name, each.words, tuple(sorted(each.expected)), codes, found)


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


def _sound(each: Scenario, compiled: Compiled, said: Iterable[Fault]) -> tuple[ExplainedFault, ...]:
    """What keeps a sound document from being taken, by guideline or maps, and what the guideline warns of."""
    found = map(explained, said)
    if each.name == "minimal":
        # Our maps may well want more than the partner must say.
        return tuple(found)
    refusing = _each(validate(each.data, Guidelines(compiled.form.partner, (compiled,))))
    return tuple(dict.fromkeys((*found, *(one for one in refusing if one.severity == "error"))))


def _defects(each: Scenario, compiled: Compiled) -> list[Fault]:
    """What the envelope and the guideline say; a sound document is also to be in the partner's own form."""
    found: list[Fault] = []
    for item in edifact.read(each.data) if compiled.form.dialect == "edifact" else x12.read(each.data):
        if isinstance(item, edifact.InterchangeFault | x12.InterchangeFault):
            found.append(item.fault)
        else:
            found += (*item.faults, *compiled.faults(item))
            if not each.expected:
                found += in_another_form(item, compiled)
    return found
