"""Column converters: a full scale, equal steps, saturation, and errors that columns of one converter share."""

from dataclasses import dataclass
from functools import cached_property
from math import frexp, ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.chip.topology import tile_of
from simulator.functional.array import Place
from simulator.functional.draws import generator, per_mvm
from simulator.functional.physics import Adc

Floats = NDArray[np.floating[Any]]


def step(full_scale: float, largest: int) -> float:
    """Product units a step, for a full scale of ``largest`` steps: rounded up to eight significant bits.

    A reference is set with so many bits (assumption, less than 0.8 %). It also keeps the quotient of two whole numbers
    away from a tie by more than single precision loses, so that rounding is exact.
    """
    if full_scale <= 0:
        return 1.0
    fraction, exponent = frexp(full_scale / largest)
    mantissa = -(-fraction * 256 // 1)
    return ldexp(mantissa, exponent - 8)


@dataclass(frozen=True)
class Converter:
    """The converters of a piece's columns; ``on``: effects that are."""

    adc: Adc
    place: Place
    width: int
    step: float
    on: frozenset[str]

    def convert(self, sums: Floats, first: int, read: int) -> tuple[Floats, int]:
        """Steps for column sums [product units] of MVMs from number ``first``, in place, and how many saturated.

        Not rounded and not saturated if the effect is off.
        """
        sums /= sums.dtype.type(self.step)
        if "converter_errors" in self.on:
            self._err(sums, first, read)
        if "converter" not in self.on:
            return sums, 0
        np.rint(sums, out=sums)
        most = self.adc.largest
        if sums.max(initial=0) <= most and sums.min(initial=0) >= -most:
            return sums, 0
        beyond = int((np.abs(sums) > most).sum())
        np.clip(sums, -most, most, out=sums)
        return sums, beyond

    def _err(self, steps: Floats, first: int, read: int) -> None:
        gain, offset, bow = self._constants
        if self.adc.gain:
            steps *= 1 + gain
        if self.adc.curvature:
            share = steps / self.adc.largest
            steps += bow * _BOW * (share - share * share * share)
        if self.adc.offset:
            steps += offset
        if self.adc.noise:
            who = (self.place.tile, "converter noise", self.place.column, read)
            drawn = per_mvm(self.place.seed, *who, first=first, count=len(steps), width=self.width)
            steps += drawn * self.adc.noise

    @cached_property
    def _constants(self) -> tuple[Floats, Floats, Floats]:
        """Gain error, offset [steps] and largest bow [steps] by column; they stay whatever is written."""
        columns = (self.place.column + np.arange(self.width)) // self.adc.shared
        found = []
        for name in ("gain", "offset"):
            source = generator(self.place.seed, tile_of(self.place.hardware), "converter", name)
            found.append(source.standard_normal(int(columns[-1]) + 1)[columns])
        source = generator(self.place.seed, tile_of(self.place.hardware), "converter", "bow")
        bow = source.uniform(-1, 1, int(columns[-1]) + 1)[columns] * self.adc.curvature
        return found[0] * self.adc.gain, found[1] * self.adc.offset, bow


_BOW = 3**1.5 / 2
"""Makes the largest value of s - s^3 over 0..1 one."""
