"""``import simulator`` in scripts and notebooks."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import simulator
from simulator.api.results import Run
from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.cli.main import app
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.causes import WORDS
from simulator.report import tables
from simulator.report.notebook import facts, table
from simulator.study.run import simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
CHIP = ROOT / "chip_configs" / "ibm14nm.yaml"
NETWORK = """
name: small
layers:
  image: {kind: input, shape: [3, 4, 4]}
  conv: {kind: conv2d, input: image, channels: 40, kernel: 3, padding: 1}
  flat: {kind: flatten, input: conv}
  dense: {kind: linear, input: flat, width: 10}
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "small.yaml"
    path.write_text(NETWORK)
    return path


@pytest.fixture(scope="module")
def done(network: Path) -> Run:
    return simulator.run(
        CHIP, simulator.record_trace(network, count=2), engine="simpy", contrast=True, load=3
    )


def python(code: str, folder: Path) -> str:
    """What a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_importing_it_imports_nothing_else(tmp_path: Path) -> None:
    told = python("import sys, simulator; print(*sys.modules)", tmp_path).split()
    assert [name for name in told if name.startswith("simulator")] == ["simulator"]
    assert not {"numpy", "pandas", "matplotlib", "pydantic", "typer", "yaml"} & set(told)


def test_every_name_is_there_and_no_other() -> None:
    assert set(simulator.__all__) <= set(dir(simulator))
    for name in simulator.__all__:
        assert callable(getattr(simulator, name))
        assert getattr(simulator, name).__doc__
    with pytest.raises(AttributeError, match="module 'simulator' has no attribute 'load_chips'"):
        simulator.load_chips  # noqa: B018


def test_a_run_is_the_run_of_the_command_line(done: Run, network: Path) -> None:
    trace = record_trace(load_workload(network), RequestPattern(count=2))
    same = simulate(load_chip(CHIP), trace, SimpyEngine())
    assert dict(zip(done.metrics["name"], done.metrics["value"], strict=True)) == {
        metric.name: metric.value for metric in same.metrics
    }
    assert done["sustained_gops"] == same["sustained_gops"]
    assert done.limiter == same.limiter


def test_tables_have_their_columns(done: Run) -> None:
    for name, columns in tables.COLUMNS.items():
        assert list(getattr(done, name).columns) == list(columns)
    units = done.waits.units
    assert (units[list(WORDS)].sum(axis=1) == units["total_ps"]).all()
    assert len(done.operations) == done.result.timeline.operations
    assert done.power["total_mw"].max() > 0
    assert done.times["ideal"].tolist() == ["", "network", "memory", "host"]
    assert {"first_latency_ns", "steady_interval_ns", "p50_at_80%_ns", "p99_at_95%_ns"} <= set(
        done.times.columns
    )
    assert done.times["first_latency_ns"][0] == done["first_latency_ns"]
    assert len(done.gains) == len(done.result.gains) > 0


def test_everything_can_be_asked_for_by_path_or_as_an_object(
    done: Run, network: Path, tmp_path: Path
) -> None:
    chip, workload = simulator.load_chip(CHIP), simulator.load_workload(network)
    trace = simulator.record_trace(workload, count=2)
    trace.write(tmp_path / "two.jsonl.gz")
    read = simulator.read_trace(tmp_path / "two.jsonl.gz")
    for work in (trace, read):
        assert simulator.run(chip, work, engine="simpy")["makespan_ns"] == done["makespan_ns"]
    alone = simulator.run(CHIP, network, engine="simpy")
    assert len(alone.result.program.schedule) == 1
    assert simulator.run(str(CHIP), workload, engine="simpy")["makespan_ns"] == alone["makespan_ns"]


def test_overrides_reach_the_chip() -> None:
    constants = simulator.load_chip(CHIP, ["tile.read_mode=one_phase"]).constants.set_index("field")
    assert constants.loc["tile.read_mode", "value"] == "one_phase"


def test_requests_are_written_as_on_the_command_line(network: Path) -> None:
    trace = simulator.record_trace(network, arrivals="every:10us", count=3, batch=2)
    assert trace.requests["arrival_ns"].tolist() == [0, 10_000, 20_000]
    assert trace.requests["batch"].tolist() == [2, 2, 2]
    with pytest.raises(InputError, match="is not an arrival pattern"):
        simulator.record_trace(network, arrivals="often")


@pytest.mark.parametrize(("placement", "tiles"), [(None, None), ("packed", None), ("balanced", 8)])
def test_a_run_takes_a_mapping_or_what_one_is_made_of(
    placement: str | None, tiles: int | None, network: Path
) -> None:
    mapping = simulator.map_workload(CHIP, network, placement, tiles)
    done = simulator.run(CHIP, network, mapping=mapping, engine="simpy")
    assert done.result.mapping == mapping.plan
    pieces = mapping.pieces
    assert set(pieces["tile"]) == set(mapping.plan.tiles)
    assert pieces["weights"].sum() == mapping.plan.weights
    if placement == "balanced":
        assert pieces["copy"].max() > 0
    else:
        assert simulator.run(CHIP, network, mapping=placement, engine="simpy").result.mapping == mapping.plan


def test_a_placement_file_is_taken(done: Run, network: Path, tmp_path: Path) -> None:
    folder = done.write(tmp_path / "results", plots=False)
    again = simulator.map_workload(CHIP, network, folder / "placement.yaml")
    assert again.plan.chains == done.result.mapping.chains
    assert again.plan.how == str(folder / "placement.yaml")


def test_results_are_written_as_the_command_line_does(done: Run, tmp_path: Path) -> None:
    assert done.write(tmp_path / "out", plots=False) == tmp_path / "out"
    assert pd.read_csv(tmp_path / "out" / "units.csv")["unit"].tolist() == done.units["unit"].tolist()
    with pytest.raises(InputError, match="an earlier result is never overwritten"):
        done.write(tmp_path / "out")
    done.timeline(tmp_path / "t.json", "0..1us")
    assert (tmp_path / "t.json").stat().st_size > 1000


def test_plots_are_pictures(done: Run, tmp_path: Path) -> None:
    shown = done.plot("roofline")
    assert shown._repr_png_() == shown.png == done.plot("roofline").png
    assert shown.png.startswith(b"\x89PNG")
    assert [path.name for path in shown.write(tmp_path)] == ["roofline.png", "roofline.svg"]
    assert (tmp_path / "roofline.svg").read_bytes() == shown.svg
    with pytest.raises(InputError, match=r"plot: no such plot, got 'rooflines'. Did you mean 'roofline'?"):
        done.plot("rooflines")


def test_unknown_metrics_are_named(done: Run) -> None:
    with pytest.raises(InputError, match=r"no such metric, got 'sustained'. Did you mean 'sustained_gops'?"):
        done["sustained"]


def test_validation_is_a_table() -> None:
    checked = simulator.validate(["hermes.8"], folder=ROOT / "chip_configs", engine="simpy")
    assert checked.good
    assert checked.table["verdict"].tolist() == ["pass", "pass"]
    assert checked.table["published"].tolist() == [1131, 1518]
    assert "all good" in checked._repr_html_()


def table_of(command: str, folder: Path, name: str) -> pd.DataFrame:
    """A table that the command line writes into a folder of its own."""
    out = folder / name
    done = CliRunner().invoke(app, [*command.split(), "--no-plots", "--out", str(out)])
    assert done.exit_code == 0
    return pd.read_csv(out / f"{name}.csv", na_values=[""], keep_default_na=False)


def test_exactness_is_that_of_the_command_line(tmp_path: Path) -> None:
    found = simulator.accuracy(CHIP, "uniform", size="32x16", after="1s,1day", instances=2, seed=5)
    options = "--matrix uniform --size 32x16 --after 1s,1day --instances 2 --seed 5"
    for name, made in (("errors", found.times), ("budget", found.budget)):
        written = table_of(f"accuracy {CHIP} {options}", tmp_path, name)
        effects = dict.fromkeys(("alone", "without"), "")
        pd.testing.assert_frame_equal(written.fillna(effects), made, check_dtype=False)
    assert found.cost["die_mm2"] > found.cost["macro_mm2"] > 0
    assert "32 x 16 on IBM HERMES 64-core chip" in found._repr_html_()
    with pytest.raises(InputError, match="size: must be rows x columns"):
        simulator.accuracy(CHIP, size="32")


def test_exactness_of_a_run_is_that_of_the_command_line(network: Path, tmp_path: Path) -> None:
    rows = simulator.run(CHIP, network).accuracy("1h", instances=2)
    written = table_of(f"run {CHIP} -w {network} --accuracy --after 1h --instances 2", tmp_path, "accuracy")
    assert rows["layer"].tolist() == ["conv", "dense"]
    pd.testing.assert_frame_equal(written, rows, check_dtype=False)
    with pytest.raises(InputError, match="must be one time"):
        simulator.run(CHIP, network).accuracy("1h,2h")


class Tags(HTMLParser):
    """Every tag that opens, and all text."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_everything_shows_itself_in_a_notebook(done: Run, network: Path) -> None:
    pages = {
        "IBM HERMES 64-core chip": simulator.load_chip(CHIP),
        "small": simulator.load_workload(network),
        "Requests to small": simulator.record_trace(network),
        "small on IBM HERMES 64-core chip": simulator.map_workload(CHIP, network),
        "latency of an inference alone": done,
    }
    for words, shown in pages.items():
        page = Tags(shown._repr_html_())
        assert words in page.text
        assert page.tags <= {"div", "strong", "table", "thead", "tbody", "tr", "th", "td", "p"}


