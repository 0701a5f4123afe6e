"""Maps between EDIFACT messages and canonical objects."""
