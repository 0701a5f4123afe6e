"""A partner's home on the SFTP server: `inbox/` is what Crossdock wrote, `outbox/` what the partner wrote."""

from __future__ import annotations

from pathlib import Path

_UNFINISHED = ".part-"


class Mailbox:
    """Files appear whole: written under another name first, then renamed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.inbox, self.outbox = home / "inbox", home / "outbox"
        for folder in (self.inbox, self.outbox):
            (folder / "done").mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Lay a file out for Crossdock."""
        unfinished = self.outbox / f"{_UNFINISHED}{name}"
        unfinished.write_bytes(data)
        unfinished.rename(self.outbox / name)

    def waiting(self) -> list[str]:
        """Names of finished files in the inbox, sorted."""
        return sorted(
            each.name for each in self.inbox.iterdir() if each.is_file() and not each.name.startswith(_UNFINISHED)
        )

    def read(self, name: str) -> bytes:
        """The bytes of a file in the inbox."""
        return (self.inbox / name).read_bytes()

    def finish(self, name: str) -> None:
        """Put a file of the inbox away; one of the same name that is there already stays."""
        target = self.inbox / "done" / name
        again = 1
        while target.exists():
            again += 1
            target = self.inbox / "done" / f"{name}.{again}"
        (self.inbox / name).rename(target)
