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
        help="Network (YAML, or ONNX by its name .onnx). Default: four images through workloads/resnet9_cifar10.yaml.",
    ),
]
Dims = Annotated[
    list[str] | None,
    typer.Option(
        "--dim",
        metavar="NAME=SIZE",
        help="An open size of an ONNX model, like batch=1; INPUT.AXIS=SIZE for one without a name. May be repeated.",
    ),
]
AllowHost = Annotated[
    bool,
    typer.Option(
        "--allow-host", help="Operators of an ONNX model that are not supported are done at the host."
    ),
]
TracePath = Annotated[
    Path | None,
    typer.Option("--trace", "-t", metavar="FILE", help="Recorded requests, instead of a workload."),
]
MappingChoice = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="HOW",
        help="packed (fewest tiles: small pieces share them), balanced (copies of slow layers, where they help), "
        "or a placement file. Default: the chip's own for this network, else a tile a piece.",
    ),
]
Tiles = Annotated[
    int | None,
    typer.Option("--tiles", metavar="N", help="How many tiles 'balanced' may spend. Default: all."),
]
Chips = Annotated[
    int | None,
    typer.Option(
        "--chips",
        metavar="N",
        help="Pipeline over so many equal chips, layers in order. Default: 1.",
        min=1,
    ),
]
Reload = Annotated[
    bool,
    typer.Option("--reload", help="Write weights while running, where the network does not fit the chip."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Override a field of the chip; may be repeated."),
]
Count = Annotated[int | None, typer.Option("--count", "-n", metavar="N", help="Requests. Default: 1.")]
Batch = Annotated[
    int | None, typer.Option("--batch", metavar="N", help="Inferences that arrive together. Default: 1.")
]
Length = Annotated[
    str | None,
    typer.Option(
        "--length",
        metavar="STEPS",
        help="Time steps of a sequence: 64, 16..64 (drawn evenly), or one a request: 16,64. "
        "Default: the workload's.",
    ),
]
PromptLength = Annotated[
    str | None,
    typer.Option(
        "--prompt-length",
        metavar="TOKENS",
        help="With --output-length, a language model generates: tokens read, 1024, 16..64 or 16,64.",
    ),
]
OutputLength = Annotated[
    str | None,
    typer.Option("--output-length", metavar="TOKENS", help="Tokens generated, written like --prompt-length."),
]
RequestsPath = Annotated[
    Path | None,
    typer.Option(
        "--requests",
        metavar="FILE.csv",
        help="Arrivals and lengths of prompts and outputs, one request a line (docs/workloads.md).",
    ),
]
Arrivals = Annotated[
    str | None,
    typer.Option(
        "--arrivals",
        metavar="WHEN",
        help="once, every:10us, poisson:5000 (requests a second), at:0ns,5us. Default: once.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of arrivals and lengths that are drawn.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
EngineChoice = Annotated[
    EngineName, typer.Option("--engine", help="Auto takes the fast one where it can be had.")
]
