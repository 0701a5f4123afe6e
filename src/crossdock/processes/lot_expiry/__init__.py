"""Lot expiry: lots that are over are promised no more."""

from crossdock.processes.lot_expiry.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
