"""SQL lives in files, one statement each; a statement's file name is its name in traces and in the database's log."""

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Statement:
    """A named SQL statement."""

    name: str
    text: str


def load(name: str) -> Statement:
    """Read `sql/<name>.sql`; raise FileNotFoundError if there is none."""
    return named(name, files("adapters.postgres").joinpath("sql", f"{name}.sql").read_text("utf-8"))


def named(name: str, text: str) -> Statement:
    """Return a statement that tells the database its name, as its first line."""
    return Statement(name, f"-- {name}\n{text}")
