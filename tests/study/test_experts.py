"""Mixture of experts: tokens are sent to few, others rest; the trace says to whom."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.mvm_energy import mvm_costs
from simulator.measure.totals import totals
from simulator.report.answer import macs_in_model
from simulator.report.describe import graph_data, show_graph
from simulator.report.mapped import as_data, show_mapping
from simulator.study.run import Result, simulate
from simulator.trace.file import read, write
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.experts import Expert, active, active_macs, experts, groups
from simulator.workload.reader import Workload, load_workload

ROOT = Path(__file__).parents[2]
HEAD = """
name: mixture
sequence: {length: 8, limit: 40}
layers:
  tokens: {kind: input, shape: [1], sequence: true}
  words: {kind: embedding, input: tokens, entries: 50, width: 32}
  key: {kind: linear, input: words, width: 32}
  scores: {kind: product, inputs: [words, key], heads: 2, transposed: true, causal: true}
  mix: {kind: product, inputs: [scores, key], heads: 2, causal: true}
"""
BLOCK = """
  router{0}: {{kind: linear, input: {1}, width: 4}}
  route{0}: {{kind: route, inputs: [{1}, router{0}], experts: 4, chosen: 2}}
"""
EXPERT = """
  up{0}_{1}: {{kind: linear, input: {{layer: route{0}, expert: {1}}}, width: 64, activation: relu}}
  down{0}_{1}: {{kind: linear, input: up{0}_{1}, width: 32}}
"""
SUM = """
  sum{0}: {{kind: elementwise, inputs: [{1}], function: combine, operations: 4}}
"""


def text() -> str:
    """Two blocks of four experts, of which a token visits two."""
    made, last = HEAD, "mix"
    for block in (1, 2):
        made += BLOCK.format(block, last).strip("\n") + "\n"
        made += "".join(EXPERT.format(block, n).strip("\n") + "\n" for n in range(1, 5))
        made += SUM.format(block, ", ".join(f"down{block}_{n}" for n in range(1, 5))).strip("\n") + "\n"
        last = f"sum{block}"
    return made + f"  logits: {{kind: linear, input: {last}, width: 50}}\n"


@pytest.fixture
def mixture(tmp_path: Path) -> Workload:
    (tmp_path / "mixture.yaml").write_text(text())
    return load_workload(tmp_path / "mixture.yaml")


def recorded(workload: Workload, seed: int = 1) -> Trace:
    written = Written(count=2, arrivals="every:3us", prompt_length="4,6", output_length="5,3")
    return record_trace(workload, pattern(written, seed))


def ran(trace: Trace, engine=None) -> Result:
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", ["host.compute=1 Top/s"])
    return simulate(chip, trace, engine or FastEngine())


def test_layers_belong_to_experts_until_all_are_read(mixture: Workload) -> None:
    graph = mixture.bind(1)
    found = experts(graph)
    assert found["up1_3"] == found["down1_3"] == Expert("route1", 3)
    assert "sum1" not in found
    assert "route2" not in found
    assert groups(graph)["down2_1"] == 5
    each = 2 * 32 * 64
    assert graph.macs - active_macs(graph) == 2 * 2 * each


def test_show_map_and_run_count_the_same_multiply_accumulates(mixture: Workload) -> None:
    """Of 4 experts 2: 2 blocks x 2 experts x 2 matrices of 32 x 64, key 32 x 32, routers 32 x 4, logits 32 x 50."""
    each = 2 * 2 * 2 * 32 * 64 + 32 * 32 + 2 * 32 * 4 + 32 * 50
    whole = each + 2 * 2 * 2 * 32 * 64
    one = ran(record_trace(mixture, pattern(Written(prompt_length="1", output_length="1"), 1)))
    assert int(totals(one.program).macs.sum()) == each
    mapped = as_data(one.mapping)
    assert (mapped["macs_mapped"], mapped["macs_in_model"]) == (each, each + 2 * 32)
    assert mapped["macs_all_experts"] == whole
    shown = graph_data(mixture.bind(3))
    assert (shown["macs"], shown["macs_all_experts"]) == (3 * each, 3 * whole)
    assert sum(layer["macs"] for layer in shown["layers"]) == 3 * whole
    made = Console(file=StringIO(), width=400)
    show_graph(mixture.bind(3), made)
    show_mapping(one.mapping, made)
    text = made.file.getvalue()
    assert f"{3 * each:,} MACs an inference for 3 time steps, a token sent to 2 of 4 experts; " in text
    assert f"; {3 * whole:,} if sent to all, as the rows are." in text
    assert f"MACs mapped: {each:,} of {each + 2 * 32:,} of an inference" in text
    assert f"A token is sent to 2 of 4 experts; rows and interval are as if to all, {whole:,} MACs." in text


def test_experts_of_unlike_sizes_count_with_their_mean(mixture: Workload) -> None:
    names = dict.fromkeys(("up1_1", "up1_2", "up1_3"), 3) | {"key": 5}
    assert active(mixture.bind(1), names) == 5 + 9 * 2 // 4


def test_engines_agree_and_resting_experts_do_nothing(mixture: Workload) -> None:
    trace = recorded(mixture)
    one, other = ran(trace), ran(trace, SimpyEngine())
    assert one.generation == other.generation
    assert all(map(np.array_equal, one.timeline.start, other.timeline.start))
    visits = np.bincount(
        [group for tokens in trace.routing for token in tokens for group in token], minlength=9
    )
    spent, rows = totals(one.program), one.program.streams
    mvms = {row.layer: int(spent.operations[n]) for n, row in enumerate(rows) if row.kind == "mvm"}
    whole = {row.layer: int(n) for row, n in zip(rows, one.timeline.count, strict=True) if row.kind == "mvm"}
    assert mvms == whole
    prompts = sum(row.prompt_length - 1 for row in trace.requests)
    assert mvms["logits"] == 8
    assert mvms["key"] == 16
    last = [tokens[-row.output_length :] for tokens, row in zip(trace.routing, trace.requests, strict=True)]
    read = np.bincount([group for tokens in last for token in tokens for group in token], minlength=9)
    assert [mvms.get(f"up{1 + g // 4}_{1 + g % 4}", 0) for g in range(8)] == read[1:].tolist()
    assert visits.sum() == 4 * 16
    assert prompts == 8
    assert macs_in_model(one) == int(spent.macs.sum()) + sum(
        2 * int(spent.values[n]) // 4 for n, row in enumerate(rows) if row.layer in ("scores", "mix")
        and row.kind == "computed"
    )  # fmt: skip


def test_resting_experts_spend_nothing(mixture: Workload) -> None:
    """Energy of a layer's MVMs: what one costs, for each that was performed."""
    trace = recorded(mixture)
    crowd = tuple(tuple((1, 2, 5, 6) for _ in tokens) for tokens in trace.routing)
    found = ran(Trace(trace.workload, trace.digest, trace.graphs, trace.requests, crowd))
    each = mvm_costs(found.chip_file.chip)
    spent, rows = totals(found.program), found.program.streams
    expected = {
        (row.layer, part): float(int(spent.operations[n]) * cost.value)
        for n, row in enumerate(rows) if row.kind == "mvm" and spent.operations[n]
        for part, cost in each.items()
    }  # fmt: skip
    counted = {(e.layer, e.part): e.energy for e in found.energy if e.part in each and e.kind == "dynamic"}
    assert counted == expected
    resting = {row.layer for n, row in enumerate(rows) if row.kind == "mvm" and not spent.operations[n]}
    assert resting == {f"{part}{b}_{n}" for part in ("up", "down") for b in (1, 2) for n in (3, 4)}
    assert (found.power.total >= 0).all()


