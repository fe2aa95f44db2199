"""Drills as operators and fault runs ask for them."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec

from domain.commands import RunDrill
from domain.drill import DrillBehaviour

LONGEST_SECONDS = 60


class DrillRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A drill to be run; its id is the caller's own, and need not be unique."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {"drillId": "monday-1", "behaviour": "succeed", "seconds": 1}

    drill_id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    behaviour: DrillBehaviour = DrillBehaviour.SUCCEED
    seconds: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_SECONDS)] = 0

    def command(self) -> RunDrill:
        """Return the command."""
        return RunDrill(drill_id=self.drill_id, behaviour=self.behaviour, seconds=self.seconds)
