"""How the terms of an availability are printed: an equation for each position, and what stands behind each term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rich.console import Console
from rich.text import Text

from crossdock.cli._console import Rows, hanging, plain, span, table
from crossdock.cli._stock_reasons import KINDS, Ended, ended_before, ended_since, why_changed, why_moved
from crossdock.inventory.availability.terms import (
    AvailableToPromise,
    Change,
    Difference,
    DropShipTerms,
    Freshness,
    Kit,
    MovementTerms,
    PhysicalTerms,
    PositionTerms,
    ShelfLife,
    Sourcing,
)
from crossdock.model.quantity import ZERO
from crossdock.model.stock import OWN

_HEAD = "bold"


def print_explained(out: Console, terms: AvailableToPromise, fresh: Iterable[Freshness]) -> None:
    """All terms of one answer, the number first."""
    version = f", by network version {terms.network_version}" if terms.network_version else ""
    asker = "".join(f", {name} {value}" for name, value in _askers(terms) if value)
    title = f"{terms.company_id}{asker}: {_number(terms.now)} of {terms.item} may be promised{version}"
    out.print(hanging(out, plain(title, _HEAD), 2))
    for position in terms.positions:
        out.print()
        _print_position(out, position, [m for m in terms.movements if _is_at(m, position)])
        if older := earlier_movements(terms, position):
            _print(out, f"  ... and {older:,} older; --compare TIME tells of those since then", indent=4)
    for words in goods_of_others(terms):
        _print(out, words, indent=4)
    out.print()
    if terms.shelf_life is not None:
        _print_shelf_life(out, terms.shelf_life)
    if terms.drop_ship is not None:
        _print(out, in_words(terms.drop_ship), indent=2)
    if sum_of := _sum_of(terms):
        _print(out, sum_of)
    if terms.kit is not None:
        _print_kit(out, terms.kit)
    _print_supply(out, terms)
    if terms.sourcing is not None and terms.sourcing.quantity:
        _print_sourcing(out, terms.sourcing)
    _print_substitutes(out, terms)
    _print_freshness(out, fresh)


def print_difference(out: Console, item: str, found: Difference) -> None:
    """Why a number is another than it was, the reasons adding up to it."""
    change = _signed(found.change) or "no change"
    title = (
        f"{item}: {_number(found.quantity_before)} at {plain(found.before_at)}, {_number(found.quantity_after)} at "
        f"{plain(found.after_at)}: {change}"
    )
    out.print(hanging(out, plain(title, _HEAD), 2))
    if found.changes:
        rows = [(_signed(c.change) or "0", why_changed(c), c.movements or None) for c in found.changes]
        out.print(table(("change", "why", "movements"), [*rows, (change, "in all", None)]))
    several = len(found.positions) + len(found.components_changed) > 1
    for position in (*found.positions, *found.components_changed) if several else ():
        before, after = position.before, position.after
        head = f"{_place(after)}: {_number(before.counted)} counted, then {_number(after.counted)}"
        whose = "" if position.item == item else f"{position.item}, "
        _print(out, f"  {whose}{head}", indent=4)
        for one in position.changes:
            _print(out, f"    {_signed(one.change) or '0'} {why_changed(one)}{_times(one)}", indent=6)
    for line in found.supply:
        was = f"{_number(line.before.open)} for {line.before.expected_on}" if line.before else "not expected"
        now = f"{_number(line.after.open)} for {line.after.expected_on}" if line.after else "not expected any more"
        _print(out, f"  supply {line.source} {line.line}: {was}, then {now}", indent=4)
    if found.movements:
        out.print()
        out.print(plain("The movements between"))
        places = {
            (one.item, one.before.location, one.before.pool): one.before.kept_back
            for one in (*found.positions, *found.components_changed)
        }
        ended = ended_since(found.movements, places)
        out.print(movements_table(found.movements, places=True, item=item, ended=ended))
    if found.next:
        out.print(plain("there are more: ask with --json, or over HTTP with cursor="))


def _print_position(out: Console, position: PositionTerms, movements: list[MovementTerms]) -> None:
    _print(out, f"{_place(position)}: {_use(position)}", indent=2)
    terms = [
        f"{_number(position.on_hand)} on hand",
        f"- {_number(position.safety)} kept back",
        f"- {_number(position.reserved)} reserved",
    ]
    if position.allocated:
        terms.append(f"- {_number(position.allocated)} allocated")
    equation = f"  {' '.join(terms)} = {_number(position.free)} free"
    if position.free < 0:
        equation += ", which counts as none"
    elif position.counted != position.free:
        equation += ", which does not count"
    _print(out, equation, indent=4)
    for kept in position.kept_back:
        why = KINDS.get(kept.reason, kept.reason)
        source = "" if kept.source == kept.rule.rpartition("@")[0] else kept.source
        behind = "".join(f", {word}" for word in (f"rule {kept.rule}" if kept.rule else "", source) if word)
        _print(out, f"  kept back {_number(kept.quantity)}: {why}{behind}, since {plain(kept.since)}", indent=4)
    if position.shortage:
        _print(out, f"  {_number(position.shortage)} of what is reserved was promised beyond stock", indent=4)
    if movements:
        out.print(movements_table(movements, ended=ended_before(movements, position.kept_back)))


def movements_table(
    movements: Iterable[MovementTerms],
    *,
    places: bool = False,
    title: str = "",
    item: str = "",
    ended: Ended = frozenset(),
) -> Rows:
    """Movements with what each did and why; `places` where they are of several positions, those of another item than
    `item` (a kit's components) with its name. A movement is told with the
    moment since when it is known, which is what `--as-of` goes by: a fact may have happened long before."""
    rows = [
        (
            *(
                (f"{m.item}, {_place(m)}" if item and m.item != item else _place(m), m.number)
                if places
                else (f"  {m.number}",)
            ),
            m.recorded_at,
            _did(m),
            m.free_after,
            _behind(m, ended),
        )
        for m in movements
    ]
    heads = ("known since", "change", "free after", "why")
    return table(("where", "no.", *heads) if places else ("  no.", *heads), rows, title=title)


def earlier_movements(terms: AvailableToPromise, position: PositionTerms) -> int:
    """How many movements of a position there are before those that are told of: they are numbered from 1."""
    told = [m.number for m in terms.movements if _is_at(m, position)]
    return min(told, default=1) - 1


def ended_of(terms: AvailableToPromise) -> Ended:
    """Which of the movements told of ended what was kept back for their reason."""
    return frozenset().union(
        *(ended_before([m for m in terms.movements if _is_at(m, at)], at.kept_back) for at in terms.positions)
    )


def _did(m: MovementTerms) -> str:
    parts = (("on hand", m.on_hand), ("reserved", m.reserved), ("allocated", m.allocated), ("kept back", m.safety))
    return ", ".join(f"{name} {_signed(value)}" for name, value in parts if value) or m.kind


def _behind(m: MovementTerms, ended: Ended) -> str:
    """Why, and which document, case and rule, and who."""
    document = "" if m.document == "order" or m.what == "policy" else m.document
    names = dict.fromkeys(name for name in (document, m.subject, f"rule {m.rule}" if m.rule else "") if name)
    said = " ".join(names) or m.key
    return f"{why_moved(m, ended)}: {said}" + (f", by {m.actor}" if m.actor not in ("", "engine") else "")


_WHOSE = {
    "consignment_in": "{}'s on consignment with us",
    "vendor_managed": "{}'s, who keeps us supplied",
    "consignment_out": "ours on consignment with customer {}",
    "customer_owned": "customer {}'s own",
}
_LYING = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")


def goods_of_others(terms: AvailableToPromise, *, never: bool = False) -> Iterator[str]:
    """Goods that are not simply ours and with us: whose they are, where, and whether they may be promised; `never`:
    only those that may not."""
    owners: dict[tuple[str, str], list[PhysicalTerms]] = {}
    for row in terms.physical:
        if row.owner != OWN and not (never and row.promisable):
            owners.setdefault((row.location, row.owner), []).append(row)
    for (location, owner), rows in owners.items():
        sums = {state: sum((getattr(row, state) for row in rows), ZERO) for state in _LYING}
        lying = ", ".join(f"{_number(quantity)} {state}" for state, quantity in sums.items() if quantity)
        if not lying:
            continue
        kind, _, party = owner.partition(":")
        whose = _WHOSE.get(kind, "{}'s").format(party or "another firm")
        counts = "promised like ours as far as they are unrestricted, and counted above"
        use = counts if rows[0].promisable else "promised to nobody, and counted nowhere above"
        yield f"{location}: {lying} {whose}: {use}"


def _print_shelf_life(out: Console, shelf_life: ShelfLife) -> None:
    words = f"must keep {shelf_life.days} days, until {shelf_life.keeps_until} (rule {shelf_life.rule})"
    at = ", ".join(f"{_number(one.keep)} {one.location}" for one in shelf_life.locations)
    _print(out, f"{words}; may be promised of what does: {at}", indent=2)


def in_words(drop_ship: DropShipTerms) -> str:
    """What a supplier has that ships straight to customers, and how that is known."""
    head = f"{drop_ship.supplier} ships it straight to the customer (rule {drop_ship.rule})"
    if drop_ship.free is None or drop_ship.stated is None:
        return f"{head}; {drop_ship.unknown}"
    since = f", less {_number(drop_ship.ordered_since)} ordered there since" if drop_ship.ordered_since else ""
    said = f"it said {_number(drop_ship.stated)} at {plain(drop_ship.stated_at)}{since}"
    return f"{head}: {_number(drop_ship.free)} for {drop_ship.expected_on}; {said}"


def _print_kit(out: Console, kit: Kit) -> None:
    out.print()
    _print(out, f"{_number(kit.kits)} kits can be made of components, each from one location:")
    rows = [(at.location, at.kits, at.scarce) for at in kit.by_location]
    out.print(table(("location", "kits", "scarce there"), rows))
    parts = [(part.item, part.per_kit, part.now) for part in kit.components]
    out.print(table(("component", "in one kit", "may be promised"), parts))


def _print_supply(out: Console, terms: AvailableToPromise) -> None:
    if terms.supply:
        rows = [
            (s.expected_on, s.location, s.open, s.pegged, s.confidence, f"{s.source} line {s.line}")
            for s in terms.supply
        ]
        out.print()
        heads = ("expected", "location", "to come", "spoken for", "how sure", "source")
        out.print(table(heads, rows, title="What is coming"))
    if terms.by_date:
        steps = ", ".join(f"{_number(step.quantity)} from {step.on}" for step in terms.by_date)
        _print(out, f"may be promised by date: {steps}", indent=2)


def _print_sourcing(out: Console, sourcing: Sourcing) -> None:
    rule = f"rule {sourcing.rule}" if sourcing.rule else "in the order of the sales policy"
    pieces = ", ".join(
        f"{_number(piece.quantity)} from {piece.location}"
        + (f" pool {piece.pool}" if piece.pool else "")
        + (", lent" if piece.lent else "")
        + (", made up" if piece.made else "")
        for piece in sourcing.pieces
    )
    missing = f"; {_number(sourcing.missing)} missing" if sourcing.missing else ""
    words = f"{_number(sourcing.quantity)} would be filled now: {pieces or 'nothing'}{missing} ({rule})"
    _print(out, words, indent=2)


def _print_substitutes(out: Console, terms: AvailableToPromise) -> None:
    for one in terms.substitutes:
        ratio = "" if one.ratio == 1 else f" ({_number(one.ratio)} stand for one)"
        instead = f"{_number(one.now)} of {one.item} may be promised instead of {_number(one.instead_of)}{ratio}"
        _print(out, f"{instead}, rule {one.rule}", indent=2)


def _print_freshness(out: Console, fresh: Iterable[Freshness]) -> None:
    for one in fresh:
        if one.last_fact_at is None or one.lag_seconds is None:
            said = "never said anything"
        else:
            said = f"last said something at {plain(one.last_fact_at)}, {span(one.lag_seconds)} before"
        cut = f"; {_number(one.haircut)} kept back for it, rule {one.rule}" if one.haircut else ""
        _print(out, f"{one.location}: {one.system} {said}{cut}", indent=2)


def _sum_of(terms: AvailableToPromise) -> str:
    """How the parts add up; nothing if there is but one, for that is the number itself."""
    counted = [(_place(position), position.counted) for position in terms.positions if position.counted]
    parts = [f"{_number(quantity)} {place}" for place, quantity in counted]
    if terms.shelf_life is not None and terms.shelf_life.less:
        parts.append(f"-{_number(terms.shelf_life.less)} that does not keep until {terms.shelf_life.keeps_until}")
    if terms.kit is not None and terms.kit.kits:
        parts.append(f"{_number(terms.kit.kits)} made of components")
    return f"in all: {' + '.join(parts)} = {_number(terms.now)}" if len(parts) > 1 else ""


def _askers(terms: AvailableToPromise) -> Iterator[tuple[str, str]]:
    yield "channel", terms.channel
    yield "customer", terms.customer


def _is_at(movement: MovementTerms, position: PositionTerms) -> bool:
    return (movement.location, movement.pool) == (position.location, position.pool)


def _place(at: PositionTerms | MovementTerms) -> str:
    return f"{at.location}, pool {at.pool}" if at.pool else at.location


def _use(position: PositionTerms) -> str:
    rule = f", rule {position.rule}" if position.rule else ""
    match position.use:
        case "shared":
            return "for everybody"
        case "own":
            return f"set aside for this asker{rule}"
        case "lending":
            return f"set aside for others and lent{rule}"
        case _:
            return f"protected for others{rule}; not counted"


def _times(change: Change) -> str:
    return f" ({change.movements} movement{'s' if change.movements > 1 else ''})" if change.movements else ""


def _number(value: Decimal) -> str:
    return plain(value).plain


def _signed(value: Decimal) -> str:
    if not value:
        return ""
    return f"{'+' if value > 0 else '-'}{_number(abs(value))}"


def _print(out: Console, words: str, indent: int = 2) -> None:
    line: Text = plain(words)
    out.print(hanging(out, line, indent) if out.is_terminal else line, soft_wrap=not out.is_terminal)
