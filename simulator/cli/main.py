"""``simulator``: the commands and what they share."""

from typing import Annotated

import typer

from simulator.cli import guard
from simulator.cli.accuracy import accuracy_command
from simulator.cli.compare import compare_command
from simulator.cli.map import map_command
from simulator.cli.new import new_app
from simulator.cli.run import run_command
from simulator.cli.schema import schema_command
from simulator.cli.show import show_command
from simulator.cli.sweep import sweep_command
from simulator.cli.trace import trace_app
from simulator.cli.validate import validate_command

app = typer.Typer(
    name="simulator",
    help="Cycle-accurate discrete-event simulator of analog in-memory-computing chips.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("run")(guard.guarded(run_command))
app.command("accuracy")(guard.guarded(accuracy_command))
app.command("map")(guard.guarded(map_command))
app.command("show")(guard.guarded(show_command))
app.command("schema")(guard.guarded(schema_command))
app.command("sweep")(guard.guarded(sweep_command))
app.command("compare")(guard.guarded(compare_command))
app.command("validate")(guard.guarded(validate_command))
app.add_typer(trace_app, name="trace")
app.add_typer(new_app, name="new")


def _version(wanted: bool) -> None:
    if wanted:
        from simulator import __version__

        typer.echo(f"simulator {__version__}")
        raise typer.Exit


@app.callback()
def _shared(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    guard.Debug.on = debug
