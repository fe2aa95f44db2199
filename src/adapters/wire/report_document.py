"""The report as it is shown and stored: the one envelope that every kind of report has."""

import re
from dataclasses import fields

import msgspec

from domain.report import Report, ReportParameters

_UNDERSCORE = re.compile("_([a-z])")


def report_document(report: Report) -> bytes:
    """Return the report's public JSON: `{report, coverage, summary, rows}`."""
    return msgspec.json.encode(
        {
            "report": {
                "id": str(report.id),
                "kind": report.kind.value,
                "parameters": _shown(report.parameters),
                "snapshot": report.snapshot,
            },
            **report.content,
        }
    )


def _shown(parameters: ReportParameters) -> dict[str, object]:
    """Return what holds, whether it was given or is the default; what is open is left out."""
    values = {field.name: getattr(parameters, field.name) for field in fields(parameters)}
    return {_camel_cased(name): value for name, value in values.items() if value not in (None, ())}


def _camel_cased(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
