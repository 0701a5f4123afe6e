"""Crossdock: the middleware a wholesale distributor runs between its systems and its trading partners."""

__version__ = "0.1.0"
