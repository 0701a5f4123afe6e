"""The sandbox's ERP: polled for changes, takes postings."""

from crossdock.connectors.sandbox_erp.connector import SANDBOX_ERP, SandboxErp

__all__ = ["SANDBOX_ERP", "SandboxErp"]
