"""Wrong input ends in a sentence with place, value, rule and remedy, exit code 2, and nothing left behind."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

Call = Any
Case = tuple[str, str, list[str]]


def unplaced(chip: Path, folder: Path, old: str, new: str) -> Path:
    """The chip with one text replaced, in another folder and so without its placements."""
    text = chip.read_text()
    assert old in text
    lines = [line for line in text.replace(old, new, 1).splitlines() if "placements" not in line]
    path = folder / "chip.yaml"
    path.write_text("\n".join(lines))
    return path


CHIP_FILES: dict[str, Case] = {
    "syntax": ("rows: {value: 8,", "rows: {value: 8", ["chip.yaml:", "is not valid YAML", "Check"]),
    "unknown key": ("  slot:", "  slott:", ["tile.input.slott: is not a known key. Did you mean 'slot'?"]),
    "no unit": ("value: 0.85 V", "value: 0.85", ["technology.supply: needs a unit (voltage), got 0.85"]),
    "dimension": ("value: 0.85 V", "value: 0.85 ns", ["must be a voltage", "Write it like '0.85 V'"]),
    "unit": ("value: 0.85 V", "value: 0.85 Vlt", ["unknown unit 'Vlt'"]),
    "negative": ("value: 144 mm^2", "value: -1 mm^2", ["die.area: must be between", "got '-1 mm^2'"]),
    "absurd": ("value: 400 MHz", "value: 400 EHz", ["clocks.digital: must be between"]),
    "mode": ("read_mode: four_phase", "read_mode: two_phase", ["must be one of one_phase, four_phase"]),
    "word": ("transport: host", "transport: hots", ["transport: must be one of host, links", "'host'"]),
    "link": (
        "  published:",
        '  extra: [["tile[1,1]", "tile[9,9]"]]\n  published:',
        ["links.extra.0", "'tile[9,9]'", "The grid has 8 rows and 8 columns"],
    ),
    "format": ("format: 1", "format: 2", ["format: must be"]),
    "anchor": ("format: 1", "format: &a 1", ["anchors and aliases are not allowed"]),
}


@pytest.mark.parametrize("case", CHIP_FILES.values(), ids=CHIP_FILES)
def test_a_wrong_chip(call: Call, chip: Path, network: Path, tmp_path: Path, case: Case) -> None:
    refused(call("run", unplaced(chip, tmp_path, *case[:2]), "-w", network), case[2])


WORKLOADS: dict[str, Case] = {
    "kind": ("kind: conv2d", "kind: conv3d", ["small.yaml:5", "layers.conv.kind", "'conv3d'", "'conv2d'"]),
    "source": ("input: image", "input: imgae", ["small.yaml:5", "'imgae'", "image"]),
    "size": ("channels: 40", "channels: -1", ["small.yaml:5", "channels: must be at least 1, got -1"]),
    "key": ("channels: 40", "chanels: 40", ["layers.conv.chanels: is not a known key", "'channels'"]),
    "window": ("kernel: 3", "kernel: 9", ["small.yaml:5"]),
    "syntax": ("name: small", "name: [", ["small.yaml", "is not valid YAML"]),
}


@pytest.mark.parametrize("case", WORKLOADS.values(), ids=WORKLOADS)
def test_a_wrong_workload(call: Call, chip: Path, network: Path, case: Case) -> None:
    text = network.read_text()
    assert case[0] in text
    network.write_text(text.replace(*case[:2]))
    refused(call("run", chip, "-w", network), case[2])


def test_a_chip_far_from_any_workload_says_what_to_give(call: Call, chip: Path, tmp_path: Path) -> None:
    told = [
        "workloads/resnet9_cifar10.yaml: no such file near the chip file",
        "--workload FILE or --trace FILE",
    ]
    refused(call("run", unplaced(chip, tmp_path, "format: 1", "format: 1")), told)


def test_a_network_that_is_too_large_says_how_much_is_missing(call: Call, chip: Path, network: Path) -> None:
    network.write_text(network.read_text().replace("width: 10", "width: 20000"))
    told = [
        "small",
        "needs 237 tiles of 256 x 256; IBM HERMES 64-core chip has 64",
        "Try a chip with more tiles",
    ]
    refused(call("run", chip, "-w", network), told)


def record(call: Call, network: Path, name: str = "t.jsonl") -> list[str]:
    assert call("trace", "record", network, "--out", name).exit_code == 0
    return Path("t.jsonl").read_text().splitlines(keepends=True) if name == "t.jsonl" else []


TRACES: list[Any] = [
    pytest.param(lambda lines: lines[:-1], ["t.jsonl:", "is cut off"], id="truncated"),
    pytest.param(lambda lines: [*lines[:-1], lines[-1][:20]], ["t.jsonl:", "is cut off"], id="half a line"),
    pytest.param(lambda lines: ['{"traceEvents": []}\n'], ["t.jsonl:1", "is not a trace"], id="foreign"),
    pytest.param(lambda lines: ["\x00\x01\x02"], ["t.jsonl:1", "is not a trace"], id="binary"),
    pytest.param(
        lambda lines: [lines[0].replace('"version":1', '"version":9'), *lines[1:]],
        ["t.jsonl:1", "version: this simulator reads up to version 1, got 9", "Update the simulator"],
        id="newer",
    ),
    pytest.param(
        lambda lines: [*lines[:-1], lines[-1].replace('"batch":1', '"batch":2')], ["checksum"], id="changed"
    ),
]


@pytest.mark.parametrize(("change", "told"), TRACES)
def test_a_wrong_trace(call: Call, chip: Path, network: Path, change: Any, told: list[str]) -> None:
    Path("t.jsonl").write_text("".join(change(record(call, network))))
    refused(call("run", chip, "--trace", "t.jsonl"), told)
    refused(call("show", "t.jsonl"), told)


def test_a_compressed_trace_that_is_cut(call: Call, chip: Path, network: Path) -> None:
    record(call, network, "t.jsonl.gz")
    Path("t.jsonl.gz").write_bytes(Path("t.jsonl.gz").read_bytes()[:-20])
    refused(call("run", chip, "--trace", "t.jsonl.gz"), ["t.jsonl.gz", "is not whole gzip data"])
    Path("t.jsonl.gz").write_bytes(gzip.compress(b"hello\n"))
    refused(call("run", chip, "--trace", "t.jsonl.gz"), ["t.jsonl.gz:1", "is not a trace"])


MISSING: list[Any] = [
    pytest.param(["run", "ibm14mn.yaml"], ["ibm14mn.yaml: no such file"], id="chip"),
    pytest.param(["run", "no/such/chip.yaml"], ["no such file", "There is no folder"], id="folder"),
    pytest.param(
        ["run", "CHIP", "-w", "smal.yaml"],
        ["smal.yaml: no such file. Did you mean 'small.yaml'?"],
        id="workload",
    ),
    pytest.param(["run", "CHIP", "-t", "t.jsonl"], ["t.jsonl: no such file"], id="trace"),
    pytest.param(
        ["run", "CHIP", "-w", "small.yaml", "--mapping", "m.yaml"], ["m.yaml: no such file"], id="mapping"
    ),
    pytest.param(["run", "."], ["must be a file, is a folder"], id="a folder"),
    pytest.param(["show", "nix"], ["nix: no such file"], id="show"),
    pytest.param(["map", "nix"], ["nix: no such file"], id="map"),
    pytest.param(["trace", "record", "nix", "--out", "t.jsonl"], ["nix: no such file"], id="record"),
    pytest.param(["validate", "--chips", "nix"], ["nix: --chips: no such folder"], id="validate"),
]


@pytest.mark.parametrize(("arguments", "told"), MISSING)
def test_a_missing_file(call: Call, chip: Path, network: Path, arguments: list[str], told: list[str]) -> None:
    refused(call(*(chip if argument == "CHIP" else argument for argument in arguments)), told)


OPTIONS: list[Any] = [
    pytest.param(
        ["--set", "tile.slot"], ["--set", "must look like field=value, got 'tile.slot'"], id="no value"
    ),
    pytest.param(["--set", "tiel.read_mode=x"], ["tiel: ", "Did you mean 'tile'?"], id="no field"),
    pytest.param(
        ["--set", "tile.crossbar.rows=-3"], ["--set", "tile.crossbar.rows: must be between 1"], id="range"
    ),
    pytest.param(
        ["--set", "tile.input.slot=3"], ["--set", "tile.input.slot: needs a unit (time), got 3"], id="unit"
    ),
    pytest.param(["--set", "tile.adc=: ["], ["--set", "is not valid YAML"], id="yaml"),
    pytest.param(
        ["--ideal", "hots"], ["ideal: must be among network, memory, host, got 'hots'", "'host'"], id="ideal"
    ),
    pytest.param(["--count", "0"], ["count: must be 1..", "got 0"], id="count"),
    pytest.param(["--batch", "-1"], ["batch: must be 1..", "got -1"], id="batch"),
    pytest.param(["--length", "5"], ["'small' has no time steps", "got 5"], id="length"),
    pytest.param(["--length", "x"], ["--length: is not a length, got 'x'. Write '64'"], id="text"),
    pytest.param(
        ["--arrivals", "poison:3"], ["--arrivals: is not an arrival pattern", "Write 'once'"], id="arrivals"
    ),
    pytest.param(
        ["--arrivals", "every:10"], ["--arrivals: needs a unit (time), got 'every:10'"], id="no unit"
    ),
    pytest.param(["--arrivals", "at:5us,1us"], ["must not be before the one before it"], id="order"),
    pytest.param(["--arrivals", "poisson:nan"], ["must be 1e-6..1e12 requests/s"], id="rate"),
    pytest.param(["--tiles", "3"], ["--tiles: is for '--mapping balanced' only, got 3"], id="tiles"),
    pytest.param(
        ["--mapping", "balanced", "--tiles", "3"],
        [
            "--tiles: must be at least 4: one copy of each layer needs so many tiles, got 3. Spend more, or say "
            "--mapping packed: small pieces share tiles"
        ],
        id="few",
    ),
    pytest.param(
        ["--mapping", "balanced", "--tiles", "0"],
        ["--tiles: must be 1..", ", the tiles of ", ", got 0. Leave it out to spend all"],
        id="no tiles",
    ),
]


@pytest.mark.parametrize(("options", "told"), OPTIONS)
def test_a_wrong_option(call: Call, chip: Path, network: Path, options: list[str], told: list[str]) -> None:
    refused(call("run", chip, "-w", network, "--no-plots", *options), told)


PLACEMENTS: list[Any] = [
    pytest.param(
        "{conv: ['1,4'], dense: ['1,1 1,2 1,1']}", ["already holds dense", "'tile[1,1]'"], id="twice"
    ),
    pytest.param("{conv: ['9,9'], dense: ['1,1 1,2 1,3']}", ["no such tile, got 'tile[9,9]'"], id="tile"),
    pytest.param(
        "{conv: ['1,1'], dense: ['2,1 4,4 2,3']}", ["no link from tile[2,1] to tile[4,4]"], id="link"
    ),
    pytest.param(
        "{cnv: ['1,1'], dense: ['1,2 1,3 1,4']}", ["cnv: is not a layer with weights", "'conv'"], id="layer"
    ),
    pytest.param(
        "{conv: ['1,1'], dense: ['2,1']}", ["place.dense: needs 1 column groups of 3 tiles each"], id="short"
    ),
    pytest.param("{conv: ['a,b'], dense: ['2,1']}", ["m.yaml:2: place.conv.0"], id="text"),
]


@pytest.mark.parametrize(("place", "told"), PLACEMENTS)
def test_a_wrong_placement(call: Call, chip: Path, network: Path, place: str, told: list[str]) -> None:
    Path("m.yaml").write_text(f"workload: small\nplace: {place}\n")
    refused(call("run", chip, "-w", network, "--mapping", "m.yaml"), told)


def test_a_placement_of_another_network(call: Call, chip: Path, network: Path) -> None:
    Path("m.yaml").write_text("workload: other\nplace: {}\n")
    told = ["m.yaml: workload: is a placement of 'other', not of 'small'"]
    refused(call("run", chip, "-w", network, "--mapping", "m.yaml"), told)


def test_a_folder_that_cannot_be_written(call: Call, chip: Path, network: Path) -> None:
    Path("file").touch()
    told = ["file/out: --out: cannot be written: 'file' is no folder", "Give a folder that you may write to"]
    refused(call("run", chip, "-w", network, "--out", "file/out"), told)


USAGE: list[Any] = [
    ["run"],
    ["rum"],
    ["run", "CHIP", "--no-such-option"],
    ["run", "CHIP", "--count", "many"],
    ["run", "CHIP", "--engine", "quick"],
    ["schema", "trace"],
    ["trace", "record", "small.yaml"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_command_that_makes_no_sense(call: Call, arguments: list[str]) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "x\x1b[31m", "[/]"])
def test_names_in_errors_are_literal_and_harmless(call: Call, chip: Path, name: str) -> None:
    done = call("run", chip, "-w", name)
    shown = "x?[31m" if "\x1b" in name else name
    assert (done.exit_code, done.stderr.partition(":")[0]) == (2, shown)


def refused(done: Any, told: list[str]) -> None:
    """Exit code 2, the words on stderr, nothing on stdout, no traceback, no results."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    missing = [words for words in told if words not in done.stderr]
    assert not missing, done.stderr
    assert "results" not in os.listdir()
    assert not [name for name in os.listdir() if name.endswith(".partial")]


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (
            ["run", "{chip}", "--set", "tile.read_mode="],
            "--set: must look like field=value, got 'tile.read_mode='",
        ),
        (
            ["run", "{workload}"],
            "{workload}: is a workload, not a chip. Use run CHIP.yaml --workload WORKLOAD.yaml",
        ),
        (["run", "{chip}", "-w", "{chip}"], "{chip}: is a chip, not a workload"),
        (["map", "{chip}", "--chips", "0"], "Invalid value for '--chips'"),
    ],
)
def test_one_thing_taken_for_another(call: Call, chip: Path, arguments: list[str], rule: str) -> None:
    paths = {"chip": chip, "workload": chip.parents[1] / "workloads" / "resnet18.yaml"}
    refused(call(*[text.format(**paths) for text in arguments]), [rule.format(**paths)])
