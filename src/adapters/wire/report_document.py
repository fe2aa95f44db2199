"""The report as it is shown and stored: the one envelope that every kind of report has."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

import msgspec

from domain.report import Report, ReportKind, ReportParameters

_UNDERSCORE = re.compile("_([a-z])")


class ReportHead(msgspec.Struct, frozen=True):
    """What was asked, and the snapshot that it was answered from."""

    id: UUID
    kind: ReportKind
    parameters: dict[str, Any]
    snapshot: str


class ReportDocument(msgspec.Struct, frozen=True):
    """The public representation of a report; what stands in summary and rows depends on its kind."""

    report: ReportHead
    coverage: Mapping[str, Any]
    summary: Mapping[str, Any]
    rows: list[Mapping[str, Any]]


def report_document(report: Report) -> bytes:
    """Return the report's public JSON: `{report, coverage, summary, rows}`."""
    content: Any = report.content
    head = ReportHead(report.id, report.kind, _shown(report.parameters), report.snapshot)
    return msgspec.json.encode(ReportDocument(report=head, **content))


def _shown(parameters: ReportParameters) -> dict[str, object]:
    """Return what holds, whether it was given or is the default; what is open is left out."""
    values = {field.name: getattr(parameters, field.name) for field in fields(parameters)}
    return {_camel_cased(name): value for name, value in values.items() if value not in (None, ())}


def _camel_cased(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
