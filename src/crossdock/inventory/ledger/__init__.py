"""The ledger itself: requests of many cases decided in memory under row locks, and booked together."""
