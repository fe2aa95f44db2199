"""Types of problem as their pages show them to programs."""

from typing import Self

import msgspec

from entrypoints.problem_types import ProblemType


class ProblemTypeBody(msgspec.Struct, frozen=True):
    """What every problem of one type has in common."""

    type: str
    title: str
    status: int
    meaning: str

    @classmethod
    def of(cls, type_: ProblemType) -> Self:
        """Show a type."""
        return cls(type=type_.uri, title=type_.title, status=type_.status, meaning=type_.meaning)


class ProblemTypeList(msgspec.Struct, frozen=True):
    """Every type that there is."""

    items: tuple[ProblemTypeBody, ...]
