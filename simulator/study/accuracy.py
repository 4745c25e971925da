"""How exact a chip computes a matrix product, over time and by effect, beside what it costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.functional.ages import ages
from simulator.functional.compensation import compensate
from simulator.functional.effects import ALL, present
from simulator.functional.layer import Layer, Setup, planes
from simulator.functional.metrics import Errors, by_column, errors
from simulator.functional.physics import Physics, physics
from simulator.functional.product import LAYER, Product
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.accuracy import Accuracy, Cost, Row
from simulator.measure.area import areas
from simulator.measure.energy import energy, mvm_energy
from simulator.program.form import Inference
from simulator.study import engines
from simulator.study.gain_measurement import measurement

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """``after``: seconds since writing; ``instances``: how often the chip is written anew; ``budget`` by effect too.

    ``only``: effects that are on, instead of all.
    """

    after: Sequence[float]
    instances: int = 8
    seed: int = 0
    budget: bool = True
    only: frozenset[str] | None = None


def accuracy(
    chip_file: ChipFile, product: Product, asked: Asked, progress: Callable[[str], None] = lambda step: None
) -> Accuracy:
    """Errors of the product on the chip, mapped as the timing engine maps it. InputError where it does not fit."""
    if asked.instances < 1 or not asked.after or min(asked.after) < 0:
        raise InputError("needs an instance and times that are not negative", field="--instances, --after")
    physics(chip_file.chip)
    mapping = map_workload(product.graph, resolve(chip_file.chip))
    found = physics(chip_file.chip, planes(mapping, LAYER))
    chained = mapping.hardware.transport != "circuits" and any(len(p.tiles) > 1 for p in mapping.chains)
    names = present(found, chained=chained)
    case = _Case(chip_file, product, found, mapping, asked)
    rows = []
    for label, on in _switches(names if asked.budget else ()):
        progress(" ".join(filter(None, label)) or "everything")
        rows += case.rows(on if asked.only is None else on & asked.only, *label)
    return Accuracy(
        chip_file,
        product,
        found,
        mapping,
        tuple(names),
        tuple(row for row in rows if not row.alone and not row.without),
        tuple(row for row in rows if row.alone or row.without),
        _cost(chip_file, mapping),
    )


def _switches(names: Sequence[str]) -> list[tuple[tuple[str, str], frozenset[str]]]:
    """Labels (alone, without) and the effects that are on: all, each alone, all but each."""
    alone = [((name, ""), frozenset({name})) for name in names]
    without = [(("", name), ALL - {name}) for name in names]
    return [(("", ""), ALL), *alone, *without]


@dataclass(frozen=True)
class _Case:
    chip_file: ChipFile
    product: Product
    physics: Physics
    mapping: Mapping
    asked: Asked

    @cached_property
    def exact(self) -> Values:
        return np.asarray(self.product.inputs @ self.product.matrix)

    def rows(self, on: frozenset[str], alone: str, without: str) -> list[Row]:
        """One row a time; of the budget, the first and the last time only."""
        times = list(self.asked.after)
        if alone or without:
            times = sorted({times[0], times[-1]})
        found: dict[float, list[tuple[Errors, float, float, Values]]] = {time: [] for time in times}
        for instance in range(self.asked.instances):
            layer = self._written(instance, on)
            for time in times:
                found[time].append(self._at(layer, time))
        return [
            Row(
                time,
                tuple(one[0] for one in samples),
                max(one[1] for one in samples),
                max(one[2] for one in samples),
                np.mean([one[3] for one in samples], axis=0),
                alone,
                without,
            )
            for time, samples in found.items()
        ]

    def _written(self, instance: int, on: frozenset[str]) -> Layer:
        setup = Setup(self.physics, self.asked.seed, instance, on)
        layer = Layer(self.mapping, LAYER, [self.product.matrix], setup)
        layer.calibrate([self.product.calibration])
        return layer

    def _at(self, layer: Layer, time: float) -> tuple[Errors, float, float, Values]:
        chip = self.chip_file.chip
        age = ages(self.mapping, chip, time)
        section = chip.accuracy.compensation if chip.accuracy else None
        if section is not None and section.gain != "none":
            compensate(layer, age, int(section.vectors), per_column=section.gain == "column")
        layer.reset_counts()
        got = layer.forward([self.product.inputs], age)
        return errors(got, self.exact), layer.clipped, layer.sums_saturated, by_column(got, self.exact)


def _cost(chip_file: ChipFile, mapping: Mapping) -> Cost:
    chip, hardware = chip_file.chip, mapping.hardware
    program = lower(mapping, [mapping.graph], [Inference()], ["host"])
    timeline = run(engines.engine("simpy"), program)
    entries = energy(chip, mapping, program, timeline.makespan)
    time, spent = measurement(chip, mapping, [LAYER])
    size = areas(chip)
    return Cost(
        mvm_ns=hardware.mvm.window / 1e3,
        mvm_pj=mvm_energy(chip),
        vector_ns=timeline.makespan / 1e3,
        vector_pj=sum(entry.energy for entry in entries),
        macro_mm2=size["macro"],
        die_mm2=size["die"],
        compensation_ns=time,
        compensation_pj=spent,
    )
