"""What stops the local picture from running."""


class LocalError(Exception):
    """A part cannot run here; the message is one line that says which part, why, and where to look."""
