"""What can be wrong with a request, in one table: the API answers it as RFC 9457, the command line prints it.

A `Problem` has a `code` (which kind, a row of `PROBLEMS`: stable, callers may branch on it), a `detail` (what is wrong
with this request), `errors` (where, as JSON Pointers, if it can be said) and `advice` (what to do now: that of its
kind, unless more can be said).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """A kind of problem: its HTTP status, a title, and what the caller can do."""

    status: int
    title: str
    advice: str


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault in a body: `pointer` is a JSON Pointer (RFC 6901), or the name of a header or query parameter."""

    pointer: str
    detail: str


PROBLEMS: dict[str, Kind] = {
    "malformed_json": Kind(400, "The body is not strict JSON", "Send UTF-8 JSON, each member once, no NUL, no NaN."),
    "malformed_request": Kind(400, "The request cannot be read", "Correct the request; the detail says what."),
    "idempotency_key_missing": Kind(
        400, "Idempotency-Key is missing", "Send a key of 1 to 255 printable characters, the same in every retry."
    ),
    "idempotency_key_invalid": Kind(
        400, "Idempotency-Key cannot be used", "Send a key of 1 to 255 printable ASCII characters, such as a UUID."
    ),
    "unauthenticated": Kind(401, "No valid API key", "Send `Authorization: Bearer <key>` with a key that is valid."),
    "forbidden": Kind(
        403, "The key may not do this", "Ask the operator for a key with the scope, or for the company, named."
    ),
    "not_found": Kind(404, "There is no such thing", "Check the spelling, the number and the company."),
    "method_not_allowed": Kind(405, "The method is not offered here", "See the API description at /schema."),
    "conflict": Kind(409, "Its state does not allow this", "Look at the present state, then decide anew."),
    "identity_conflict": Kind(
        409,
        "The number is taken by a document with other content",
        "Give a new order a number of its own; a correction is agreed with the operator, who is asked which one holds.",
    ),
    "conversion_refused": Kind(
        409,
        "The quantity has no exact value in that unit",
        "`crossdock item show SKU` tells who says what its units hold; state or correct the pack there.",
    ),
    "not_available": Kind(409, "There is not enough to promise", "Ask for less, for another place, or later."),
    "in_progress": Kind(409, "The same request is being worked on", "Try again with the same key after a moment."),
    "body_too_large": Kind(413, "The body is too large", "Split the document."),
    "unsupported_media_type": Kind(415, "The body is not application/json", "Set Content-Type: application/json."),
    "invalid_body": Kind(422, "The body breaks the rules of this request", "Correct the members named in `errors`."),
    "idempotency_key_reused": Kind(
        422, "The Idempotency-Key was used for another body", "Use a new key for a new request."
    ),
    "rate_limited": Kind(429, "Too many requests", "Wait for the seconds in Retry-After."),
    "internal": Kind(500, "A fault on our side", "Try again with the same key; report the correlation id if it stays."),
    "unavailable": Kind(503, "Not available at the moment", "Try again with the same key after Retry-After seconds."),
}


class Problem(Exception):
    """A request that cannot be served. Raised by operations and the API's gateway; `code` is in `PROBLEMS`."""

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        retry_after_seconds: int | None = None,
        advice: str = "",
    ) -> None:
        self.code = code
        self.kind = PROBLEMS[code]
        self.detail = detail
        self.advice = advice or self.kind.advice
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds
        super().__init__(detail)


_MOST_ADVICE = 3


class Faults:
    """All that is wrong with one request, so that it is told at once: who mends one member should not hear of the next
    only then. `done` says what was not: `ordered`, `reserved`."""

    def __init__(self, done: str) -> None:
        self._done = done
        self._found: list[tuple[str, Problem]] = []

    def found_at(self, pointer: str) -> bool:
        """Is something wrong with that member?"""
        return any(place == pointer for place, _ in self._found)

    def add(self, pointer: str, problem: Problem) -> None:
        """Remember what is wrong with the member at a JSON Pointer."""
        self._found.append((pointer, problem))

    @contextmanager
    def at(self, pointer: str) -> Iterator[None]:
        """Remember a `Problem` of the member there, and go on behind the block."""
        try:
            yield
        except Problem as problem:
            self.add(pointer, problem)

    def must_be_none(self) -> None:
        """Raise what `problem` says."""
        if (problem := self.problem()) is not None:
            raise problem

    def problem(self) -> Problem | None:
        """The one `Problem` there is; or one that names them all, of their kind if they are of the same; or none."""
        if len(self._found) < 2:
            return self._found[0][1] if self._found else None
        codes = {problem.code for _, problem in self._found}
        errors = [error for pointer, problem in self._found for error in _errors(pointer, problem)]
        advice = list(dict.fromkeys(problem.advice for _, problem in self._found))
        return Problem(
            codes.pop() if len(codes) == 1 else "invalid_body",
            f"{len(errors)} members of the request are wrong; nothing was {self._done}",
            errors,
            advice=" ".join(advice) if len(advice) <= _MOST_ADVICE else PROBLEMS["invalid_body"].advice,
        )


def _errors(pointer: str, problem: Problem) -> Sequence[FieldError]:
    """What is wrong with a body stands in its errors; what is wrong otherwise, in the detail."""
    if problem.code == "invalid_body" and problem.errors:
        return problem.errors
    return [FieldError(pointer, problem.detail)]


def not_found(what: str, advice: str = "", errors: Sequence[FieldError] = ()) -> Problem:
    """The problem for a thing that does not exist or that the actor may not know of: both look the same.

    `advice` says where those there are can be found.
    """
    return Problem("not_found", f"there is no {what}, or it is not yours", errors, advice=advice)


def must_be_one_of(what: str, name: str, known: Iterable[str], plural: str = "") -> None:
    """Raise `Problem` for a name that nothing has: an empty answer would say that all is well."""
    if name not in (names := sorted(known)):
        words = f"The {plural or f'{what}s'} are {', '.join(names)}." if names else f"There is no {what} at all."
        raise not_found(f"{what} {name!r}", words)


def must_say_why(reason: str) -> str:
    """The reason of a person's decision, which is written down. Raises `Problem` where there is none."""
    if not reason.strip():
        raise Problem("malformed_request", "a decision needs a reason: it is written down", advice="Say why.")
    return reason
