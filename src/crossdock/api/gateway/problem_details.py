"""Problems as RFC 9457 answers: every 4xx and 5xx of this API has one shape."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response, get
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.params import FromPath

from crossdock.api.gateway.call import Call, identify
from crossdock.identity import Denied
from crossdock.operations.problems import PROBLEMS, FieldError, Problem, not_found
from crossdock.store.group_commit import Overloaded
from crossdock.store.pool import TRANSIENT

MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_log = structlog.get_logger("crossdock.api")


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, with the code callers branch on, our id of the call, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    advice: str = ""
    errors: tuple[FieldError, ...] = ()


def details(problem: Problem, call: Call) -> ProblemDetails:
    """A problem as told to the caller."""
    return ProblemDetails(
        type=f"/problems/{problem.code}",
        title=problem.kind.title,
        status=problem.kind.status,
        detail=problem.detail,
        code=problem.code,
        correlation_id=str(call.correlation_id),
        advice=problem.advice,
        errors=problem.errors,
    )


def response(problem: Problem, call: Call) -> Response[bytes]:
    """The whole answer."""
    headers = {}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    if problem.kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(details(problem, call)),
        status_code=problem.kind.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def from_exception(error: Exception) -> Problem:
    """Which problem an exception is; what nobody foresaw is `internal`."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Denied):
        return Problem("forbidden", error.detail)
    if isinstance(error, Overloaded):
        return Problem("unavailable", "more calls are waiting than can be served", retry_after_seconds=1)
    if isinstance(error, TRANSIENT):
        return Problem("unavailable", "the store cannot be reached at the moment", retry_after_seconds=2)
    if isinstance(error, asyncpg.DataError):
        return Problem("malformed_request", "it holds a value that no column takes: a character, number or date")
    if isinstance(error, ValidationException):
        return Problem("malformed_request", "parameters of the call cannot be read", _parameters(error))
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.NOT_FOUND:  # no route; routes say it better
        return Problem("not_found", "there is no such path", advice="All paths that there are stand in /schema.")
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        return Problem(_BY_STATUS[error.status_code], error.detail or HTTPStatus(error.status_code).phrase)
    return Problem("internal", "an unexpected fault; nothing was answered that is not so")


def _parameters(error: ValidationException) -> list[FieldError]:
    if isinstance(absent := error.__cause__, KeyError):  # the framework names it in a sentence of its own alone
        return [FieldError(str(absent.args[0]), "is missing")]
    extra = error.extra if isinstance(error.extra, list) else []
    return [FieldError(str(one.get("key", "")), str(one.get("message", ""))) for one in extra if isinstance(one, dict)]


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer any exception of a route. Faults of ours are logged with their traceback, never told."""
    passed = request.scope["state"].get("call")
    call: Call = passed or identify(request.scope["headers"])
    problem = from_exception(error)
    if problem.kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = "store" if isinstance(error, (*TRANSIENT, asyncpg.PostgresError)) else "fault"
        _log.error("call_failed", correlation_id=str(call.correlation_id), kind=kind, exc_info=error)
    answer = response(problem, call)
    if isinstance(error, MethodNotAllowedException):
        answer.headers["Allow"] = (error.headers or {}).get("allow", "")
    if passed is None:  # no route was found, so the gateway, which would add it, was not passed
        answer.headers["X-Correlation-ID"] = str(call.correlation_id)
    return answer


class ProblemKind(msgspec.Struct, frozen=True):
    """A row of the taxonomy, as its `type` URL answers."""

    code: str
    status: int
    title: str
    advice: str


@get("/problems/{code:str}", opt={"public": True}, summary="What a problem type means", tags=["problems"])
async def explain_problem(code: FromPath[str]) -> ProblemKind:
    """The page behind a problem's `type`."""
    kind = PROBLEMS.get(code)
    if kind is None:
        raise not_found(f"problem type {code!r}", f"There are: {', '.join(PROBLEMS)}.")
    return ProblemKind(code, kind.status, kind.title, kind.advice)
