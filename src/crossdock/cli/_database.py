"""The embedded server's keeper: a server that dies is started again, as any other child."""

from __future__ import annotations

import threading
from collections.abc import Callable

from crossdock.store.embedded import EmbeddedServer

_PATIENCE_SECONDS = 5.0


class Keeper:
    """Watches the embedded server from a thread until `stop`."""

    def __init__(self, server: EmbeddedServer, tell: Callable[[str], None]) -> None:
        self._server = server
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopping.wait(0.3):
            if self._server.alive:
                continue
            self._tell("PostgreSQL died and is started again")
            try:
                self._server.restart()
                self._tell("PostgreSQL is back")
            except Exception as failure:  # noqa: BLE001 - whatever it is, a keeper that ends keeps nothing
                # A full disk, for one: it may have room again later.
                self._tell(f"PostgreSQL does not start: {failure}")
                self._stopping.wait(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """Watch no longer; the server may be stopped now."""
        self._stopping.set()
        self._thread.join()