def test_routing_is_drawn_from_the_seed_and_recorded(mixture: Workload, tmp_path: Path) -> None:
    trace = recorded(mixture)
    assert recorded(mixture).routing == trace.routing != recorded(mixture, 2).routing
    assert [len(tokens) for tokens in trace.routing] == [8, 8]
    assert all(len(set(token)) == 4 for tokens in trace.routing for token in tokens)
    write(trace, tmp_path / "t.jsonl")
    assert read(tmp_path / "t.jsonl") == trace
    lines = (tmp_path / "t.jsonl").read_text().splitlines()
    head = {**json.loads(lines[0]), "checksum": None}
    last = json.loads(lines[-1])
    wrong = {
        "must name 2 experts of each route, rising, here among 5..8": {**last, "experts": [1, 2, 5, 9]},
        "must be 7, in order": {**last, "token": 6},
        "must have 4 entries": {**last, "experts": [1, 2, 5, 6, 7]},
    }
    for said, record in wrong.items():
        (tmp_path / "w.jsonl").write_text(
            "\n".join([json.dumps(head), *lines[1:-1], json.dumps(record)]) + "\n"
        )
        with pytest.raises(InputError, match=said):
            read(tmp_path / "w.jsonl")


def test_given_routing_moves_the_work(mixture: Workload) -> None:
    """All tokens to the same two experts take longer than spread over four."""
    trace = recorded(mixture)
    crowd = tuple(tuple((1, 2, 5, 6) for _ in tokens) for tokens in trace.routing)
    found = ran(Trace(trace.workload, trace.digest, trace.graphs, trace.requests, crowd))
    mvms = {row.layer: int(n) for row, n in zip(found.program.streams, found.timeline.count, strict=True)
            if row.kind == "mvm"}  # fmt: skip
    assert (mvms["up1_1"], mvms["up1_2"]) == (8, 8)
    assert (mvms["up1_3"], mvms["up2_4"]) == (0, 0)


WRONG = {
    "inputs: [down1_1, down1_2, down1_3, down1_4]": (
        "inputs: [down1_1, down1_2]",
        "must belong to one expert, or be elementwise and read all experts of a route, "
        "got 'expert 1 of route1, expert 2 of route1'",
    ),
    "{layer: route1, expert: 4}": ("{layer: route1, expert: 5}", "must be 1..4, an expert of route1, got 5"),
    "{layer: route1, expert: 3}": ("{layer: mix, expert: 3}", "only a route has experts, got 3"),
    "router1], experts: 4, chosen: 2": ("router1], experts: 4, chosen: 5", "chosen: must be 1..4, got 5"),
    "router1], experts: 4, chosen": (
        "router1], experts: 3, chosen",
        "must have a value for each of 3 experts",
    ),
}


@pytest.mark.parametrize("old", WRONG)
def test_experts_that_lead_nowhere(old: str, tmp_path: Path) -> None:
    new, said = WRONG[old]
    assert old in text()
    (tmp_path / "w.yaml").write_text(text().replace(old, new))
    with pytest.raises(InputError) as refused:
        load_workload(tmp_path / "w.yaml")
    assert said in str(refused.value)
    assert f"{tmp_path}/w.yaml:" in str(refused.value)


def test_experts_need_tokens_one_by_one(mixture: Workload) -> None:
    with pytest.raises(InputError, match="sends tokens to experts, one by one"):
        ran(record_trace(mixture, pattern(Written(), 0)))


def test_experts_need_the_host_between_layers(mixture: Workload) -> None:
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm_onchip.yaml", ["host.compute=1 Top/s"])
    with pytest.raises(InputError, match="transport: experts to which tokens are sent need the host"):
        simulate(chip, recorded(mixture), FastEngine())
