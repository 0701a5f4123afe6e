"""Read tables folded from the log: one file per table, nothing that decides. Rebuilding folds; it runs no handler."""
