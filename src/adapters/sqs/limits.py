"""What SQS allows in one request."""

BATCH_ENTRIES = 10
REQUEST_BYTES = 1_048_576
"""Bodies and attributes together, of one message and of a whole batch alike."""
