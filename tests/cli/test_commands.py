"""Commands from end to end, on a small network."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from simulator.chip.reader import load_chip
from simulator.report.plots import PLOTS

Call = Any
FILES = {
    "attribution_layers.csv",
    "attribution_units.csv",
    "chip.yaml",
    "energy.csv",
    "layers.csv",
    "placement.yaml",
    "power.csv",
    "power_peaks.csv",
    "summary.json",
    "timeline.parquet",
    "trace.jsonl.gz",
    "units.csv",
}


def test_a_run_prints_its_answer_and_writes_a_folder(call: Call, chip: Path, network: Path) -> None:
    done = call("run", chip, "--workload", network, "--no-plots")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("IBM HERMES 64-core chip running small\n")
    assert "\x1b" not in done.stdout
    assert done.stdout.endswith("\nResults: results/ibm14nm-small\n")
    assert set(os.listdir("results/ibm14nm-small")) == FILES


def test_plots_are_written_unless_refused(call: Call, chip: Path, network: Path) -> None:
    assert call("run", chip, "-w", network, "--out", "r").exit_code == 0
    plots = {f"{name}.{ending}" for name in PLOTS for ending in ("png", "svg")}
    plots |= {f"{name}.csv" for name, plot in PLOTS.items() if plot.table}
    assert set(os.listdir("r")) == FILES | plots


def test_later_runs_do_not_touch_earlier_ones(call: Call, chip: Path, network: Path) -> None:
    for _ in range(2):
        assert call("run", chip, "-w", network, "--no-plots").exit_code == 0
    assert sorted(os.listdir("results")) == ["ibm14nm-small", "ibm14nm-small-2"]
    refused = call("run", chip, "-w", network, "--no-plots", "--out", "results/ibm14nm-small")
    assert refused.exit_code == 2
    assert "an earlier result is never overwritten" in refused.stderr


def test_same_input_same_bytes(call: Call, chip: Path, network: Path) -> None:
    for out in ("a", "b"):
        assert call("run", chip, "-w", network, "--no-plots", "--out", out, "--count", 2).exit_code == 0
    assert [Path("a", name).read_bytes() for name in sorted(FILES)] == [
        Path("b", name).read_bytes() for name in sorted(FILES)
    ]


def test_json_is_the_summary_and_nothing_else(call: Call, chip: Path, network: Path) -> None:
    done = call("run", chip, "-w", network, "--no-plots", "--json", "--out", "r")
    told = json.loads(done.stdout)
    assert told.pop("folder") == "r"
    assert told == json.loads(Path("r/summary.json").read_text())


def test_overrides_reach_the_resolved_chip(call: Call, chip: Path, network: Path) -> None:
    done = call(
        "run", chip, "-w", network, "--no-plots", "--out", "r", "--set", "tile.read_mode=one_phase", "--json"
    )
    assert done.exit_code == 0
    assert load_chip("r/chip.yaml").chip.tile.read_mode == "one_phase"
    peak = json.loads(done.stdout)["metrics"]["peak_gops"]["value"]
    assert peak == pytest.approx(2e3 * 256 * 256 * 64 / 133_000)


def test_what_is_ideal_is_not_waited_for(call: Call, chip: Path, network: Path) -> None:
    base = ("run", chip, "-w", network, "--no-plots", "--json")
    latencies = [
        json.loads(call(*base, "--out", out, *more).stdout)["metrics"]["first_latency_ns"]["value"]
        for out, more in (("a", ()), ("b", ("--ideal", "host")), ("c", ("--ideal", "host, network, memory")))
    ]
    assert latencies[0] > latencies[1] >= latencies[2] > 520


def test_a_recorded_trace_replays_the_same_run(call: Call, chip: Path, network: Path) -> None:
    pattern = ("--count", 3, "--arrivals", "every:100us")
    assert call("trace", "record", network, "--out", "t.jsonl.gz", *pattern).exit_code == 0
    assert call("run", chip, "--trace", "t.jsonl.gz", "--no-plots", "--out", "replayed").exit_code == 0
    assert call("run", chip, "-w", network, *pattern, "--no-plots", "--out", "direct").exit_code == 0
    for name in FILES:
        assert Path("replayed", name).read_bytes() == Path("direct", name).read_bytes()
    assert Path("t.jsonl.gz").read_bytes() == Path("direct/trace.jsonl.gz").read_bytes()


def test_a_trace_is_never_overwritten(call: Call, network: Path) -> None:
    Path("t.jsonl").write_text("mine")
    refused = call("trace", "record", network, "--out", "t.jsonl")
    assert (refused.exit_code, Path("t.jsonl").read_text()) == (2, "mine")
    assert refused.stderr == "t.jsonl: --out: exists; nothing is overwritten. Give another name\n"


def test_a_trace_is_named_as_what_it_is(call: Call, network: Path) -> None:
    refused = call("trace", "record", network, "--out", "t.txt")
    assert (refused.exit_code, refused.stderr) == (2, "--out: must end in .jsonl or .jsonl.gz, got 't.txt'\n")
    assert os.listdir() == ["small.yaml"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run --after 1day", "--after: says something of --accuracy, got '1day'. Give --accuracy too"),
        ("run --instances 3", "--instances: says something of --accuracy, got 3. Give --accuracy too"),
        (
            "run --weights random",
            "--weights: says something of --accuracy, got 'random'. Give --accuracy too",
        ),
        ("run --against-batch 2", "--against-batch: says something of --against, got 2. Give --against too"),
        (
            "run --trace t.jsonl --seed 0",
            "--seed: draws nothing: the trace says what arrives when, got 0. Leave it out",
        ),
        (
            "run --ideal network,memory,host --contrast",
            "--contrast: has nothing to tell: all is ideal already, "
            "got 'network,memory,host'. Leave something to contend for: fewer in --ideal",
        ),
        (
            "run --set tile.adc.bits=6 --set tile.adc.bits=8",
            "--set: tile.adc.bits: is given twice: tile.adc.bits=6 and tile.adc.bits=8. Remove one of them",
        ),
        (
            "accuracy --matrix m.npy --size 4x4",
            "--size: is for what is drawn; m.npy has its own, got '4x4'. Leave it out",
        ),
        (
            "accuracy --inputs i.npy --vectors 3",
            "--vectors: is for what is drawn; i.npy has its own, got 3. Leave it out",
        ),
    ],
)
def test_no_option_is_given_for_nothing(call: Call, chip: Path, words: str, told: str) -> None:
    command, *options = words.split()
    refused = call(command, chip, *options)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", f"{told}\n")


@pytest.mark.parametrize("option", ["--ideal", "--against"])
def test_an_empty_list_of_names_is_refused(call: Call, chip: Path, network: Path, option: str) -> None:
    refused = call("run", chip, "-w", network, "--no-plots", option, "")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "must be among" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        "run --load 1000001",
        "run --load 99999999999999999999",
        "run --accuracy --instances 10001",
        "accuracy --vectors 100001",
        "accuracy --instances 10001",
    ],
)
def test_counts_have_a_limit(call: Call, chip: Path, words: str) -> None:
    command, *others = words.split()
    refused = call(command, chip, *others)
    assert refused.exit_code == 2
    assert f"Invalid value for '{others[-2]}'" in refused.stderr


def test_a_trace_says_everything(call: Call, chip: Path, network: Path) -> None:
    call("trace", "record", network, "--out", "t.jsonl")
    refused = call("run", chip, "--trace", "t.jsonl", "--count", 2, "--length", 3)
    assert refused.exit_code == 2
    assert "--trace: cannot be combined with --count, --length, got 't.jsonl'" in refused.stderr


def test_without_a_workload_four_resnet_images_run(call: Call, chip: Path) -> None:
    shown = call("map", chip, "--json")
    assert json.loads(shown.stdout)["workload"] == "resnet9_cifar10"
    assert json.loads(shown.stdout)["tiles_used"] == 40


def test_the_map_shows_grid_and_coverage(call: Call, chip: Path, network: Path) -> None:
    done = call("map", chip, "-w", network)
    assert done.exit_code == 0
    assert "│1│conv    │dense   │dense   │dense   │" in done.stdout
    assert "MACs mapped: 23,680 of 23,680 of an inference (100.0%)." in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_balanced_mapping_spends_its_tiles(call: Call, chip: Path, network: Path) -> None:
    data = json.loads(
        call("map", chip, "-w", network, "--mapping", "balanced", "--tiles", 8, "--json").stdout
    )
    assert data["tiles_used"] == 4 + 3
    assert data["macs_mapped"] == data["macs_in_model"]
    packed = json.loads(call("map", chip, "-w", network, "--mapping", "packed", "--json").stdout)
    assert packed["tiles_used"] == 3  # the convolution joins a tile of the dense layer


def test_a_mapping_is_read_from_a_file(call: Call, chip: Path, network: Path) -> None:
    Path("place.yaml").write_text("workload: small\nplace: {conv: ['8,8'], dense: ['1,1 1,2 1,3']}\n")
    data = json.loads(call("map", chip, "-w", network, "--mapping", "place.yaml", "--json").stdout)
    assert data["placement"] == "place.yaml"
    assert data["layers"][1]["column_groups"][0]["pieces"][0]["tile"] == "tile[8,8]"


@pytest.mark.parametrize("kind", ["chip", "workload"])
def test_schema_prints_json(call: Call, kind: str) -> None:
    done = call("schema", kind)
    assert json.loads(done.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert call("schema").stdout == call("schema", "chip").stdout


def test_show_explains_each_kind_of_file(call: Call, chip: Path, network: Path) -> None:
    call("trace", "record", network, "--out", "t.jsonl")
    assert "Constants: " in call("show", chip).stdout
    assert "23,680 MACs an inference." in call("show", network).stdout
    assert "1, 1 inference" in call("show", "t.jsonl").stdout
    for file, kind in ((chip, "chip"), (network, "workload"), ("t.jsonl", "trace")):
        assert json.loads(call("show", file, "--json").stdout)["kind"] == kind


def test_show_sources_lists_constants_with_label_and_source(call: Call, chip: Path) -> None:
    text = call("show", chip, "--sources", "--set", "tile.input.slot=2 ns").stdout
    assert "tile.integration" in text
    (line,) = [line.split() for line in text.splitlines() if line.split()[:1] == ["slot"]]
    assert line == ["slot", "2", "ns", "given"]
    assert "P ED Table I" in text
    assert "Le Gallo et al." in text


def test_sources_are_for_chips(call: Call, network: Path) -> None:
    refused = call("show", network, "--sources")
    assert (refused.exit_code, refused.stderr) == (2, f"{network}: --sources: is for chip files only\n")


def test_validate_sets_published_beside_simulated(call: Call, chip: Path) -> None:
    done = call("validate", "hermes.2", "--chips", chip.parent)
    assert done.exit_code == 0
    line = next(line for line in done.stdout.splitlines() if "four-phase" in line)
    assert line.split() == ["four-phase", "520", "520", "ns", "+0", "of", "1", "ns", "calibrated:", "pass"]
    assert done.stdout.rstrip().endswith("2 pass")


def test_validate_leaves_a_page_with_its_plot(call: Call, chip: Path, tmp_path: Path) -> None:
    out = tmp_path / "board"
    assert call("validate", "hermes.2", "--chips", chip.parent, "--out", out).exit_code == 0
    assert {path.name for path in out.iterdir()} == {
        f"validation.{end}" for end in ("md", "svg", "png", "json")
    }
    assert "| hermes.2 | MVM latency" in (out / "validation.md").read_text(encoding="utf-8")


def test_validate_fails_when_a_row_is_out(call: Call, chip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "chips"
    (folder / "published").mkdir(parents=True)
    row = "row: toy.1, what: window, published: 500, unit: ns, tolerance: 1 %, kind: test, source: none"
    made = f"title: toy\nrows:\n  - {{{row}, measure: mvm_latency_ns, chip: ibm14nm.yaml}}\n"
    (folder / "published" / "toy.yaml").write_text(made)
    (folder / "ibm14nm.yaml").write_bytes(chip.read_bytes())
    done = call("validate", "--chips", folder)
    assert done.exit_code == 1
    assert "+4.00 of 1 % test: FAIL" in " ".join(done.stdout.split())
    data = json.loads(call("validate", "--chips", folder, "--json").stdout)
    assert (data["good"], data["rows"][0]["simulated"], data["rows"][0]["allowed"]) == (False, 520.0, 5.0)


def test_version_and_help(call: Call) -> None:
    assert call("--version").stdout == "simulator 0.1.0\n"
    for command in ("run", "map", "show", "schema", "validate", "trace"):
        assert command in call("--help").stdout
        assert "Usage:" in call(command, "--help").stdout
