"""A piece of a matrix on a tile: codes in, converted products out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.functional import weights as to_levels
from simulator.functional.array import Array, Place
from simulator.functional.converter import Converter, step
from simulator.functional.draws import per_mvm
from simulator.functional.inputs import Read, reads
from simulator.functional.physics import Physics
from simulator.functional.wires import effective

Floats = NDArray[np.floating[Any]]
Values = NDArray[np.float64]

_EXACT = 1 << 23
"""Sums of whole numbers below it are exact in single precision, and so is the rounding of their quotients."""


@dataclass
class Core:
    """A written piece. ``weights``: real, shape (rows, columns); ``on``: effects that are.

    ``common``: the weight that the largest level stands for, where it is not this piece's own.
    ``turned``: its columns are driven, its rows read; by reciprocity, wires included, the transposed matrix acts.
    ``explicit``: white noise of each device in each read, one by one, instead of its exact sum (for tests).
    """

    physics: Physics
    place: Place
    weights: Values
    on: frozenset[str]
    turned: bool = False
    common: Values | None = None
    explicit: bool = False
    clipped: int = 0
    converted: int = 0

    def __post_init__(self) -> None:
        self._check_turned()
        shared = self.common
        self.scale = to_levels.scales([self.weights], self.physics) if shared is None else shared
        rounded = "levels" in self.on
        self._targets = to_levels.levels(self.weights, self.scale, self.physics, rounded=rounded)
        self.array = Array(self.physics, self.place, self._targets, self.on)
        self._now: tuple[float, dict[int | None, Floats]] | None = None
        self._converter: Converter | None = None
        self.known: Floats = np.zeros((0, self.lines))

    def _check_turned(self) -> None:
        if self.turned and self.physics.offset:
            rule = "holds a reference column, which an array that is driven from its columns has not"
            raise InputError(rule, field="tile.crossbar.devices_per_weight", value=1)
        if self.turned and self.physics.per_column:
            rule = "has no model where an array is driven from its columns too"
            raise InputError(rule, field="accuracy.weight_scale", value="column", remedy="Set it to tile")

    @property
    def ideal(self) -> Values:
        """Levels without error, polarities subtracted, shape (lines driven, lines read)."""
        return self._plane(self._targets, None)

    @property
    def lines(self) -> int:
        """Lines that are driven."""
        return int(self.weights.shape[1 if self.turned else 0])

    def calibrate(self, codes: Floats) -> None:
        """Set the converters' full scale, by policy; ``codes``: inputs of the calibration, shape (MVMs, rows).

        They are kept as ``known``, to measure gains with.
        """
        calibrate([self], [codes])

    def convert_by(self, size: float) -> None:
        """Give the columns converters of this step [product units]."""
        place = replace(self.place, column=self.place.row) if self.turned else self.place
        self._converter = Converter(
            self.physics.adc, place, self.weights.shape[0 if self.turned else 1], size, self.on
        )

    @property
    def step(self) -> float:
        """Product units (levels x codes) of a converter's step."""
        return self._ready.step

    def multiply(self, codes: Floats, first: int, now: float) -> Floats:
        """Converted steps of MVMs, shape (MVMs, columns); ``first``: number of the first of them on this tile.

        ``now``: seconds since writing.
        """
        return multiply([self], [codes], first, [now])

    def convert(self, sums: Floats, first: int, read: int) -> Floats:
        """Steps for sums of a read [product units]; what saturates is counted."""
        steps, beyond = self._ready.convert(sums, first, read)
        self.clipped, self.converted = self.clipped + beyond, self.converted + steps.size
        return steps

    def expected(self, read: Read) -> Values:
        """Sums of a read that exact devices would give [product units]."""
        return np.asarray(read.codes @ self._plane(self._targets, read.polarity))

    def most(self, read: Read) -> float:
        """The largest sum that a read could give [product units]."""
        return float(np.abs(read.codes).max()) * self.lines * self.physics.signed

    def product(self, codes: Floats) -> Values:
        """What exact devices and converters would give [product units]."""
        return np.asarray(codes.astype(np.float64) @ self.ideal)

    @property
    def _ready(self) -> Converter:
        if self._converter is None:
            raise RuntimeError("calibrate a core before it multiplies")
        return self._converter

    def _plane(self, levels: Values, polarity: int | None) -> Values:
        found = _difference(levels, self.physics) if polarity is None else levels[polarity]
        return np.ascontiguousarray(found.T) if self.turned else found

    def sums(self, read: Read, number: int, first: int, now: float) -> Floats:
        """Column sums of a read with its noise, a fresh array."""
        matrix = self._matrix(now, read.polarity)
        codes = read.codes.astype(matrix.dtype, copy=False)
        sums = _product(codes, matrix)
        if self._deviations is None:
            return sums
        kind = "white, turned" if self.turned else "white"
        who = (self.place.tile, "read_noise", kind, self.place.row, self.place.column, number)
        if self.explicit:
            return sums + self._one_by_one(codes, first, read.share, who)
        width = self._deviations.shape[1]
        noise = np.sqrt(_product(codes * codes, self._deviations))
        noise *= noise.dtype.type(read.share**-0.5)
        noise *= per_mvm(self.place.seed, *who, first=first, count=len(codes), width=width)
        return np.add(sums, _less_reference(noise, self.physics), out=sums)

    def _one_by_one(self, codes: Floats, first: int, share: float, who: tuple[object, ...]) -> Floats:
        assert self._deviations is not None
        each = np.sqrt(self._deviations / share)
        drawn = per_mvm(self.place.seed, *who, "devices", first=first, count=len(codes), width=each.size)
        noise = np.einsum("br,brc->bc", codes, drawn.reshape(-1, *each.shape) * each)
        return _less_reference(noise, self.physics)

    @cached_property
    def _deviations(self) -> Floats | None:
        """Variances of white noise in a read of the whole time [levels^2], shape (lines driven, lines read)."""
        found = self.array.read_variance
        if found is None:
            return None
        return np.ascontiguousarray(found.T if self.turned else found, np.float32)

    def _matrix(self, now: float, polarity: int | None) -> Floats:
        """Effective levels at a time; kept until the time is another."""
        if self._now is None or self._now[0] != now:
            self._now = (now, {})
        held = self._now[1]
        if polarity not in held:
            levels = self._wired(now) if self._resisting else self.array.levels(now)
            matrix = self._plane(levels, polarity)
            held[polarity] = matrix.astype(np.float32) if self._single else matrix
        return held[polarity]

    @property
    def _resisting(self) -> bool:
        return self.physics.wires is not None and "wires" in self.on

    def _wired(self, now: float) -> Values:
        """Levels as they act behind the resistance of wires."""
        if self.physics.offset:
            raise InputError("have no model beside a reference column", field="accuracy.wires")
        assert self.physics.wires is not None
        row, column = self.physics.wires
        lead = self.place.column
        tail = self.physics.rows - self.place.row - len(self.weights)
        found = [
            effective(plane, row, column, lead=lead, tail=tail) for plane in self.array.conductances(now)
        ]
        return np.asarray(np.stack(found) / self.array.siemens_per_level)

    @property
    def _single(self) -> bool:
        """Whether single precision loses nothing that the converter would tell."""
        largest = self.lines * self.physics.coding.largest * max(self.physics.signed, 1.0)
        return "converter" in self.on and largest < _EXACT and self.physics.adc.bits <= 12


