"""A business process: its data, its state table and its handlers, in one object the engine runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from crossdock.events import REGISTRY, event_type
from crossdock.events.intake import DeadlinePassed
from crossdock.processes._kit.case import Case, CaseData
from crossdock.processes._kit.effects import CloseExceptionCase, Deadline, Effect, Met, OpenExceptionCase
from crossdock.processes._kit.states import StateTable

Data = TypeVar("Data", bound=CaseData)
Body = TypeVar("Body", bound=msgspec.Struct)
Handler = Callable[[Case[Any], Any], Iterator[Effect] | None]
WAITING = "waiting_for_document"
"""The deadline of a case that has not begun, and the exception case once it has passed."""


class Lifecycle(Generic[Data]):
    """A process named `name`; its cases have ids `name/company/...`.

    `starts` are the events that begin a case; what comes before is kept and handled afterwards (`early`). If none has
    come `patience` (business time) after the first of those, a person is asked.
    `header` derives the header's state from the lines. `ignores` are events that change nothing in this process,
    with the reason why (they may still come).
    """

    def __init__(
        self,
        name: str,
        *,
        version: str,
        data: type[Data],
        table: StateTable,
        starts: tuple[type[msgspec.Struct], ...],
        header: Callable[[Data], str],
        finished: Callable[[Data], bool],
        patience: dt.timedelta = dt.timedelta(days=1),
    ) -> None:
        self.name = name
        self.version = version
        self.data = data
        self.table = table
        self.starts = tuple(start.__name__ for start in starts)
        self.header = header
        self.finished = finished
        self.patience = patience
        self.handlers: dict[str, Handler] = {}
        self.repeated: dict[str, Handler] = {}
        """What a start event does that comes again; nothing where none is named."""
        self.decoder: msgspec.json.Decoder[Data] = msgspec.json.Decoder(data)

    def on(self, *bodies: type[Body]) -> Callable[[Handler], Handler]:
        """Register the handler of one or more event types; each type has exactly one."""

        def register(handler: Handler) -> Handler:
            for body in bodies:
                if body.__name__ in self.handlers:
                    raise TypeError(f"{self.name} handles {body.__name__} twice")
                if REGISTRY.get(body.__name__) is not body:
                    raise TypeError(f"{body.__name__} is not a registered event")
                self.handlers[body.__name__] = handler
            return handler

        return register

    def again(self, body: type[Body]) -> Callable[[Handler], Handler]:
        """Register what happens when an event that begins a case comes once it has begun."""

        def register(handler: Handler) -> Handler:
            if body.__name__ not in self.starts:
                raise TypeError(f"{body.__name__} does not begin a {self.name}")
            self.repeated[body.__name__] = handler
            return handler

        return register

    def handle(self, case: Case[Data], body: msgspec.Struct) -> list[Effect]:
        """Run the handler of one event on a case and derive its header.

        Before the case has begun, other events are kept; beginning handles them in order. A start event that comes
        again changes nothing, unless `again` says what it does. Raises `IllegalMove`, or what a faulty handler raises.
        """
        kind = event_type(body)
        begun = bool(case.data.state)
        if not begun and kind not in self.starts:
            return list(self._keep(case, kind, body))
        if isinstance(body, DeadlinePassed) and body.name == WAITING:
            return []
        if begun and kind in self.starts:
            return list(self._run(case, self.repeated.get(kind), body))
        effects = list(self._run(case, self.handlers.get(kind), body))
        if not begun:
            effects += self._catch_up(case)
        return effects

    def _keep(self, case: Case[Data], kind: str, body: msgspec.Struct) -> Iterator[Effect]:
        """What came too early waits; it may be that what should come first never does."""
        data = case.data
        if isinstance(body, DeadlinePassed) and body.name == WAITING:
            data.missed_start = True
        else:
            if not data.early:
                yield Deadline(WAITING, self.patience)
            data.early = [*data.early, (kind, msgspec.json.encode(body).decode())]
        if data.missed_start:
            kinds = ", ".join(dict.fromkeys(early for early, _ in data.early))
            words = f"{len(data.early)} waiting ({kinds}) for what begins it: {' or '.join(self.starts)} has not come"
            yield OpenExceptionCase(WAITING, words)

    def _run(self, case: Case[Data], handler: Handler | None, body: msgspec.Struct) -> Sequence[Effect]:
        if handler is None:
            return ()
        effects = list(handler(case, body) or ())
        case.data.state = self.header(case.data)
        return effects

    def _catch_up(self, case: Case[Data]) -> list[Effect]:
        early, case.data.early = case.data.early, []
        effects: list[Effect] = [Met(WAITING)] if early else []
        if case.data.missed_start:
            case.data.missed_start = False
            effects.append(CloseExceptionCase(WAITING, "what it waited for has come"))
        for kind, text in early:
            effects += self._run(case, self.handlers.get(kind), msgspec.json.decode(text, type=REGISTRY[kind]))
        return effects
