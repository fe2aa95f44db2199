"""The tutorial as something that can be done: what it changes, file by file, and what it has typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHANGED = r"^In \[(?P<file>[^]]+)\]\([^)]+\):\n\n```diff\n(?P<hunks>.*?)```"
NEW = r"^In the new file `(?P<new>[^`]+)`:\n\n```python\n(?P<text>.*?)```"
STEP = re.compile(f"{CHANGED}|{NEW}", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```bash\n(.*?)```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tutorial:
    """Its text."""

    text: str

    def follow(self, tree: Path) -> None:
        """Do every step to a source tree, in order; fail where one does not fit."""
        for step in STEP.finditer(self.text):
            if step["new"]:
                (tree / step["new"]).write_text(step["text"], encoding="utf-8")
                continue
            file = tree / step["file"]
            content = file.read_text(encoding="utf-8")
            for before, after in _hunks(step["hunks"]):
                assert content.count(before) == 1, f"{step['file']} has not exactly one\n{before}"
                content = content.replace(before, after)
            file.write_text(content, encoding="utf-8")

    def sessions(self) -> list[str]:
        """Return what is to be typed, block by block."""
        return SHELL.findall(self.text)


def _hunks(block: str) -> Iterator[tuple[str, str]]:
    """Yield each part of a diff as the text before and the text after."""
    for hunk in block.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        yield before, after
