"""The verdict as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.testing.checker.ruling import Ruling

_SHOWN = 5


def as_json(
    rulings: Sequence[Ruling], counts: dict[str, object], ledger: object, differences: Sequence[str]
) -> dict[str, object]:
    """What `--json` writes. `baseline` is what a later run compares itself with."""
    return {
        "invariants": {ruling.name: ruling.held for ruling in rulings},
        "checked": {ruling.name: ruling.checked for ruling in rulings},
        "failed": {ruling.name: ruling.failed for ruling in rulings},
        "violations": {ruling.name: ruling.violations for ruling in rulings},
        "counts": counts,
        "differences": list(differences),
        "baseline": ledger,
    }


def as_text(rulings: Sequence[Ruling], counts: dict[str, object], differences: Sequence[str]) -> str:
    """A table for people, the first violations below it."""
    width = max(len(ruling.name) for ruling in rulings)
    lines = [f"{'invariant':{width}}  {'verdict':8} {'facts':>9} {'wrong':>7}"]
    for ruling in rulings:
        verdict = "holds" if ruling.held else "BROKEN"
        lines.append(f"{ruling.name:{width}}  {verdict:8} {ruling.checked:9} {ruling.failed:7}")
    for ruling in rulings:
        lines += [f"  {ruling.name}: {words}" for words in ruling.violations[:_SHOWN]]
        if ruling.failed > _SHOWN:
            lines.append(f"  {ruling.name}: and {ruling.failed - min(_SHOWN, len(ruling.violations))} more")
    lines.append(", ".join(f"{name} {value}" for name, value in counts.items() if isinstance(value, int)))
    for name, value in counts.items():
        if isinstance(value, dict):
            lines.append(f"{name}: " + ", ".join(f"{key} {count}" for key, count in value.items()))
    if differences:
        lines.append(f"{len(differences)} order lines went another way than in the undisturbed run")
    return "\n".join(lines) + "\n"
