"""Reports as clients ask for them."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Annotated, Any, ClassVar, get_type_hints

import msgspec

from domain.commands import GenerateReport
from domain.report import ReportKind, ReportParameters
from domain.reports.kinds import KINDS
from entrypoints.http.openapi.schemas import Variants
from entrypoints.http.strict_json import convert_json


def _shape(parameters: type[ReportParameters]) -> type[msgspec.Struct]:
    """Return the parameters as JSON has them: camelCase, and nothing beside."""
    types = get_type_hints(parameters)
    members: list[Any] = [
        (field.name, types[field.name], *([] if field.default is MISSING else [field.default]))
        for field in fields(parameters)
    ]
    return msgspec.defstruct(
        parameters.__name__, members, rename="camel", forbid_unknown_fields=True, kw_only=True, frozen=True
    )


SHAPES: Mapping[ReportKind, type[msgspec.Struct]] = {kind: _shape(row.parameters) for kind, row in KINDS.items()}


TAKEN = "; ".join(
    f"{kind.value}: "
    + ", ".join(f"{each.encode_name}{'' if each.required else '?'}" for each in msgspec.structs.fields(shape))
    for kind, shape in SHAPES.items()
)
"""Which parameters each kind takes, as the contract tells it; the question mark is for what may be left out."""


class ReportRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report to be made; a kind that covers recipes covers all published ones unless its parameters say less."""

    VARIANTS: ClassVar[Variants] = Variants("kind", "parameters", {kind.value: shape for kind, shape in SHAPES.items()})
    EXAMPLE: ClassVar[Mapping[str, Any]] = {"kind": "nutrition-summary"}

    kind: ReportKind
    parameters: Annotated[dict[str, Any], msgspec.Meta(description=TAKEN)] = {}

    def command(self) -> GenerateReport:
        """Return the command; raise ValidationFailedError or InvalidReportError."""
        given = msgspec.structs.asdict(convert_json(self.parameters, SHAPES[self.kind], "/parameters"))
        return GenerateReport(kind=self.kind, parameters=KINDS[self.kind].parameters(**given))