def test_names_cannot_become_markup(network: Path) -> None:
    name = "<script>alert(1)</script> & co"
    chip = simulator.load_chip(CHIP, [f"name='{name}'"])
    for shown in (chip, simulator.map_workload(chip, network), simulator.run(chip, network, engine="simpy")):
        page = Tags(shown._repr_html_())
        assert "script" not in page.tags
        assert name in page.text
    frame = pd.DataFrame({"<b>": ["<i>x</i>\x1b[31m", None], "n": [1234.5678, float("nan")]})
    page = Tags(table(frame) + facts({"<u>": "<s>"}))
    assert not {"b", "i", "u", "s"} & page.tags
    assert page.text == "<b>n<i>x</i>?[31m1,234.6<u><s>"


def test_long_tables_are_cut_with_a_word() -> None:
    page = Tags(table(pd.DataFrame({"n": range(1000)})))
    assert "... and 960 more rows" in page.text


GLOBALS = """
import copy, decimal, locale, logging, os, random, signal, sys, warnings
import matplotlib, numpy, pandas
import pandas._config.config as settings

def state():
    arithmetic = decimal.getcontext().copy()
    arithmetic.clear_flags()
    return {{
        "pandas": copy.deepcopy(settings._global_config),
        "matplotlib": dict(matplotlib.rcParams.copy()),
        "random": random.getstate(),
        "numpy": str(numpy.random.get_state()),
        "numpy errors": numpy.geterr(),
        "numpy print": str(numpy.get_printoptions()),
        "decimal": str(arithmetic),
        "locale": locale.setlocale(locale.LC_ALL),
        "warnings": [str(row) for row in warnings.filters],
        "logging": (list(logging.root.handlers), logging.root.level),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "hooks": (sys.excepthook, sys.displayhook),
        "path": list(sys.path),
        "recursion": sys.getrecursionlimit(),
    }}

before = state()
import simulator
chip = simulator.load_chip({chip!r})
work = simulator.record_trace({network!r}, count=2, arrivals="poisson:1000", seed=3)
run = simulator.run(chip, work, contrast=True, load=3)
for shown in (chip, work, run, simulator.map_workload(chip, work)):
    shown._repr_html_()
for name in ("metrics", "layers", "units", "energy", "waits", "power", "operations", "times", "gains"):
    getattr(run, name)
run.plot("pipeline")
run.write("out")
run.timeline("t.json")
after = state()
changed = [key for key in before if before[key] != after[key]]
print(changed, "matplotlib.pyplot" in sys.modules)
"""


