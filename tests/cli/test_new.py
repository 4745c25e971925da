"""``simulator new chip``: a file that is valid, commented and runs, from flags or answers."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.study.chip_template import CODINGS, KINDS, Choices, Coding, ConverterKind, chip_text

Call = Callable[..., Any]
POSSIBLE = [pair for pair in product(KINDS, CODINGS) if pair != ("charge_decrement", "pulse_width")]


@pytest.mark.parametrize(("kind", "coding"), POSSIBLE)
def test_every_converter_with_every_coding_it_can_read_is_a_valid_chip(
    tmp_path: Path, kind: ConverterKind, coding: Coding
) -> None:
    path = tmp_path / "chip.yaml"
    path.write_text(chip_text(Choices(converter=kind, coding=coding, bits=6)))
    tile = load_chip(path).chip.tile
    assert (tile.adc.kind, tile.input.coding, int(tile.adc.bits)) == (kind, coding, 6)


@pytest.mark.parametrize("node", [7, 14, 28, 65, 180])
def test_any_node_of_the_tables_gets_a_supply_and_a_clock_that_it_reaches(tmp_path: Path, node: int) -> None:
    path = tmp_path / "chip.yaml"
    path.write_text(chip_text(Choices(node=node)))
    chip = load_chip(path).chip
    assert (float(chip.clocks.digital) < 400e6) is (node > 45)


def test_flags_decide_and_the_file_runs(call: Call, network: Path) -> None:
    made = call(
        "new", "chip", "mine.yaml", "--name", "edge chip", "--rows", 128, "--columns", 64, "--grid", "4x6",
        "--converter", "sar", "--bits", 6, "--sharing", 8, "--input-bits", 4, "--node", 28, "--transport", "host",
    )  # fmt: skip
    assert made.exit_code == 0, made.stderr
    assert (
        made.stdout
        == "mine.yaml: see it with 'simulator show mine.yaml', run it with 'simulator run mine.yaml'\n"
    )
    chip = load_chip("mine.yaml").chip
    assert (chip.name, chip.tiles, chip.technology.node.text) == ("edge chip", 24, "28 nm")
    tile = chip.tile
    assert (int(tile.crossbar.rows), int(tile.crossbar.columns)) == (128, 64)
    assert (tile.converters, int(tile.adc.bits), int(tile.input.magnitude_bits)) == (8, 6, 4)
    done = call("run", "mine.yaml", "-w", network, "--no-plots", "--json")
    assert done.exit_code == 0, done.stderr


def test_most_lines_of_the_file_are_explained(call: Call) -> None:
    call("new", "chip", "mine.yaml")
    lines = Path("mine.yaml").read_text().splitlines()
    assert sum("#" in line or "assumption:" in line for line in lines) > 0.75 * len(lines)


def test_on_a_terminal_the_rest_is_asked(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "simulator", "new", "chip", tmp_path / "asked.yaml", "--rows", "512"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    answers = ["my own", "64", "2x3", "", "", "nonsense", "ramp", "7", "4", "", "RRAM", "host"]
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    _, told = process.communicate()
    os.close(ours)
    assert process.returncode == 0, told
    assert "Rows of an array" not in told
    assert "'nonsense' is none of oscillator_counter, ramp" in told
    chip = load_chip(tmp_path / "asked.yaml").chip
    assert (chip.name, chip.tiles, chip.transport, chip.technology.device) == ("my own", 6, "host", "RRAM")
    assert (int(chip.tile.crossbar.rows), int(chip.tile.crossbar.columns)) == (512, 64)
    assert (chip.tile.adc.kind, int(chip.tile.adc.bits), chip.tile.converters) == ("ramp", 7, 16)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--grid", "8"), "--grid: must be rows x columns, got '8'. Write it like 8x8"),
        (
            ("--rows", "4096"),
            "tile.crossbar.rows: must be between 16 and 1024, where the law holds, got '4096'",
        ),
        (("--converter", "charge_decrement"), "tile.adc.kind: cannot read pulse widths"),
        (("--sharing", "4"), "Set it to 1, or take ramp, sar or flash"),
        (("--name", 'a "chip"'), "name: must be a line of plain text without quotes"),
        (("--node", "500"), "must be between 7 nm and 180 nm"),
    ],
)
def test_what_cannot_be_built_is_told_and_nothing_is_written(
    call: Call, flags: tuple[str, str], told: str
) -> None:
    done = call("new", "chip", "mine.yaml", *flags)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not Path("mine.yaml").exists()


def test_a_file_is_never_overwritten(call: Call) -> None:
    Path("mine.yaml").write_text("precious")
    done = call("new", "chip", "mine.yaml")
    assert done.exit_code == 2
    assert "mine.yaml: exists; nothing is overwritten" in done.stderr
    assert Path("mine.yaml").read_text() == "precious"


def test_names_that_yaml_would_take_for_something_else_stay_names() -> None:
    for name in ("true", "12", "a: b", "# no"):
        assert f'\nname: "{name}"\n' in chip_text(Choices(name=name))
    with pytest.raises(InputError):
        chip_text(Choices(name="a\nb"))
