"""What a connector to an external system offers. The engine owns retry, order, rate, breakers and tracing.

A *document* is a canonical object (`crossdock.model`). A connector turns it into the system's own form (`render`,
pure) and transports the stored bytes (`send`); the other way round it brings raw bytes in (`fetch`, webhooks) and
turns them into records (`translate`, pure).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

import msgspec

from crossdock.events.envelope import Precision
from crossdock.ports.outcomes import Outcome

Resend = Literal["idempotent", "lookup", "neither"]


class Health(msgspec.Struct, frozen=True):
    """Reachable and authorised, or why not."""

    ok: bool
    detail: str = ""


class RawPage(msgspec.Struct, frozen=True):
    """One page of a poll: the exact bytes received, the cursor behind it, and whether more waits."""

    content: bytes
    content_type: str
    cursor: str
    more: bool
    records: int
    name: str = ""
    """What the source calls it: a file name, or the kind that was polled."""
    again: str = ""
    """Where the source laid the same out once more after it was `accepted`: tells that time from others."""


class Rendered(msgspec.Struct, frozen=True):
    """A document in the system's own form. `target` is the operation as the system names it: a path or file name."""

    content: bytes
    content_type: str
    target: str
    method: str = "POST"


class Outgoing(msgspec.Struct, frozen=True):
    """One attempt to deliver stored bytes. `key` stays the same over all attempts."""

    rendered: Rendered
    key: str
    attempt: int
    ordering_key: str
    trace_id: str = ""


class RawDocument(msgspec.Struct, frozen=True):
    """A document as it came."""

    id: str
    source: str
    kind: str
    content: bytes
    content_type: str
    name: str
    received_at: dt.datetime
    """Business time."""


class Route(msgspec.Struct, frozen=True):
    """Where a record belongs when the document does not name the case: by a business key we know."""

    kind: str
    issuer: str
    value: str


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One business fact found in a raw document.

    `identity` is the business gate: (document type, issuer, number, revision). The same identity again with the same
    content is a duplicate and ignored, with other content a conflict for a person; None for facts that may repeat.
    Exactly one of `subject` and `route` is given. With a route, `company_id` may be empty: then it is the company of
    the case that the route leads to (a carrier does not know whose goods it moves).
    """

    body: msgspec.Struct
    company_id: str
    occurred_at: dt.datetime
    subject: str = ""
    route: Route | None = None
    identity: tuple[str, str, str, str] | None = None
    keys: tuple[Route, ...] = ()
    """Business keys under which the subject can be found from now on."""
    source_sequence: int | None = None
    pointer: str = ""
    """Where in the raw document it stands: `segment 12`, `/records/3`."""
    answers: bool = False
    """It answers a document of ours, whose key (`sent_keys`) is its route: the engine fills the body's `document` and
    `number` with those of that document."""
    occurred_precision: Precision = "instant"
    """How exactly the source said when: with `day`, `occurred_at` is some instant of that day in `occurred_zone`."""
    occurred_zone: str = "UTC"


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a document, or a part of it, cannot be taken: code with a runbook page, words, and where."""

    code: str
    detail: str
    pointer: str = ""
    offset: int | None = None
    rule: str = ""
    """The rule of the network that holds it, where one does."""


class MasterRecord(msgspec.Struct, frozen=True):
    """Master data found in a raw document: `Item`, `Customer`, `Pack`, `KitComponent` or `Lot`."""

    body: msgspec.Struct


class Reply(msgspec.Struct, frozen=True):
    """A document owed to the sender for what it sent, such as a functional acknowledgement."""

    document: str
    body: msgspec.Struct
    to: str
    number: str
    company_id: str = ""


class Wrapper(msgspec.Struct, frozen=True):
    """What a part of a document came in, named by the sender's own numbers: the transport gate knows it again.

    `content` is a digest of what is inside: under the same `key` the same is a repetition, anything else a fault.
    """

    key: str
    content: bytes
    place: int
    """Where in the document its transmission begins; the same document may be read again."""
    within: dt.timedelta | None = None
    """After so much time (business time) the sender uses its numbers anew; None: never."""
    pointer: str = ""


class Part(msgspec.Struct, frozen=True):
    """What stands in these wrappers. It counts unless all of them came before: then it is answered as it was then."""

    wrappers: tuple[Wrapper, ...]
    records: tuple[Record, ...] = ()
    replies: tuple[Reply, ...] = ()
    faults: tuple[Fault, ...] = ()


