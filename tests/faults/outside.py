"""The world around a small flow: a mailbox of documents and a receiver that writes down everything it gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Letter = tuple[str, str]


@dataclass(frozen=True)
class Got:
    """One request as it came; `effect` is False for a repetition that did nothing."""

    key: str
    ordering_key: str
    content: bytes
    effect: bool


@dataclass
class Outside:
    """`letters` appear in the outbox one by one: the next when the one before was taken away."""

    letters: list[Letter]
    requests: list[Got] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def waiting(self) -> list[Letter]:
        """What lies in the outbox."""
        with self._lock:
            return self.letters[:1]

    def taken(self, name: str) -> None:
        """A letter was moved away; one that is gone already was moved before."""
        with self._lock:
            self.letters = [letter for letter in self.letters if letter[0] != name]

    def receive(self, key: str, ordering_key: str, content: bytes) -> bool:
        """Take a document; True if it is new."""
        with self._lock:
            effect = all(got.key != key for got in self.requests)
            self.requests.append(Got(key, ordering_key, content, effect))
            return effect

    def effects(self) -> dict[str, list[str]]:
        """What had an effect, in order, per ordering key."""
        found: dict[str, list[str]] = {}
        for got in self.requests:
            if got.effect:
                found.setdefault(got.ordering_key, []).append(got.key)
        return found

    def contents(self) -> Mapping[str, set[bytes]]:
        """All bytes that ever came under a key: more than one is a document that was rendered anew."""
        found: dict[str, set[bytes]] = {}
        for got in self.requests:
            found.setdefault(got.key, set()).add(got.content)
        return found


@contextmanager
def serving(letters: list[Letter]) -> Iterator[Outside]:
    """An outside that listens on a port of its own."""
    outside = Outside(list(letters))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200, outside.waiting())

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            content = self.rfile.read(length)
            if len(content) < length:
                self.close_connection = True  # its sender was killed before it had said everything
            elif self.path.startswith("/taken/"):
                outside.taken(self.path.removeprefix("/taken/"))
                self._answer(200, {})
            else:
                new = outside.receive(self.headers["Idempotency-Key"], self.headers["Ordering-Key"], content)
                self._answer(201 if new else 200, {})

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a killed client is what is tested here
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        outside.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield outside
        finally:
            server.shutdown()
            thread.join()
