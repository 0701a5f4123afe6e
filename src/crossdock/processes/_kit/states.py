"""State tables: which line state may follow which, checked when a process is imported."""

from __future__ import annotations

from collections.abc import Mapping


class IllegalMove(Exception):
    """A line was asked to go where its state table does not lead. The event is kept with an exception case."""

    def __init__(self, case: str, line: str, before: str, after: str) -> None:
        self.case, self.line, self.before, self.after = case, line, before, after
        super().__init__(f"{case} line {line}: {before or 'new'} -> {after} is not in the state table")


class StateTable:
    """`moves` maps each state to the states that may follow; `""` is the state before the first.

    Raises TypeError for a state that nothing leads to, one that is named only as a target, or an end that is left.
    """

    def __init__(self, moves: Mapping[str, tuple[str, ...]], *, final: tuple[str, ...]) -> None:
        self.moves = {state: frozenset(after) for state, after in moves.items()}
        self.final = frozenset(final)
        self._check()

    def _check(self) -> None:
        targets = {state for after in self.moves.values() for state in after}
        if unknown := targets - self.moves.keys() - self.final:
            raise TypeError(f"states without a row in the table: {sorted(unknown)}")
        reached, frontier = {""}, [""]
        while frontier:
            for state in self.moves.get(frontier.pop(), frozenset()):
                if state not in reached:
                    reached.add(state)
                    frontier.append(state)
        if unreachable := (self.moves.keys() | self.final) - reached:
            raise TypeError(f"states that nothing leads to: {sorted(unreachable)}")
        if left := [state for state in self.final if self.moves.get(state)]:
            raise TypeError(f"final states that are left again: {sorted(left)}")

    def allows(self, before: str, after: str) -> bool:
        """May `after` follow `before`?"""
        return after in self.moves.get(before, frozenset())

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        rows = ["stateDiagram-v2"]
        for state, after in self.moves.items():
            rows += [f"    {state or '[*]'} --> {follower}" for follower in sorted(after)]
        rows += [f"    {state} --> [*]" for state in sorted(self.final)]
        return "\n".join(rows)
