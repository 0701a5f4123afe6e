"""Comparing our books with what other systems say: statements, drifts, and what was asserted because of them."""
