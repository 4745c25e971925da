"""``simulator schema``."""

from enum import StrEnum
from typing import Annotated

import typer


class Kind(StrEnum):
    """What has a schema."""

    CHIP = "chip"
    WORKLOAD = "workload"


def schema_command(
    kind: Annotated[Kind, typer.Argument(help="File to describe.", metavar="[chip|workload]")] = Kind.CHIP,
) -> None:
    """Print the JSON Schema of chip or workload files.

    With it editors complete and check YAML.
    """
    from simulator.report.schemas import schema
    from simulator.report.summary import as_json

    print(as_json(schema(kind.value)), end="")
