"""Files that hold secrets."""

import os
from pathlib import Path

OWNER_ONLY = 0o600


def write_privately(path: Path, text: str) -> None:
    """Put a file in place whole, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=OWNER_ONLY)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
