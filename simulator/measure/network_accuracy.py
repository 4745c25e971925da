"""How exact the products of a network's layers are, on the tiles and at the time of a run."""

from dataclasses import dataclass

from simulator.functional.metrics import Errors, Interval
from simulator.measure.accuracy import CLIPPED


@dataclass(frozen=True)
class LayerErrors:
    """A layer's products over programming instances.

    ``age``: seconds since its tiles were written when it ran, the mean of its tiles. ``clipped``: share of conversions
    that saturated, ``sums_clipped`` of partial sums between tiles, each of the worst instance. ``hidden``: relative L2
    error of the hidden values that a global unit makes of the products, where there is one.
    """

    layer: str
    tiles: int
    age: float
    samples: tuple[Errors, ...]
    clipped: float
    sums_clipped: float
    hidden: tuple[float, ...] = ()

    def interval(self, figure: str) -> Interval:
        """Mean and 95 % confidence interval of raw, gain, column, snr or enob."""
        return Interval.of([float(getattr(sample, figure)) for sample in self.samples])


@dataclass(frozen=True)
class NetworkAccuracy:
    """All layers with weights; ``after``: seconds from writing to the run; ``told``: what the data were.

    ``compensation_ns``, ``compensation_pj``: what measuring all gains once before the run takes; of layers that are
    ``rewritten`` in its course none is measured.
    """

    layers: tuple[LayerErrors, ...]
    device: str
    after: float
    told: str
    compensation_ns: float
    compensation_pj: float
    rewritten: int = 0

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before he uses the figures."""
        said = []
        if self.rewritten:
            said.append(f"no gains are measured of {self.rewritten} layers that are written during the run")
        for row in self.layers:
            if row.clipped > CLIPPED:
                said.append(f"{row.layer}: {row.clipped:.1%} of conversions saturate")
            if row.sums_clipped > CLIPPED:
                said.append(f"{row.layer}: {row.sums_clipped:.1%} of partial sums saturate between tiles")
        return said