def calibrate(cores: Sequence[Core], codes: Sequence[Floats]) -> None:
    """Set the full scale of the converters behind pieces that add up before it: those of the last one.

    ``codes``: inputs of the calibration of each piece, shape (MVMs, rows).
    """
    for core, known in zip(cores, codes, strict=True):
        core.known = known
    adc, coding = cores[-1].physics.adc, cores[-1].physics.coding
    if adc.policy == "granular":
        cores[-1].convert_by(1.0)
        return
    if adc.policy == "max":
        every = [np.full((1, core.lines), float(coding.largest)) for core in cores]
        full = max(sum(core.most(read) for core, read in reading) for reading in _reading(cores, every))
    else:
        full = max(
            float(np.abs(sum(core.expected(read) for core, read in reading)).max(initial=0))
            for reading in _reading(cores, codes)
        ) * (1 + adc.margin)
    cores[-1].convert_by(step(full, adc.largest))


def multiply(cores: Sequence[Core], codes: Sequence[Floats], first: int, ages: Sequence[float]) -> Floats:
    """Converted steps of MVMs on pieces that add up before the converters, shape (MVMs, columns).

    ``first``: number of the first of them; ``ages``: seconds since each was written.
    """
    total: Floats | None = None
    for number, reading in enumerate(_reading(cores, codes)):
        sums = [core.sums(read, number, first, now) for (core, read), now in zip(reading, ages, strict=True)]
        whole = sums[0] if len(sums) == 1 else np.asarray(np.sum(sums, axis=0, dtype=np.float64))
        steps, weight = cores[-1].convert(whole, first, number), reading[0][1].weight
        part = steps if weight == 1 else steps * steps.dtype.type(weight)
        total = part if total is None else total + part
    assert total is not None
    return total


def _reading(cores: Sequence[Core], codes: Sequence[Floats]) -> Iterator[list[tuple[Core, Read]]]:
    """The reads of an MVM, each with what drives the rows of every piece."""
    each = [reads(own, core.physics.coding) for core, own in zip(cores, codes, strict=True)]
    for together in zip(*each, strict=True):
        yield list(zip(cores, together, strict=True))


def _product(vectors: Floats, matrix: Floats) -> Floats:
    """The product; one vector alone is not multiplied by another routine, which would add in another order."""
    return vectors @ matrix if len(vectors) > 1 else (np.repeat(vectors, 2, axis=0) @ matrix)[:1]


def _difference(levels: Values, physics: Physics) -> Values:
    if physics.offset:
        return np.asarray(levels[0][:, :-1] - levels[0][:, -1:])
    return np.asarray(levels[0] - levels[1])


def _less_reference(sums: Floats, physics: Physics) -> Floats:
    return sums[:, :-1] - sums[:, -1:] if physics.offset else sums
