"""Assembly: goods made of other goods, and packs broken or packed anew."""

from crossdock.processes.assembly.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
