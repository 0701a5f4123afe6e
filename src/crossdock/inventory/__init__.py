"""The Promise Ledger: what physically is, and what is promised. The only writer of stock."""
