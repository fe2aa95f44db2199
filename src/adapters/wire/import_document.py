"""What became of an import, as it is shown and stored."""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.recipe_import import LineProblem, RecipeImport


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a line was refused."""

    line: int
    code: str
    detail: str
    pointer: str | None = None


class ImportDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of all `lines` that hold anything, so many were added, known already, or refused; `problems` says why."""

    id: UUID
    created_at: datetime
    lines: int
    added: int
    known: int
    refused: int
    problems: tuple[ProblemDocument, ...]


def import_document(finished: RecipeImport) -> bytes:
    """Return the import's public JSON."""
    return msgspec.json.encode(
        ImportDocument(
            id=finished.id,
            created_at=finished.created_at,
            lines=finished.lines,
            added=finished.added,
            known=finished.known,
            refused=finished.refused,
            problems=tuple(_shown(problem) for problem in finished.problems),
        )
    )


def _shown(problem: LineProblem) -> ProblemDocument:
    return ProblemDocument(problem.line, problem.code, problem.detail, problem.pointer)
