"""What policies keep back of stock, and how fresh its sources are."""
