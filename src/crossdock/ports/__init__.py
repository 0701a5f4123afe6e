"""Boundaries to the world: what connectors, transports, secrets and clocks must offer."""
