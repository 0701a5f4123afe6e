"""A trading partner behind the port that systems have: renders X12, transports files, translates what comes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator

import msgspec

from crossdock.edi import maps, x12
from crossdock.exchange import envelopes, inbound
from crossdock.exchange.acknowledgements import DOCUMENT
from crossdock.exchange.agreements import Desk
from crossdock.exchange.transports.sftp import MAX_FILE_BYTES, SftpTransport
from crossdock.model.restating import as_stated
from crossdock.model.units import ConversionRefused
from crossdock.ports.connector import (
    ConnectorUnavailable,
    Health,
    Numbers,
    Outgoing,
    RawDocument,
    RawPage,
    References,
    Rendered,
    Resend,
    Route,
    Translation,
)
from crossdock.ports.outcomes import Outcome, Unsupported
from crossdock.project.network import Agreement, Network, Partner

OUTBOX = "outbox"
"""The one kind that partners are polled for: files."""


class PartnerConnector:
    """One partner with all its agreements. Sending again looks first whether the file is there."""

    resend: Resend = "lookup"
    polls: tuple[str, ...] = (OUTBOX,)

    def __init__(self, desk: Desk, transport: SftpTransport) -> None:
        self.name = desk.partner.id
        self._desk = desk
        self._transport = transport

    async def check(self) -> Health:
        """Can we log in, and are the folders there?"""
        return await self._transport.check()

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """One page per waiting file, oldest first. The folder is the cursor: what is safe is moved out of it."""
        files = await self._transport.waiting()
        taken = [file for file in files if file.size <= MAX_FILE_BYTES]
        for left, file in zip(range(len(taken) - 1, -1, -1), taken, strict=True):
            content = await self._transport.read(file)
            if content is None:
                continue
            kind_of = envelopes.CONTENT_TYPE
            yield RawPage(content, kind_of, cursor, more=left > 0, records=1, name=file.name, again=file.again)
        if len(taken) < len(files):
            large = ", ".join(file.name for file in files if file.size > MAX_FILE_BYTES)
            raise ConnectorUnavailable(f"larger than {MAX_FILE_BYTES} bytes, left in {kind}: {large}")

    async def accepted(self, kind: str, page: RawPage) -> None:
        """The file is safe with us: the partner may see that."""
        await self._transport.finish(page.name, page.content)

    def authentic(self, headers: Callable[[str], str], content: bytes) -> bool:
        """Partners of this kind call no webhooks."""
        return False

    def transport_key(self, headers: Callable[[str], str], content: bytes) -> str:
        """The same bytes are the same transmission."""
        return hashlib.sha256(content).hexdigest()

    def counters(self, document: str, body: msgspec.Struct) -> tuple[str, ...]:
        """The control numbers of group and interchange."""
        agreement = self._desk.of_company(_company(body))
        return envelopes.counters(agreement) if agreement else ()

    def render(self, document: str, body: msgspec.Struct, references: References, numbers: Numbers) -> Rendered:
        """One document in an interchange of its own, in the units its lines were stated in. Raises `Unsupported` for
        what was not agreed."""
        agreement = self._agreed(document, body)
        try:
            outgoing = maps.write_document(document, as_stated(body), self._desk.context(agreement, references))
            envelope = envelopes.header(agreement, body, numbers, self._desk.zone)
            content = x12.write_interchange(envelope, [outgoing])
        except (x12.CannotWrite, ConversionRefused) as refusal:
            raise Unsupported(str(refusal)) from refusal
        return Rendered(
            content, envelopes.CONTENT_TYPE, envelopes.file_name(agreement, outgoing, envelope), method="PUT"
        )

    def sent_keys(self, document: str, body: msgspec.Struct, rendered: Rendered) -> tuple[Route, ...]:
        """The group's control number, by which the partner's 997 names it; what is a 997 itself gets none."""
        agreement = self._desk.of_company(_company(body))
        if document == DOCUMENT or agreement is None:
            return ()
        return tuple(
            envelopes.control_key(agreement, item.group.functional_id, item.group.control_number)
            for item in x12.read(rendered.content)
            if isinstance(item, x12.TransactionSet)
        )

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a file says, interchange by interchange."""
        return inbound.translate(raw, self._desk, references)

    def portions(self, raw: RawDocument, references: References, most: int) -> Iterator[Translation]:
        """What a large file says, up to `most` sets at a time."""
        return inbound.portions(raw, self._desk, references, most)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Put the stored bytes into the partner's inbox, once."""
        return await self._transport.deliver(outgoing.rendered.target, outgoing.rendered.content, outgoing.attempt)

    async def close(self) -> None:
        """Close the connection; safe to call twice."""
        await self._transport.close()

    def _agreed(self, document: str, body: msgspec.Struct) -> Agreement:
        company = _company(body)
        agreement = self._desk.of_company(company)
        if agreement is None:
            raise Unsupported(f"{company or 'no company'} has no agreement with {self.name}")
        if document not in agreement.sends:
            raise Unsupported(f"{company} sends {self.name} no {document}")
        return agreement


def connect(partner: Partner, network: Network) -> PartnerConnector:
    """A connection to `partner`; nothing is opened before it is used."""
    transport = SftpTransport(partner.transport, timeout_seconds=partner.limits.timeout_seconds)
    return PartnerConnector(Desk(partner, network), transport)


def _company(body: msgspec.Struct) -> str:
    """Whose document it is: every document of ours says so."""
    return str(getattr(body, "company_id", ""))
