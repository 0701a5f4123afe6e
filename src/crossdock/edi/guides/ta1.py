"""What TA1 says of an interchange, in words, and what is wrong with how it says it. Nothing of it refuses: that an
interchange was rejected is heard in whatever form."""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.edi.guides import codes
from crossdock.edi.kernel.calendar import is_date, is_time
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import TransactionSet

TYPE = "TA1"
NOTHING = "000"
"""The note code where nothing is wrong."""


def note(code: str) -> str:
    """What a note code (TA105) means; empty for one that is not known."""
    return codes("note").get(code, "")


def check_ta1(ts: TransactionSet) -> Iterator[Fault]:
    """By what nobody finds the interchange again, and codes that nobody knows or that contradict the verdict."""
    (segment,) = ts.segments
    date, time, verdict, code = (segment[element].strip() for element in (2, 3, 4, 5))
    if not is_date(date):
        yield ts.fault("date_invalid", 1, 2, f"{date or 'nothing'} is no date of an interchange", "warning")
    if not is_time(time):
        yield ts.fault("time_invalid", 1, 3, f"{time or 'nothing'} is no time of an interchange", "warning")
    if not note(code):
        yield ts.fault("code_unknown", 1, 5, f"{code or 'nothing'} is no note code", "warning")
    elif verdict and (verdict == "A") != (code == NOTHING):
        said = f"{verdict} and {code} contradict each other: {code} means that {note(code)}"
        yield ts.fault("code_unknown", 1, 5, said, "warning")
