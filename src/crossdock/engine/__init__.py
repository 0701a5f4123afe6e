"""The engine: intake, cases, deadlines, deliveries, and the worker that runs them in batches."""
