"""Documents of electronic data interchange: syntax kernels, guides (data) and maps to the canonical objects."""
