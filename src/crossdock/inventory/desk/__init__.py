"""Reservations for callers outside the batches of the engine, committed together."""
