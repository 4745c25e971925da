"""``simulator new``."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.guard import guarded

new_app = typer.Typer(help="Write a file to start from.", no_args_is_help=True, rich_markup_mode=None)


class Coding(StrEnum):
    """How inputs drive the rows."""

    PULSE_WIDTH = "pulse_width"
    BIT_SERIAL = "bit_serial"
    AMPLITUDE = "amplitude"


class Converter(StrEnum):
    """What reads the columns."""

    OSCILLATOR_COUNTER = "oscillator_counter"
    RAMP = "ramp"
    SAR = "sar"
    FLASH = "flash"
    CHARGE_DECREMENT = "charge_decrement"


class Transport(StrEnum):
    """How layers talk."""

    HOST = "host"
    LINKS = "links"


Target = Annotated[Path, typer.Argument(metavar="FILE.yaml", help="File to write.", show_default=False)]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Name of the chip. Default: the file's.")]
Rows = Annotated[int | None, typer.Option(metavar="N", help="Rows of an array: inputs. Default: 256.")]
Columns = Annotated[int | None, typer.Option(metavar="N", help="Columns of an array: outputs. Default: 256.")]
Grid = Annotated[str | None, typer.Option(metavar="RxC", help="Tiles: rows x columns. Default: 8x8.")]
CodingOption = Annotated[Coding | None, typer.Option(help="Of inputs. Default: pulse_width.")]
InputBits = Annotated[int | None, typer.Option(metavar="N", help="Magnitude bits of an input. Default: 7.")]
ConverterOption = Annotated[Converter | None, typer.Option(help="Default: oscillator_counter.")]
Bits = Annotated[int | None, typer.Option(metavar="N", help="Bits of a converter. Default: 8.")]
Sharing = Annotated[int | None, typer.Option(metavar="N", help="Columns that share a converter. Default: 1.")]
Node = Annotated[float | None, typer.Option(metavar="NM", help="Process node. Default: 14.")]
Supply = Annotated[float | None, typer.Option(metavar="V", help="Default: nominal at the node.")]
Device = Annotated[str | None, typer.Option(metavar="TEXT", help="Memory device, a name. Default: PCM.")]
TransportOption = Annotated[Transport | None, typer.Option(help="How layers talk. Default: links.")]


@new_app.callback()
def _group() -> None:
    """Write a file to start from."""


@new_app.command("chip")
@guarded
def chip_command(
    out: Target,
    *,
    name: Text = None,
    rows: Rows = None,
    columns: Columns = None,
    grid: Grid = None,
    coding: CodingOption = None,
    input_bits: InputBits = None,
    converter: ConverterOption = None,
    bits: Bits = None,
    sharing: Sharing = None,
    node: Node = None,
    supply: Supply = None,
    device: Device = None,
    transport: TransportOption = None,
) -> None:
    """Write a commented chip file; on a terminal, what no option says is asked."""
    from simulator.base.errors import InputError
    from simulator.base.output_file import write_bytes
    from simulator.study.chip_template import Choices, chip_text

    if out.exists():
        raise InputError("exists; nothing is overwritten", place=str(out), remedy="Give another name")
    given = {
        "name": name, "rows": rows, "columns": columns, "grid": grid, "coding": coding, "input_bits": input_bits,
        "converter": converter, "bits": bits, "sharing": sharing, "node": node, "device": device,
        "transport": transport,
    }  # fmt: skip
    usual = {field: getattr(Choices(), field) for field in given} | {"name": out.stem, "grid": "8x8"}
    chosen = _answers(given, usual)
    chosen["grid"] = _grid(str(chosen["grid"]))
    write_bytes(out, chip_text(Choices(**chosen, supply=supply)).encode())
    print(f"{out}: see it with 'simulator show {out}', run it with 'simulator run {out}'")


def _answers(given: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """Options as given; the others asked where somebody can answer, else as usual."""
    asking = sys.stdin.isatty()
    answers: dict[str, Any] = {}
    for field, value in given.items():
        if value is not None:
            answers[field] = value.value if isinstance(value, StrEnum) else value
        elif asking:
            answers[field] = _ask(field, usual[field])
        else:
            answers[field] = usual[field]
    return answers


def _ask(field: str, usual: Any) -> Any:
    """One answer; a choice only from its words."""
    words = [word.value for word in _WORDS[field]] if field in _WORDS else []

    def one_of(text: str) -> str:
        if text not in words:
            raise typer.BadParameter(f"'{text}' is none of {', '.join(words)}")
        return text

    shown = f"{_QUESTIONS[field]} ({', '.join(words)})" if words else _QUESTIONS[field]
    kind = None if words else type(usual)
    return typer.prompt(shown, default=usual, type=kind, value_proc=one_of if words else None, err=True)


_WORDS: dict[str, type[StrEnum]] = {"coding": Coding, "converter": Converter, "transport": Transport}


_QUESTIONS = {
    "name": "Name of the chip",
    "rows": "Rows of an array (inputs)",
    "columns": "Columns of an array (outputs)",
    "grid": "Tiles, rows x columns",
    "coding": "Coding of inputs",
    "input_bits": "Magnitude bits of an input",
    "converter": "Converter",
    "bits": "Bits of a converter",
    "sharing": "Columns that share a converter",
    "node": "Process node [nm]",
    "device": "Memory device",
    "transport": "Layers talk over",
}


def _grid(text: str) -> tuple[int, int]:
    """Rows and columns of tiles."""
    from simulator.base.errors import InputError

    match = re.fullmatch(r"\s*(\d{1,4})\s*x\s*(\d{1,4})\s*", text)
    if match is None:
        raise InputError("must be rows x columns", field="--grid", value=text, remedy="Write it like 8x8")
    return int(match[1]), int(match[2])
