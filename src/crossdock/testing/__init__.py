"""The shipped test kit: what users of Crossdock need to test their own processes and connectors. Nothing imports it."""
