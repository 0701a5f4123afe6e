"""What the kernels of all dialects share: the sliding window over the input, limits, and the table of faults."""
