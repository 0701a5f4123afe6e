"""The HTTP interface: `process/` and `system/` routes behind the `gateway/` every call passes."""
