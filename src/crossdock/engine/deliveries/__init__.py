"""Deliveries: outgoing documents, rendered once, sent in order per key until they arrive or a person decides."""
