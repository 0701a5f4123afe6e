"""The network project: a distributor's network described in files."""
