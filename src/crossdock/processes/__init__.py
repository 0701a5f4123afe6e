"""Business processes: state tables and pure handlers `(case, event) -> effects`."""
