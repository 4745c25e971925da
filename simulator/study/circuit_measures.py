"""Measures of chips whose durations travel on circuits, and of networks on several chips."""

from collections.abc import Callable, Mapping

from simulator.chip.costs import costs, pitch
from simulator.engine.contract import run
from simulator.mapping.lower.lower import lower
from simulator.measure.energy import energy
from simulator.measure.steady import steady
from simulator.program.form import Inference, Program
from simulator.program.timeline import Timeline
from simulator.study.case import Case

_SETTLED = 16
"""Frames of a sequence after which its rhythm is taken."""


def _sequence(case: Case) -> tuple[Program, Timeline]:
    """The row's network over one inference."""
    program = lower(case.mapping, [case.mapping.graph], [Inference()])
    return program, run(case.engine, program)


def _step(case: Case) -> int:
    assert case.hardware.pads is not None
    return case.hardware.pads.step


def frame_steps(case: Case) -> float:
    """Steps from frame to frame of the slowest layer, or of the row's, once the sequence has found its rhythm."""
    program, timeline = _sequence(case)
    rhythms = []
    for stream, start in zip(program.streams, timeline.start, strict=True):
        mine = not case.row.layer or stream.layer == case.row.layer
        if stream.kind == "read" and mine and len(start) > 2 * _SETTLED:
            apart = (int(start[-1]) - int(start[_SETTLED])) / (len(start) - 1 - _SETTLED)
            rhythms.append(apart / _step(case))
    return max(rhythms)


def latency_steps(case: Case) -> float:
    """Steps from the arrival of an inference alone to the end of its last output step."""
    program, timeline = _sequence(case)
    ends = [
        int(start[-1]) + _step(case)
        for stream, start in zip(program.streams, timeline.start, strict=True)
        if stream.kind == "output"
    ]
    return max(ends) / _step(case)


def million_devices(case: Case) -> float:
    """Memory devices of a chip, in millions."""
    crossbar = case.file.chip.tile.crossbar
    cells = int(crossbar.rows) * int(crossbar.columns) * int(crossbar.devices_per_weight)
    return cells * case.file.chip.tiles / 1e6


def million_weights(case: Case) -> float:
    """Weights that a chip holds with all devices each, in millions; ``size`` planes hold so many times more."""
    return (
        million_devices(case) / int(case.file.chip.tile.crossbar.devices_per_weight) * max(case.row.size, 1)
    )


def devices_used_percent(case: Case) -> float:
    """Share of a chip's devices that hold weights of the network."""
    per_weight = int(case.file.chip.tile.crossbar.devices_per_weight)
    taken = sum(
        piece.macs * per_weight / placed.chain.planes
        for placed in case.mapping.chains
        for piece in placed.chain.pieces
    )
    return 100 * taken / (million_devices(case) * 1e6)


def giga_operations(case: Case) -> float:
    """Operations of an inference in billions; 1 MAC = 2 operations."""
    return 2 * case.mapping.graph.macs / 1e9


def giga_operations_per_second(case: Case) -> float:
    """Operations over the time of the sound, 30 ms a frame, in billions."""
    frames = next(layer.positions for layer in case.mapping.graph.layers if layer.kind == "input")
    return giga_operations(case) / (frames * 0.03)


def interval_us(case: Case) -> float:
    """Distance of completions when requests follow back to back."""
    program = lower(case.mapping, [case.mapping.graph], [Inference()])
    return steady(program, case.engine).interval / 1e6


def wire_delay_ns(case: Case) -> float:
    """From corner to corner along the mesh: how much later the last duration of a multicast begins."""
    chip = case.file.chip
    hops = int(chip.grid.rows) - 1 + int(chip.grid.columns) - 1
    return float(hops * pitch(chip) * chip.links.anchor.delay.magnitude) / 1e3


def mvm_energy_nj(case: Case) -> float:
    """Energy of one MVM of a tile, landing pads not counted."""
    return float(costs(case.file.chip).mvm) / 1e3


def layer_tops_per_w(case: Case) -> float:
    """Operations of the row's layer over all energy of the chip that it takes, one vector."""
    program, timeline = case.step
    spent = sum(e.energy for e in energy(case.file.chip, case.alone, program, timeline.makespan))
    positions = case.alone.graph.mapped[0].positions
    return 2 * case.alone.graph.weights * positions / spent


MEASURES: Mapping[str, Callable[[Case], float]] = {
    "frame_steps": frame_steps,
    "latency_steps": latency_steps,
    "million_devices": million_devices,
    "million_weights": million_weights,
    "devices_used_percent": devices_used_percent,
    "giga_operations": giga_operations,
    "giga_operations_per_second": giga_operations_per_second,
    "interval_us": interval_us,
    "samples_per_second": lambda case: 1e6 / interval_us(case),
    "wire_delay_ns": wire_delay_ns,
    "mvm_energy_nj": mvm_energy_nj,
    "layer_tops_per_w": layer_tops_per_w,
}
"""Name -> function; units are in the names."""
