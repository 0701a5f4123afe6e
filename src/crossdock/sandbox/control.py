"""The sandbox's own port: start the clock, see how far the play is, change the faults, stop."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac

import msgspec

from crossdock.sandbox.clock import iso
from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.http import Request, Response, answer
from crossdock.sandbox.world import World


class Start(msgspec.Struct, frozen=True):
    """Business time is `origin_business` at `origin_technical` and runs `rate` times as fast."""

    origin_technical: dt.datetime
    origin_business: dt.datetime
    rate: float


class Control:
    """Answers on the control port. A bearer token is not asked for, but a wrong one is refused."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._authorization = f"Bearer {token}"
        self.stopped = asyncio.Event()

    async def __call__(self, request: Request) -> Response:
        """Answer one call, as `HttpServer` wants it."""
        given = request.headers.get("authorization")
        if given is not None and not hmac.compare_digest(given, self._authorization):
            return answer(401, {"error": "wrong bearer token"})
        try:
            return self._answer(request)
        except (msgspec.MsgspecError, ValueError) as fault:
            return answer(422, {"error": str(fault)})

    def _answer(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/control/status":
                return answer(200, self._world.status())
            case "POST", "/control/start":
                return self._start(msgspec.json.decode(request.body, type=Start))
            case "POST", "/control/faults":
                settings = msgspec.json.decode(request.body, type=FaultSettings)
                self._world.stage.faults.replace(settings)
                return answer(200, msgspec.to_builtins(settings))
            case "POST", "/control/stop":
                self.stopped.set()
                return answer(200, {"stopping": True})
        return answer(404, {"error": f"no {request.method} {request.path} here"})

    def _start(self, start: Start) -> Response:
        if start.origin_technical.tzinfo is None or start.origin_business.tzinfo is None:
            raise ValueError("instants name their zone")
        if self._world.stage.clock.started:
            return answer(409, {"error": "started already"})
        self._world.start(start.origin_technical, start.origin_business.astimezone(dt.UTC), start.rate)
        return answer(200, {"started": True, "at": iso(self._world.stage.clock.now())})