def test_nothing_global_is_changed_and_nothing_is_printed(network: Path, tmp_path: Path) -> None:
    code = GLOBALS.format(chip=str(CHIP), network=str(network))
    assert python(code, tmp_path) == "[] False\n"


def test_the_example_of_the_docs_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "python.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    told = python(f"import os; os.chdir({str(ROOT)!r})\n{code}", tmp_path)
    assert "lstm" in told
    for name in simulator.__all__:
        assert f"`{name}(" in text


def test_several_chips_and_weights_in_turn() -> None:
    chip, network = ROOT / "chip_configs" / "ibm14nm.yaml", ROOT / "workloads" / "resnet18.yaml"
    with pytest.raises(InputError, match="--chips 4"):
        simulator.map_workload(chip, network)
    row = simulator.map_workload(chip, network, chips=4)
    assert {tile.partition("/")[0] for tile in row.pieces["tile"]} == {"c1", "c2", "c3", "c4"}
    assert simulator.run(chip, network, mapping=row)["steady_interval_ns"] > 0
    with pytest.raises(InputError, match="Add programming"):
        simulator.map_workload(chip, network, reload=True)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda n: simulator.run(CHIP, n, engine="warp"),
            "engine: must be one of auto, fast, simpy, got 'warp'.",
        ),
        (lambda n: simulator.run(CHIP, n, load=-1), "load: must be a whole number, 0..1000000, got -1"),
        (lambda n: simulator.run(CHIP, n, load="5"), "load: must be a whole number, 0..1000000, got '5'"),
        (lambda n: simulator.run(CHIP, n, load=1.5), "load: must be a whole number, 0..1000000, got 1.5"),
        (lambda n: simulator.run(CHIP, n, seed=1.5), "seed: must be a whole number, got 1.5"),
        (
            lambda n: simulator.run(CHIP, n, ideal=None),
            "ideal: must be a list of texts. Leave it out for none",
        ),
        (lambda n: simulator.record_trace(n, count="3"), "count: must be a whole number, from 1, got '3'"),
        (
            lambda n: simulator.record_trace(n, length=1.5),
            "length: must be a text or a whole number, got 1.5",
        ),
        (
            lambda n: simulator.map_workload(CHIP, n, chips="2"),
            "chips: must be a whole number, from 1, got '2'",
        ),
        (lambda n: simulator.map_workload(CHIP, n, chips=0), "chips: must be a whole number, from 1, got 0"),
        (
            lambda n: simulator.map_workload(CHIP, n, tiles=5),
            "tiles: is for placement 'balanced' only, got 5",
        ),
        (lambda n: simulator.load_chip(None), "path: must be a path, got 'None'"),
        (lambda n: simulator.load_chip(CHIP, 3), "overrides: must be a list of texts, got 3"),
        (
            lambda n: simulator.load_chip(CHIP, ["tile.adc.bits=6", "tile.adc.bits=8"]),
            "--set: tile.adc.bits: is given twice: tile.adc.bits=6 and tile.adc.bits=8.",
        ),
        (
            lambda n: simulator.accuracy(CHIP, "m.npy", size="4x4"),
            "--size: is for what is drawn; m.npy has its own",
        ),
        (
            lambda n: simulator.run(CHIP, n, contrast=True, ideal=["network", "memory", "host"]),
            "--contrast: has nothing to tell: all is ideal already",
        ),
    ],
)
def test_a_wrong_argument_is_named(call: Callable[[Path], object], told: str, network: Path) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        call(network)


def test_one_text_is_a_list_of_one(network: Path) -> None:
    assert (
        simulator.load_chip(CHIP, "tile.adc.bits=6").file.chip
        == simulator.load_chip(CHIP, ["tile.adc.bits=6"]).file.chip
    )
    assert list(simulator.run(CHIP, network, ideal="network").times["ideal"]) == ["network"]


def test_a_trace_file_is_never_overwritten(network: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    simulator.record_trace(network).write(path)
    with pytest.raises(InputError, match="exists; nothing is overwritten"):
        simulator.record_trace(network, count=2).write(path)
    assert len(simulator.read_trace(path).requests) == 1
