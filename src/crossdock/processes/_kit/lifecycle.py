"""A business process: its data, its state table and its handlers, in one object the engine runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from crossdock.events import REGISTRY, event_type
from crossdock.processes._kit.case import Case, CaseData
from crossdock.processes._kit.effects import Effect
from crossdock.processes._kit.states import StateTable

Data = TypeVar("Data", bound=CaseData)
Body = TypeVar("Body", bound=msgspec.Struct)
Handler = Callable[[Case[Any], Any], Iterator[Effect] | None]


class Lifecycle(Generic[Data]):
    """A process named `name`; its cases have ids `name/company/...`.

    `starts` are the events that begin a case; what comes before is kept and handled afterwards (`early`).
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
    ) -> None:
        self.name = name
        self.version = version
        self.data = data
        self.table = table
        self.starts = tuple(start.__name__ for start in starts)
        self.header = header
        self.finished = finished
        self.handlers: dict[str, Handler] = {}
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

    def handle(self, case: Case[Data], body: msgspec.Struct) -> list[Effect]:
        """Run the handler of one event on a case and derive its header.

        Before the case has begun, other events are kept; beginning handles them in order. A start event that comes
        again changes nothing. Raises `IllegalMove`, or whatever a faulty handler raises.
        """
        kind = event_type(body)
        begun = bool(case.data.state)
        if not begun and kind not in self.starts:
            case.data.early = [*case.data.early, (kind, msgspec.json.encode(body).decode())]
            return []
        if begun and kind in self.starts:
            return []
        effects = list(self._run(case, kind, body))
        if not begun:
            effects += self._catch_up(case)
        return effects

    def _run(self, case: Case[Data], kind: str, body: msgspec.Struct) -> Sequence[Effect]:
        handler = self.handlers.get(kind)
        if handler is None:
            return ()
        effects = list(handler(case, body) or ())
        case.data.state = self.header(case.data)
        return effects

    def _catch_up(self, case: Case[Data]) -> list[Effect]:
        early, case.data.early = case.data.early, []
        effects: list[Effect] = []
        for kind, text in early:
            effects += self._run(case, kind, msgspec.json.decode(text, type=REGISTRY[kind]))
        return effects