class Translation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a raw document says. With faults and no records it is quarantined whole; with both, in part.

    `parts` is all of it once more, where the sender numbers what it sends.
    """

    records: tuple[Record, ...] = ()
    master: tuple[MasterRecord, ...] = ()
    replies: tuple[Reply, ...] = ()
    faults: tuple[Fault, ...] = ()
    parts: tuple[Part, ...] = ()


@runtime_checkable
class InPortions(Protocol):
    """Of a connector whose documents may be too large to be translated at once."""

    def portions(self, raw: RawDocument, references: References, most: int) -> Iterator[Translation]:
        """What a document says, about `most` records at a time; together the same as `translate`. The same bytes give
        the same portions, and a part may name wrappers of an earlier portion."""
        ...


class References(Protocol):
    """Cross-references a translation may need; in memory, of one version of the network."""

    def our_item(self, company_id: str, party: str, their_item: str) -> str | None:
        """Our item id for a party's id of it, or None if it is unknown."""
        ...

    def their_item(self, company_id: str, party: str, item: str) -> str:
        """A party's id for our item; our own id where nothing else is agreed."""
        ...


class Numbers(Protocol):
    """Control numbers, taken in the transaction that stores the bytes which carry them."""

    def take(self, counter: str) -> int:
        """The next number of `counter`, starting at 1."""
        ...


class Renderer(Protocol):
    """Turns a canonical document into the bytes a system takes. Pure but for the numbers it takes."""

    def counters(self, document: str, body: msgspec.Struct) -> tuple[str, ...]:
        """The counters `render` will take from, so that their rows can be locked in order."""
        ...

    def render(self, document: str, body: msgspec.Struct, references: References, numbers: Numbers) -> Rendered:
        """The bytes. Raises `Unsupported` for what the system cannot express."""
        ...

    def sent_keys(self, document: str, body: msgspec.Struct, rendered: Rendered) -> tuple[Route, ...]:
        """Business keys by which answers to these bytes will name them, to be registered for the sending case when
        the delivery is stored: the control number of an EDI group. Pure; most systems have none."""
        ...


class Translator(Protocol):
    """Turns raw bytes into records. Pure. Garbage gives faults, never an exception."""

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What the document says, and what of it cannot be taken."""
        ...


class Connector(Renderer, Translator, Protocol):
    """A connection to one configured system."""

    name: str
    resend: Resend
    polls: tuple[str, ...]
    """Kinds that `fetch` serves."""

    async def check(self) -> Health:
        """Reachable and authorised? Never raises, never hangs past its timeout."""
        ...

    def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """Pages behind `cursor`, oldest first; an empty cursor starts from the beginning. Connection problems raise
        `ConnectorUnavailable`."""
        ...

    async def accepted(self, kind: str, page: RawPage) -> None:
        """Called when a fetched page is committed: where the source needs telling (a file to move away)."""
        ...

    def authentic(self, headers: Callable[[str], str], content: bytes) -> bool:
        """Does this webhook come from the system? Compared in constant time."""
        ...

    def transport_key(self, headers: Callable[[str], str], content: bytes) -> str:
        """What is equal when the same webhook is sent again."""
        ...

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One attempt. Never raises for what the other side does."""
        ...

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        ...


class ShownLevel(msgspec.Struct, frozen=True):
    """What a channel shows of one item, in its base unit, and by which version of ours it does so."""

    item: str
    quantity: Decimal
    version: int | None = None
    """None where the channel keeps none."""
    active: bool = True
    """Does it offer the item at all?"""
    sold: Decimal = Decimal(0)
    """What the channel took off by itself for sales since the level was written, as far as it says so."""
    changed_at: dt.datetime | None = None
    """When the level was written there; business time."""


@runtime_checkable
class ShowsLevels(Protocol):
    """Of a connector to a channel that can be asked what it shows."""

    async def levels(self, company_id: str, items: Sequence[str] = ()) -> list[ShownLevel]:
        """What the channel shows of these items, or of all; what it does not know is left out. Connection problems
        raise `ConnectorUnavailable`."""
        ...


@runtime_checkable
class ComparesAndSets(Protocol):
    """Of a connector to a channel that takes a level only while it shows the version that we believe it shows
    (`AvailableItem.expected_version`)."""

    def conflicts(self, reply: str) -> tuple[str, ...]:
        """The items that were not taken since the channel showed another version, by the reply of the delivery."""
        ...


class ConnectorUnavailable(Exception):
    """The system cannot be reached or does not answer as it should; the poll is tried again later."""
