"""How a guideline and the base guide of its set go together.

The base guide says what our maps need, the guideline what the partner says. Where what keeps to the guideline is sure
to keep to the base guide, the base guide is not asked; where both find fault with the same thing, the partner's words
are told; where only the base guide finds a length or a place odd that the guideline describes, the guideline is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.edi.guidelines.form import Guideline
from crossdock.edi.guidelines.tree import Level, Node, Rule
from crossdock.edi.guides import SegmentRule, guides
from crossdock.edi.kernel.faults import Fault

_PLACES = ("segment_unexpected", "segment_out_of_order", "segment_repeated")
_FORMS = ("element_surplus", "element_too_long", "element_too_short", "element_character")
_PAIR_LONGEST = 48


def within_base(form: Guideline, level: Level) -> bool:
    """Does everything that keeps to the guideline keep to the base guide as well?"""
    guide = guides().get(form.document)
    if guide is None or form.others == "ignored":
        return False
    area, seen = 0, set()
    for node in level.nodes():
        area = max(area, guide.opens.get(node.tag, 0))
        use = guide.areas[area].get(node.tag)
        if use is None or (use.once and (node.form.max != 1 or (area, node.tag) in seen)):
            return False
        seen.add((area, node.tag))
        if not _rules_within(node):
            return False
    mandatory = {node.tag for group in level.groups for node in group.nodes if node.mandatory}
    return all(tag in mandatory for uses in guide.areas for tag, use in uses.items() if use.mandatory)


def _rules_within(node: Node) -> bool:
    base = node.base
    if base is None:
        return True
    if len(node.rules) < len(base.elements) or (node.pairs and not base.pairs):
        return False
    if any(not _narrower(rule, "AN", 1, _PAIR_LONGEST) for rule in node.pairs.values()):
        return False
    return all(_rule_within(rule, base) for rule in node.rules)


def _rule_within(rule: Rule, base: SegmentRule) -> bool:
    ours = base.rule(rule.number)
    if ours is None:
        return base.open
    if not rule.described:
        return True
    if ours.mandatory and not rule.mandatory:
        return False
    return rule.unused or _narrower(rule, ours.type, ours.shortest, ours.longest)


def _narrower(rule: Rule, kind: str, shortest: int, longest: int) -> bool:
    if kind == "C":
        return True
    if rule.codes or rule.value:
        values = [rule.value] if rule.value else list(rule.codes)
        return kind in ("AN", "ID") and all(shortest <= len(each) <= longest for each in values)
    same = rule.type == kind or (kind in ("AN", "ID") and rule.type in ("", "AN", "ID", "N0"))
    return same and shortest <= rule.shortest and rule.longest <= longest


def left_of_base(base: Sequence[Fault], ours: Sequence[Fault], level: Level) -> list[Fault]:
    """The faults that the base guide finds and the guideline does not answer for."""
    told = {_key(each) for each in ours}
    described: dict[str, set[int]] = {}
    for node in level.nodes():
        numbers = {rule.number for rule in node.rules if rule.described}
        described.setdefault(node.tag, set()).update(numbers)
    return [
        each
        for each in base
        if _key(each) not in told
        and not (each.code in _PLACES and each.segment_id in described)
        and not (each.code in _FORMS and each.element in described.get(each.segment_id, ()))
    ]


def _key(each: Fault) -> tuple[str, str, int, int]:
    """What tells one fault from another. A missing segment is one wherever it is missed."""
    if each.code == "segment_missing":
        return each.code, each.segment_id, 0, 0
    return each.code, each.segment_id, each.position, each.element
