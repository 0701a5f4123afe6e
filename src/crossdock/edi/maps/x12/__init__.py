"""Maps between X12 transaction sets and canonical objects."""
