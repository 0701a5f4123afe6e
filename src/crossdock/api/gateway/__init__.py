"""What every call passes: identity, limits, strict input, idempotency, problems, documentation."""
