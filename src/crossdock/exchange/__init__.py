"""Documents with trading partners: agreements in use, envelopes, acknowledgements, transports."""

from crossdock.exchange.connector import OUTBOX, PartnerConnector, connect

__all__ = ["OUTBOX", "PartnerConnector", "connect"]
