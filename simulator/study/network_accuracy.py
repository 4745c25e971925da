"""How exact a run's layers are: its mapping, its clock, and devices of the chip that it ran on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.chip.precision import at_precision
from simulator.functional.compensation import compensate
from simulator.functional.effects import ALL
from simulator.functional.gates import exact_step, unit_step
from simulator.functional.layer import Layer, Setup, planes
from simulator.functional.metrics import Errors, errors
from simulator.functional.network_data import (
    Weights,
    inputs_of,
    model_weights,
    read_weights,
    states_of,
    told,
    weights_of,
    written_down,
)
from simulator.functional.physics import physics
from simulator.measure.network_accuracy import LayerErrors, NetworkAccuracy
from simulator.study.clock import Clock
from simulator.study.gain_measurement import measurement
from simulator.study.product_words import age
from simulator.study.run import Result
from simulator.workload import graph

Held = Mapping[str, Callable[[], NDArray[Any]]]
"""``layer.matrix`` -> its weights, read when asked for."""
NOTHING: Held = {}
_CALIBRATION = 256
"""Vectors that set full scales."""


@dataclass(frozen=True)
class Asked:
    """``after``: seconds from writing to the start of the run; ``instances``: how often the chip is written anew;
    ``weights``: a file .npz, *random*, or None for those of the model and random ones where there is none;
    ``vectors`` a layer; ``seed``: which chip."""

    after: float = 0.0
    instances: int = 8
    weights: Path | Literal["random"] | None = None
    vectors: int = 64
    seed: int = 0


def exactness(after: str, instances: int, weights: str | None, seed: int) -> Asked:
    """From words; ``weights``: *random*, a file, or None. InputError."""
    given: Path | Literal["random"] | None = None
    if weights is not None:
        given = "random" if weights == "random" else Path(weights)
    return Asked(age(after, "--after"), instances, given, seed=seed)


def network_accuracy(
    result: Result,
    asked: Asked,
    progress: Callable[[str], None] = lambda step: None,
    held: Held = NOTHING,
) -> NetworkAccuracy:
    """Errors of every layer with weights, at the times at which the run computed it; ``held``: a model's weights.

    InputError.
    """
    chip, network = result.chip_file.chip, result.mapping.graph
    models = {physics(chip, planes(result.mapping, layer.name)).device.name: None for layer in network.mapped}
    given, words = _weights(asked, network, held)
    clock = Clock.of(result, asked.after)
    rows = []
    for layer in network.mapped:
        progress(f"accuracy of {layer.name}")
        rows.append(_layer(result, layer, asked, given, clock))
    kept = [layer.name for layer in network.mapped if not clock.rewritten(layer.name)]
    time, spent = measurement(chip, result.mapping, kept)
    return NetworkAccuracy(
        layers=tuple(rows),
        device=", ".join(models),
        after=asked.after,
        told=told(words),
        compensation_ns=time,
        compensation_pj=spent,
        rewritten=len(rows) - len(kept),
    )


def _weights(asked: Asked, network: graph.Graph, held: Held) -> tuple[Weights | None, str]:
    """Weights, None if they are drawn, and where they come from."""
    if isinstance(asked.weights, Path):
        return read_weights(asked.weights, network), f"of {asked.weights.name}"
    if held and asked.weights is None:
        return model_weights(held, network), "of the model"
    return None, "as the workload says" if written_down(network) else ""


def _layer(
    result: Result,
    layer: graph.Layer,
    asked: Asked,
    given: Weights | None,
    clock: Clock,
) -> LayerErrors:
    chip = at_precision(result.chip_file.chip, layer.asked("magnitude_bits"), layer.asked("output_bits"))
    weights = weights_of(result.mapping.graph[layer.owner], given, asked.seed)
    inputs = inputs_of(layer, asked.vectors, "inputs", asked.seed)
    known = inputs_of(layer, max(_CALIBRATION, asked.vectors), "calibration", asked.seed)
    acting = [matrix.T if layer.backward else matrix for matrix in weights]
    exact = sum(values @ matrix for values, matrix in zip(inputs, acting, strict=True))
    age = partial(clock.age, layer.name)
    section, held = (
        chip.accuracy.compensation if chip.accuracy else None,
        physics(chip, planes(result.mapping, layer.name)),
    )
    samples: list[Errors] = []
    hidden: list[float] = []
    finished = any(placed.unit for placed in result.mapping.of(layer.name))
    clipped = sums = 0.0
    for instance in range(asked.instances):
        one = Layer(result.mapping, layer.name, weights, Setup(held, asked.seed, instance, ALL))
        one.calibrate(known)
        if section is not None and section.gain != "none" and not clock.rewritten(layer.name):
            compensate(one, clock.written, int(section.vectors), per_column=section.gain == "column")
        one.reset_counts()
        got = one.forward(inputs, age)
        samples.append(errors(got, np.asarray(exact)))
        if finished:
            cell = states_of(layer, asked.vectors, asked.seed)
            hidden.append(errors(unit_step(got, cell), exact_step(np.asarray(exact), cell)).raw)
        clipped, sums = max(clipped, one.clipped), max(sums, one.sums_saturated)
    tiles = {tile for placed in result.mapping.of(layer.name) for tile in placed.tiles}
    mean = sum(age(tile) for tile in sorted(tiles)) / len(tiles)
    return LayerErrors(layer.name, len(tiles), mean, tuple(samples), clipped, sums, tuple(hidden))
