"""Effects of handlers become writes of the batch."""

from __future__ import annotations

from crossdock.engine.writes import DeadlineSet, ExceptionChange, PendingSend, Writes
from crossdock.events.envelope import Envelope
from crossdock.inventory.reconciliation.statements import Kept
from crossdock.log import BusinessKey, DocumentLink
from crossdock.log.append import follow
from crossdock.model.stock import MoveRequest, PromiseRequest, ReleaseRequest, SupplyRequest
from crossdock.processes._kit import (
    CloseExceptionCase,
    Commit,
    Deadline,
    Effect,
    Emit,
    Expect,
    ExpectSupply,
    KeepStatement,
    Link,
    Met,
    Move,
    OpenExceptionCase,
    Release,
    Reserve,
    Send,
)


def collect(effect: Effect, case_id: str, company_id: str, cause: Envelope, writes: Writes) -> None:
    """Add one effect of a case to the batch's writes."""
    match effect:
        case Emit():
            writes.events.append(follow(cause, effect.body, effect.subject, company_id=company_id))
        case Send():
            writes.sends.append(PendingSend(effect, company_id, case_id, cause))
        case Reserve() | Commit() | Release() | Move() | ExpectSupply():
            _ask_ledger(effect, case_id, company_id, cause, writes)
        case Deadline() | Expect() | Met():
            writes.deadlines[case_id, effect.name] = _deadline(effect, case_id, company_id, cause)
        case OpenExceptionCase() | CloseExceptionCase():
            writes.exceptions.append(_exception(effect, case_id, company_id, cause))
        case Link():
            _link(effect, case_id, company_id, writes)
        case KeepStatement():
            writes.statements.append(Kept(effect.statement, effect.counted, case_id))


def _ask_ledger(
    effect: Reserve | Commit | Release | Move | ExpectSupply,
    case_id: str,
    company_id: str,
    cause: Envelope,
    writes: Writes,
) -> None:
    writes.causes[case_id] = cause
    match effect:
        case Reserve():
            writes.ledger.append(
                PromiseRequest(
                    company_id, f"{case_id}/{effect.request}", case_id, "asked", effect.lines, effect.source,
                    effect.request, effect.backorder, effect.partial, customer=effect.customer, adopts=effect.adopts,
                )
            )  # fmt: skip
        case Commit():
            writes.ledger.append(
                PromiseRequest(
                    company_id, f"{case_id}/{effect.request}", case_id, "told", effect.lines, effect.source,
                    effect.request, customer=effect.customer, adopts=effect.adopts,
                )
            )  # fmt: skip
        case Release():
            key = f"{case_id}/release/{effect.request}"
            writes.ledger.append(
                ReleaseRequest(company_id, key, case_id, effect.reservations, effect.lines, effect.reason)
            )
        case Move():
            key, at = f"{case_id}/{effect.document}", effect.at or cause.occurred_at
            writes.ledger.append(
                MoveRequest(company_id, key, case_id, effect.document, effect.lines, at, effect.reason)
            )
        case ExpectSupply():
            key = f"{case_id}/supply/{cause.id}/{len(writes.ledger)}"
            writes.ledger.append(SupplyRequest(company_id, key, case_id, effect.lines))


def _deadline(effect: Deadline | Expect | Met, case_id: str, company_id: str, cause: Envelope) -> DeadlineSet:
    match effect:
        case Met():
            return DeadlineSet(case_id, effect.name, company_id)
        case Deadline():
            return DeadlineSet(case_id, effect.name, company_id, "deadline", cause.occurred_at + effect.after)
        case Expect():
            money = effect.money_at_risk
            return DeadlineSet(
                case_id,
                effect.name,
                company_id,
                "expectation",
                cause.occurred_at + effect.within,
                effect.of,
                money.amount if money else None,
                money.currency if money else "",
            )


def _exception(
    effect: OpenExceptionCase | CloseExceptionCase, case_id: str, company_id: str, cause: Envelope
) -> ExceptionChange:
    if isinstance(effect, CloseExceptionCase):
        return ExceptionChange(
            case_id, company_id, effect.code, effect.key, False, effect.resolution, cause.occurred_at, cause
        )
    money = effect.money_at_risk
    return ExceptionChange(
        case_id,
        company_id,
        effect.code,
        effect.key,
        True,
        effect.detail,
        cause.occurred_at,
        cause,
        lines=effect.lines,
        owner=effect.owner,
        money_at_risk=money.amount if money else None,
        currency=money.currency if money else "",
        expected_on=effect.expected_on,
    )


def _link(effect: Link, case_id: str, company_id: str, writes: Writes) -> None:
    if effect.kind:
        writes.keys.append(BusinessKey(company_id, effect.kind, effect.issuer, effect.value, case_id))
    if effect.document:
        writes.links.append(DocumentLink(company_id, case_id, effect.document, effect.line, effect.role))
