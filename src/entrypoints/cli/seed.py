"""`kondate seed`."""
