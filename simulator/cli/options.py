"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class EngineName(StrEnum):
    """What executes programs; all engines give the same picoseconds."""

    AUTO = "auto"
    FAST = "fast"
    SIMPY = "simpy"


ChipPath = Annotated[Path, typer.Argument(metavar="CHIP.yaml", help="Chip file.", show_default=False)]
WorkloadPath = Annotated[
    Path | None,
    typer.Option(
        "--workload",
        "-w",
        metavar="FILE",
        help="Network (YAML). Default: four images through workloads/resnet9_cifar10.yaml.",
        show_default=False,
    ),
]
TracePath = Annotated[
    Path | None,
    typer.Option(
        "--trace", "-t", metavar="FILE", help="Recorded requests instead of a workload.", show_default=False
    ),
]
PlacementPath = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="FILE",
        help="Placement file. Default: the chip's own for this network, or a new one.",
        show_default=False,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Override a field of the chip; may be repeated.",
        show_default=False,
    ),
]
Count = Annotated[int | None, typer.Option("--count", help="Requests.", show_default=False)]
Batch = Annotated[int | None, typer.Option("--batch", help="Inferences a request.", show_default=False)]
Length = Annotated[
    int | None,
    typer.Option(
        "--length", help="Time steps of a sequence. Default: as the workload says.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
EngineChoice = Annotated[
    EngineName, typer.Option("--engine", help="Auto takes the fast one if it can be had.")
]
