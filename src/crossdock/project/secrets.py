"""Values from the environment: secrets, which never show themselves, and plain ones that know their origin."""

from __future__ import annotations


class Secret:
    """A secret that prints, formats and serialises as where it comes from (`env:NAME`), never as what it is."""

    __slots__ = ("_value", "reference")

    def __init__(self, value: str, reference: str = "") -> None:
        self._value = value
        self.reference = reference

    def reveal(self) -> str:
        """The value itself: for the one call that needs it, never for a log, an error text or a file."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (other._value, other.reference) == (self._value, self.reference)

    def __hash__(self) -> int:
        return hash(("Secret", self.reference))

    def __repr__(self) -> str:
        return f"Secret({self.reference or '***'})"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError(f"{self!r} is not written anywhere, so it is not pickled either")


class FromEnvironment(str):
    """A plain setting taken from the environment (a host, a URL): an ordinary text that remembers its reference.

    A network's version must not change because it runs on another machine, so its canonical form holds the
    reference and not the value.
    """

    reference: str

    def __new__(cls, value: str, reference: str) -> FromEnvironment:
        """`value` as read, `reference` as written in the file (`env:SANDBOX_ERP_URL`)."""
        text = super().__new__(cls, value)
        text.reference = reference
        return text


class NumberFromEnvironment(int):
    """A whole number taken from the environment (a port)."""

    reference: str

    def __new__(cls, value: int, reference: str) -> NumberFromEnvironment:
        """`value` as read, `reference` as written in the file."""
        number = super().__new__(cls, value)
        number.reference = reference
        return number


def reference_of(value: object) -> str | None:
    """`env:NAME` if the value came from the environment, else None."""
    if isinstance(value, Secret | FromEnvironment | NumberFromEnvironment):
        return value.reference
    return None
