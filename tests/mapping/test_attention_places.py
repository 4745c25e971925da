"""Attention units beside the tiles of a mesh, on several chips, behind links, and products that are in no block."""

from pathlib import Path

import pytest
from attention_networks import CHIP, UNITS, agree, counted, network, settings, starts, whole

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.engine.fast_engine import FastEngine
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.attention import blocks, products
from simulator.workload.reader import load_workload


def on(chip: str, folder: Path, style: str, *, chips: int | None = None, causal: bool = True) -> Result:
    file = load_chip(CHIP.with_name(f"{chip}.yaml"), settings(style))
    asked = record_trace(network(folder, causal=causal), RequestPattern(2))
    result = simulate(file, asked, FastEngine(), chips=chips)
    agree(result)
    return result


@pytest.mark.parametrize("style", list(UNITS))
def test_a_mesh_has_units_among_its_cores(tmp_path: Path, style: str) -> None:
    """Activations come over circuits into the scratchpad of a unit, and leave it the same way."""
    result = on("ibm_mesh", tmp_path, style)
    units = resolve(result.chip_file.chip).cores
    assert units is not None
    assert {"attention[1]", "attention[2]"} < set(units.places)
    moves = {s.kind for s in result.program.streams if s.layer in ("query0", "key0", "value0")}
    assert {kind for kind in moves if kind.endswith("to attention[1]")}
    assert starts(result, "mix0", "computed") == sorted(starts(result, "mix0", "computed"))
    taken = {name for s in result.program.streams for name in (s.unit,) if name.startswith("heavy")}
    assert not taken  # nothing is left for heavy cores in this network


@pytest.mark.parametrize("style", list(UNITS))
def test_units_behind_links(tmp_path: Path, style: str) -> None:
    on("ibm14nm_onchip", tmp_path, style)


def test_every_chip_of_a_row_has_units(tmp_path: Path) -> None:
    """A layer is served where its inputs are known, on the second chip too."""
    result = on("ibm14nm", tmp_path, "digital", chips=2)
    units = {s.layer: s.unit for s in result.program.streams if s.part == "attention_scores"}
    assert units == {"scores0": "c1/attention[1].scores", "scores1": "c2/attention[1].scores"}


ALONE = """
name: alone
sequence: {length: 5, limit: 20}
layers:
  x: {kind: input, shape: [8], sequence: true}
  q: {kind: linear, input: x, width: 8}
  k: {kind: linear, input: x, width: 8}
  s: {kind: product, inputs: [q, k], heads: 2, transposed: true}
  g: {kind: elementwise, inputs: [s], function: gelu}
  m: {kind: product, inputs: [g, k], heads: 2}
"""


def test_digital_units_also_do_products_that_are_no_attention(tmp_path: Path) -> None:
    """Two products without a softmax between them: each at a unit of its own, 5 x 5 x 8 multiply-accumulates."""
    (tmp_path / "alone.yaml").write_text(ALONE)
    workload = load_workload(tmp_path / "alone.yaml")
    graph = workload.bind()
    assert blocks(graph) == ()
    assert {name: product.scores for name, product in products(graph).items()} == {"s": True, "m": False}
    result = whole(workload, "digital", 2)
    agree(result)
    assert counted(result) == {"s": 2 * 5 * 5 * 8, "m": 2 * 5 * 5 * 8}


def test_other_styles_refuse_products_that_are_no_attention(tmp_path: Path) -> None:
    (tmp_path / "alone.yaml").write_text(ALONE)
    with pytest.raises(InputError) as caught:
        whole(load_workload(tmp_path / "alone.yaml"), "gain_cell")
    assert str(caught.value) == (
        "alone: s and 1 more: multiplies two activations and is no part of an attention (scores, softmax, mix of as "
        "many heads), which is all that units of style gain_cell do. "
        "Take attention.style: digital or computation_crossbar, or host.compute instead of attention"
    )


def test_scale_and_mask_belong_to_a_block(tmp_path: Path) -> None:
    """Scores, scale, mask, softmax, mix: one block of five layers, of which scale and mask take no time."""
    rows = network(tmp_path, causal=False, layers=1)
    text = (tmp_path / "small.yaml").read_text()
    between = (
        "  scale: {kind: elementwise, inputs: [scores0], function: scale}\n"
        "  mask: {kind: elementwise, inputs: [scale], function: mask}\n"
        "  softmax0: {kind: normalise, inputs: [mask]"
    )
    text = text.replace("  softmax0: {kind: normalise, inputs: [scores0]", between)
    (tmp_path / "masked.yaml").write_text(text)
    masked = load_workload(tmp_path / "masked.yaml")
    (block,) = blocks(masked.bind())
    assert block.layers == ("scores0", "scale", "mask", "softmax0", "mix0")
    one, other = whole(rows, "digital"), whole(masked, "digital")
    agree(other)
    assert starts(one, "mix0", "computed") == starts(other, "mix0", "computed")
