"""``simulator validate``."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.options import AsJson, EngineChoice, EngineName

Rows = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ROW]...", help="hermes or hermes.8. Default: all.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="New folder for a page, its plot and data.",
        show_default=False,
    ),
]
Chips = Annotated[Path, typer.Option("--chips", metavar="FOLDER", help="Chip files, with published/ in it.")]


def validate_command(
    rows: Rows = None,
    chips: Chips = Path("chip_configs"),
    engine: EngineChoice = EngineName.AUTO,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Set published results beside simulated ones.

    With --out also as a page with a plot, and as data.
    Exit code 1 if an enforced row is out of tolerance, or if a known gap has closed.
    """
    from simulator.base.errors import InputError
    from simulator.cli.inputs import engine as machine
    from simulator.report.layout import console, waiting
    from simulator.study.validate import validate

    if not chips.is_dir():
        raise InputError(
            "no such folder", place=str(chips), field="--chips", remedy="Say where the chip files are"
        )
    with waiting("simulating") as progress:
        verdicts = validate(chips, machine(engine), rows or (), lambda row: progress(f"{row.row} {row.case}"))
    if out is not None:
        from simulator.cli.scoreboard import write

        write(verdicts, out)
    if as_json:
        from simulator.cli.verdicts import data
        from simulator.report.summary import as_json as text

        print(text(data(verdicts)), end="")
    else:
        from simulator.cli.verdicts import tell

        tell(verdicts, console())
    if not all(verdict.good for verdict in verdicts):
        raise typer.Exit(1)
