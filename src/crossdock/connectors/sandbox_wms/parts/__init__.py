"""Parts of the sandbox WMS's mapping that stand on their own; `mapping` joins them."""
