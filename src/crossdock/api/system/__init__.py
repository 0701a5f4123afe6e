"""Routes of single systems: webhooks in."""
