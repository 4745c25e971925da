"""The devices of one piece: written once with their errors, then read at any time.

Conductances are kept as levels aimed at and what each device is off by, so that one without error is at its level
to the last bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from simulator.functional.device import Programming, Relaxed
from simulator.functional.draws import generator
from simulator.functional.physics import Physics

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Whose devices: chip seed, programming instance, tile, and the piece's first row and column there.

    ``site``: the tile that is there, where ``tile`` names one of the sets of weights that it holds in turn.
    """

    seed: int
    tile: str
    row: int = 0
    column: int = 0
    instance: int = 0
    site: str = ""

    @property
    def hardware(self) -> str:
        """The tile that is there."""
        return self.site or self.tile


@dataclass(frozen=True)
class Array:
    """Devices of a piece. ``targets``: levels, shape (polarities, rows, columns); ``on``: effects that are.

    Beside a reference column there is one polarity, and the last of the columns is the reference.
    """

    physics: Physics
    place: Place
    targets: Values
    on: frozenset[str]

    def levels(self, now: float) -> Values:
        """Levels ``now`` seconds after writing, shape as ``targets``."""
        return np.asarray(self.targets + self.off_by(now).mean(axis=1) * self._level)

    def off_by(self, now: float) -> Values:
        """Conductances less their targets over g_max, shape (polarities, devices, rows, columns)."""
        off = self._written
        if self.physics.device.drift is not None and "drift" in self.on:
            off = off + (self._shares + off) * (self._fall(now) - 1)
        if "relaxation" in self.on:
            off = np.maximum(off + self._relaxation(now), -self._shares)
        if self.physics.device.flicker is not None and "read_noise" in self.on:
            off = off + (self._shares + off) * self._flicker(now)
        return off

    @cached_property
    def read_variance(self) -> Values | None:
        """Variance of white noise in a read of the whole time, in squared levels, polarities and devices added up.

        Shape (rows, columns); None without.
        """
        white = self.physics.device.white
        if white is None or "read_noise" not in self.on:
            return None
        deviation = white.sigma(self._shares) * self._level / self._shares.shape[1]
        longer = self.physics.read / (float(white.read_time) * 1e-12)
        return np.asarray((deviation**2).sum(axis=(0, 1)) / longer)

    def conductances(self, now: float) -> Values:
        """In siemens per polarity, devices of a polarity side by side added, shape (polarities, rows, columns)."""
        held = np.maximum(self._shares + self.off_by(now), 0)
        return np.asarray(held.sum(axis=1) * self.physics.full * 1e-6)

    @property
    def siemens_per_level(self) -> float:
        """What a level is, all devices of a polarity together [S]."""
        return self.physics.full * 1e-6 * self.physics.devices / self._level

    @property
    def _level(self) -> float:
        """Levels that g_max is worth beyond g_min."""
        steps = float(self.physics.levels or 1)
        return steps / (1 - self._floor)

    @property
    def _floor(self) -> float:
        return self.physics.floor / self.physics.full

    @cached_property
    def _parts(self) -> Values:
        """Share of g_max beyond g_min that each device is to hold, shape (polarities, devices, rows, columns).

        Of two devices one is kept fully on where the other alone would not do, and off otherwise (Le Gallo et al. 2023,
        Methods: SET both; keep the larger and tune the smaller, or tune the larger and RESET the smaller).
        """
        wanted = self.targets / float(self.physics.levels or 1)
        if self.physics.devices == 1:
            return wanted[:, None]
        tuned = np.where(wanted > 0.5, 2 * wanted - 1, 2 * wanted)
        return np.stack((tuned, (wanted > 0.5).astype(float)), axis=1)

    @cached_property
    def _shares(self) -> Values:
        """Conductances aimed at over g_max."""
        return np.asarray(self._floor + self._parts * (1 - self._floor))

    @cached_property
    def _written(self) -> Values:
        """What writing leaves the devices off by; no conductance is below zero."""
        off = np.zeros(self._shares.shape)
        if self.physics.device.programming is not None and "programming" in self.on:
            off = self._programming()
        if "stuck" in self.on and any(self.physics.stuck):
            off = self._stuck(off)
        return off

    def _programming(self) -> Values:
        """Devices that iteration tunes are off; of a pair, one that is kept on is made up for by the other."""
        section = self.physics.device.programming
        assert section is not None
        if section.per == "weight":
            return self._programming_of_weights(section)
        found = np.asarray(section.sigma(self._shares) * self._drawn("programming"))
        if self.physics.devices == 2:
            found[:, 1] = 0
        return np.maximum(found, -self._shares)

    def _programming_of_weights(self, section: Programming) -> Values:
        """One error a weight, told as if the first device of the first polarity had it all."""
        found = np.zeros(self._shares.shape)
        share = self.targets.max(axis=0) / float(self.physics.levels or 1)
        found[0, 0] = section.sigma(share) * self._drawn("programming")[0, 0] * self.physics.devices
        gone = share < section.zero_below
        return np.where(gone, self._floor - self._shares, found)

    def _stuck(self, off: Values) -> Values:
        low, high = self.physics.stuck
        chance = self._of_place("stuck", True, lambda source, shape: source.random(shape))
        off = np.where(chance < low, self._floor - self._shares, off)
        return np.where(chance > 1 - high, 1 - self._shares, off)

    def _fall(self, now: float) -> Values:
        """Drift as a factor: 1 at t0 after writing, the time of which ``now`` begins to count."""
        drift = self.physics.device.drift
        assert drift is not None
        start = float(drift.t0) * 1e-12
        return np.asarray(np.exp(-self._exponents * log((now + start) / start)))

    @cached_property
    def _exponents(self) -> Values:
        drift = self.physics.device.drift
        assert drift is not None
        return np.abs(drift.exponent(self._shares) + drift.spread(self._shares) * self._drawn("drift"))

    def _relaxation(self, now: float) -> Values:
        model = self.physics.device
        if model.log_relaxation is not None:
            law, t = model.log_relaxation, log(max(now, 1.0))
            mean, deviation = (a * t + b for a, b in (law.mean, law.sigma))
            return np.asarray((mean + deviation * self._drawn("relaxation")) / law.full)
        if not model.relaxation:
            return np.zeros(self._shares.shape)
        return np.asarray(_between(model.relaxation, self._shares, now) * self._drawn("relaxation"))

    def _flicker(self, now: float) -> Values:
        """1/f noise as a share of the conductance; the same until the time is another."""
        flicker, drift = self.physics.device.flicker, self.physics.device.drift
        assert flicker is not None
        since = now + (float(drift.t0) * 1e-12 if drift is not None else 0.0)
        decades = log((since + self.physics.read) / (2 * self.physics.read))
        return np.asarray(self._flicker_unit * max(decades, 0.0) ** 0.5)

    @cached_property
    def _flicker_unit(self) -> Values:
        flicker = self.physics.device.flicker
        assert flicker is not None
        return np.asarray(flicker.factor(self._shares + self._written) * self._drawn("read_noise"))

    def _drawn(self, effect: str) -> Values:
        """Standard normal numbers of this writing."""
        return self._of_place(effect, False, lambda source, shape: source.standard_normal(shape))

    def _of_place(
        self, effect: str, physical: bool, draw: Callable[[np.random.Generator, tuple[int, int]], Values]
    ) -> Values:
        """A number a device here, shape (polarities, devices, rows, columns).

        Numbers belong to places on the tile: what else is written there changes nothing. ``physical``: to the devices
        themselves and not to one writing of them.
        """
        polarities, devices, height, width = self._shares.shape
        place, whole = self.place, (self.physics.rows, self.physics.columns + self.physics.offset)
        columns = np.arange(place.column, place.column + width)
        if self.physics.offset:
            columns[-1] = self.physics.columns
        found = np.empty(self._shares.shape)
        for polarity in range(polarities):
            for number in range(devices):
                whose = (
                    (place.hardware, effect, "device") if physical else (place.tile, effect, place.instance)
                )
                source = generator(place.seed, *whose, polarity, number)
                rows = draw(source, whole)[place.row : place.row + height]
                found[polarity, number] = rows[:, columns]
        return found


def _between(points: list[Relaxed], shares: Values, now: float) -> Values:
    """Deviation at a time, linear in its logarithm between the times given, and flat outside."""
    times = [log(float(point.after) * 1e-12) for point in points]
    sigmas = np.stack([point.sigma(shares) for point in points])
    t = np.clip(log(max(now, 1e-9)), times[0], times[-1])
    later = min(int(np.searchsorted(times, t, side="right")), len(times) - 1)
    if later == 0:
        return np.asarray(sigmas[0])
    share = (t - times[later - 1]) / (times[later] - times[later - 1])
    return np.asarray(sigmas[later - 1] * (1 - share) + sigmas[later] * share)
