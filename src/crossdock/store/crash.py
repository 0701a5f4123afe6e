"""Named crash points: the process kills itself there when the environment says so. Used by the fault tests.

`CROSSDOCK_CRASH_AT=worker_before_commit:3` kills at the third time that point is reached; several are separated by
commas. Without the variable a point costs one dictionary look-up.
"""

from __future__ import annotations

import os
import signal

POINTS = {
    "worker_after_read": "a batch was read and its cases are locked, nothing is written",
    "worker_before_commit": "everything of a batch is written, the transaction is open",
    "worker_after_commit": "a batch is committed, the worker has not noticed",
    "intake_before_commit": "raw documents are written, the transaction is open",
    "intake_after_commit": "raw documents are safe, the source has not been told",
    "delivery_before_send": "an attempt is recorded, nothing has been sent",
    "delivery_after_send": "the receiver answered, the outcome is not recorded",
    "delivery_after_commit": "the outcome is recorded",
    "guard_between_reading_and_writing": "a slice of the guard is read, nothing of it is stored",
    "reconciliation_before_write": "a statement is compared and what is missing was fetched, nothing is stored",
    "reconciliation_before_commit": "drifts and corrections of a statement are written, the transaction is open",
    "reconciliation_after_commit": "a comparison is committed, the worker has not noticed",
    "api_before_commit": "accepted calls are written, the transaction is open",
    "api_after_commit_before_answer": "accepted calls are safe, no caller has been answered",
}


def _armed() -> dict[str, int]:
    armed: dict[str, int] = {}
    for entry in filter(None, os.environ.get("CROSSDOCK_CRASH_AT", "").split(",")):
        name, _, count = entry.partition(":")
        if name not in POINTS:
            raise ValueError(f"CROSSDOCK_CRASH_AT names {name!r}, which is no crash point; there are {sorted(POINTS)}")
        armed[name] = int(count or 1)
    return armed


_ARMED = _armed()


def point(name: str) -> None:
    """Die here, as by `kill -9`, if this point is armed and this is its time."""
    left = _ARMED.get(name)
    if left is None:
        return
    _ARMED[name] = left - 1
    if left == 1:
        os.kill(os.getpid(), signal.SIGKILL)
