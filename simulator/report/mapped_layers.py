"""What a mapping does with each layer, and why: tiles, copies, waste, rounds, share of the interval."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from simulator.chip.topology import tile_of
from simulator.mapping.balance import position_time
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping
from simulator.measure.bounds import Bound, bounds
from simulator.program.form import Inference
from simulator.workload.graph import Layer

WHY = {
    "slowest": "no layer takes longer with its copies",
    "copied": "slow with one copy",
    "recurrent": "a step waits for the one before, so one copy",
    "planes": "its tiles hold two matrices each, read one after the other: the chip would be too full",
    "blocks": "whole blocks of a block-diagonal matrix side by side, zeros beside them",
    "joint": "pieces of other layers sit on its tiles too, one MVM at a time",
}
"""Why a layer is mapped as it is -> what that means."""


@dataclass(frozen=True)
class LayerRow:
    """A layer with weights on its tiles.

    ``tiles``: tiers where tiles have several. ``full``: weights over cells of its tiles; ``zeros``: cells that its
    blocks leave at zero over the same; ``rounds``: positions that one copy computes; ``time`` [ps]: they take at
    least; ``share`` of the interval's bound.
    """

    layer: Layer
    chip: int
    first: str
    tiles: int
    copies: int
    cut: str
    full: float
    zeros: float
    rounds: int
    time: int
    share: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class MappedLayers:
    """Rows of a mapping, and the lower bounds of its steady interval, the largest first."""

    plan: Mapping

    @cached_property
    def bounds(self) -> list[Bound]:
        """Bounds of the lowered network, by part."""
        return bounds(lower(self.plan, [self.plan.graph], [Inference()]))

    @cached_property
    def rows(self) -> list[LayerRow]:
        """One row a layer with weights, in the order of the network."""
        return [self._row(layer) for layer in self.plan.graph.mapped]

    @cached_property
    def _slowest(self) -> int:
        return max(self._time(layer) for layer in self.plan.graph.mapped)

    def _time(self, layer: Layer) -> int:
        placed = self.plan.of(layer.name)
        chains, rounds = [item.chain for item in placed], -(-layer.positions // placed[0].chain.copies)
        if self.plan.hardware.tiers > 1:
            rounds *= max(Counter(tile_of(tile) for item in placed for tile in item.tiles).values())
        return rounds * position_time(chains, self.plan.hardware, layer)

    def _row(self, layer: Layer) -> LayerRow:
        placed, hardware = self.plan.of(layer.name), self.plan.hardware
        copies = placed[0].chain.copies
        tiles = len({tile for item in placed for tile in item.tiles})
        return LayerRow(
            layer,
            self.plan.chip(layer.name),
            placed[0].tiles[0],
            tiles,
            copies,
            f"{len(placed[0].chain.pieces)} x {len(placed) // copies}",
            self.plan.utilisation(layer.name),
            self.plan.zeros(layer.name) / (tiles * hardware.rows * hardware.columns),
            -(-layer.positions // copies),
            self._time(layer),
            self._time(layer) / self.bounds[0].interval,
            tuple(self._why(layer)),
        )

    def _why(self, layer: Layer) -> Iterator[str]:
        """What decided how the layer is mapped: keys of ``WHY``."""
        placed = self.plan.of(layer.name)
        if self._time(layer) == self._slowest:
            yield "slowest"
        if placed[0].chain.copies > 1:
            yield "copied"
        elif any(matrix.reads < 0 for matrix in layer.matrices):
            yield "recurrent"
        if placed[0].chain.planes > 1:
            yield "planes"
        if layer.matrices[0].blocks > 1:
            yield "blocks"
        if any(tile in self.plan.shared for item in placed for tile in item.tiles):
            yield "joint"
