"""``simulator show``."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.options import AllowHost, AsJson, Dims, Settings


def show_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Chip, workload or trace.", show_default=False)
    ],
    *,
    sources: Annotated[
        bool, typer.Option("--sources", help="Of a chip: every constant with unit and where it comes from.")
    ] = False,
    settings: Settings = None,
    dims: Dims = None,
    allow_host: AllowHost = False,
    as_json: AsJson = False,
) -> None:
    """Explain a chip, a workload or a trace."""
    from simulator.cli.recognise import recognise
    from simulator.report.layout import console
    from simulator.study.asked import check_once

    check_once(settings or ())
    subject = recognise(file, settings or [], sources=sources, dims=dims or (), allow_host=allow_host)
    if as_json:
        from simulator.report.summary import as_json as text

        print(text(subject.data()), end="")
        return
    subject.show(console())
