"""Parts of what the ERP says and is told."""
