"""By which numbers a partner's interchange, group and set are known again, as far as the agreement trusts them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from hashlib import blake2b

from crossdock.edi import x12
from crossdock.ports.connector import Wrapper
from crossdock.project.network import Agreement


class Wrapping:
    """The wrappers of one interchange."""

    def __init__(self, agreement: Agreement) -> None:
        self._rule = agreement.control_numbers
        self._seen: Counter[str] = Counter()

    def of(self, item: x12.TransactionSet, pointer: str) -> Wrapper:
        """The wrapper of one set: ISA05 to ISA08 and ISA13, GS01 to GS03 and GS06, ST01 and ST02."""
        header, group = item.interchange, item.group
        content = blake2b(item.raw, digest_size=16).digest()
        key = "/".join(
            (
                f"{header.sender_qualifier}*{header.sender}",
                f"{header.receiver_qualifier}*{header.receiver}",
                _plain(header.control_number),
                f"{group.functional_id}*{group.sender}*{group.receiver}*{_plain(group.control_number)}",
                f"{item.type}*{_plain(item.control_number)}",
            )
        )
        if self._rule.theirs_repeat == "always":
            # The numbers say nothing, so equal bytes alone are a repetition: the set, and the times it was sent at.
            times = f"{header.date}{header.time}{group.date}{group.time}".encode()
            key += "/" + blake2b(times + content, digest_size=16).hexdigest()
        self._seen[key] += 1
        if (times_seen := self._seen[key]) > 1:
            key += f"/{times_seen}"
        return Wrapper(key, content, header.offset, self._within(), pointer)

    def _within(self) -> dt.timedelta | None:
        if self._rule.theirs_repeat == "after_days":
            return dt.timedelta(days=self._rule.repeat_days)
        return None


def _plain(number: str) -> str:
    return number.strip().lstrip("0") or "0"
