"""A mapped layer on its tiles: the pieces, splits and hops that the timing engine also walks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.chip.topology import of_sets
from simulator.functional.ages import Ages
from simulator.functional.array import Place
from simulator.functional.converter import step
from simulator.functional.core import Core, calibrate, multiply
from simulator.functional.digital import added, scaled, sent
from simulator.functional.effects import ALL
from simulator.functional.inputs import encode
from simulator.functional.physics import Physics
from simulator.functional.weights import scales
from simulator.mapping.placed import PlacedChain
from simulator.mapping.plan import Mapping
from simulator.mapping.split import Piece, Range

Floats = NDArray[np.floating[Any]]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Corner:
    """First row and column of a piece on its tile, and which of the planes that share its devices holds it."""

    row: int
    column: int
    plane: int = 0


@dataclass(frozen=True)
class Setup:
    """Physics, the chip (``seed``), which writing of it, and the effects that are ``on``."""

    physics: Physics
    seed: int = 0
    instance: int = 0
    on: frozenset[str] = ALL


def planes(mapping: Mapping, layer: str) -> int:
    """Matrices that share the devices of a layer's tiles."""
    return max(placed.chain.planes for placed in mapping.of(layer))


def corners(mapping: Mapping) -> dict[int, list[Corner]]:
    """Where every piece is on its tile, by number of chain.

    Pieces that share a tile follow each other along its diagonal, and on the next plane where one is full. Those of a
    layer that uses the matrix of another are where that one's are.
    """
    rows, columns = mapping.hardware.rows, mapping.hardware.columns
    used: dict[str, Corner] = {}
    found: dict[int, list[Corner]] = {number: [] for number in range(len(mapping.chains))}
    seats: dict[tuple[object, ...], Corner] = {}
    for number, placed in sorted(enumerate(mapping.chains), key=lambda item: item[1].chain.tied):
        owner = mapping.graph[placed.chain.layer].owner
        for tile, piece in zip(placed.tiles, placed.chain.pieces, strict=True):
            seat = (tile, owner, placed.chain.copy, piece.matrix, *held(placed, piece))
            if seat not in seats:
                at = used.get(tile, Corner(0, 0))
                if at.row + piece.height > rows or at.column + piece.width > columns:
                    at = Corner(0, 0, at.plane + 1)
                seats[seat] = at
                used[tile] = Corner(at.row + piece.height, at.column + piece.width, at.plane)
            found[number].append(seats[seat])
    return found


def held(placed: PlacedChain, piece: Piece) -> tuple[Range, Range]:
    """Rows and columns of the matrix that a piece holds, whichever way it is used."""
    return (piece.columns, piece.rows) if placed.chain.backward else (piece.rows, piece.columns)


@dataclass
class Column:
    """A column group: a chain of written pieces; ``hop``: what a step of its partial sums is worth.

    ``joined``: numbers of the pieces that share converters, usually each with its own. A gain for each of these.
    """

    placed: PlacedChain
    cores: list[Core]
    joined: list[range]
    hop: float = 1.0
    gains: list[Values] = field(default_factory=list)

    def ages(self, part: range, ages: Ages) -> list[float]:
        """Seconds since some of its pieces were written."""
        return [ages(self.placed.tiles[number]) for number in part]


class Layer:
    """A layer with weights written.

    ``weights``: one array a matrix of the layer, whole, shape (rows, columns); of a layer that uses the matrix of
    another, that one's.
    """

    def __init__(self, mapping: Mapping, name: str, weights: Sequence[Values], setup: Setup):
        self.physics, self.on = setup.physics, setup.on
        self.width = weights[0].shape[0 if mapping.graph[name].backward else 1]
        places = corners(mapping)
        self._one_unit = mapping.hardware.transport == "circuits"
        self.columns = [
            _column(placed, places[number], weights, setup, joined=self._one_unit)
            for number, placed in enumerate(mapping.chains)
            if placed.chain.layer == name
        ]
        self._largest = [1.0] * len(weights)
        self.sums_clipped = self.sums_sent = 0

    @property
    def cores(self) -> list[Core]:
        """All pieces."""
        return [core for column in self.columns for core in column.cores]

    def calibrate(self, inputs: Sequence[Values]) -> None:
        """Set scales of inputs, converters and partial sums from inputs of the calibration, one array a matrix."""
        self._largest = [float(np.abs(values).max(initial=0)) for values in inputs]
        if self._one_unit:
            self._largest = [max(self._largest)] * len(inputs)
        codes = self.encode(inputs)
        for column in self.columns:
            partial, most = np.zeros((len(codes[0]), column.placed.chain.width)), 0.0
            column.gains = [np.ones(1) for _ in column.joined]
            for part in column.joined:
                cores, own = column.cores[part.start : part.stop], self._own(column, part, codes)
                calibrate(cores, own)
                exact = sum(core.product(values) for core, values in zip(cores, own, strict=True))
                partial = partial + exact * self._worth(column, part)
                most = max(most, float(np.abs(partial).max(initial=0)))
            column.hop = step(most, (1 << self.physics.partial_bits - 1) - 1)

    def encode(self, inputs: Sequence[Values]) -> list[Floats]:
        """Input codes, one array a matrix."""
        rounded = "inputs" in self.on
        return [
            encode(values, largest, self.physics.coding, rounded=rounded)
            for values, largest in zip(inputs, self._largest, strict=True)
        ]

    def forward(self, inputs: Sequence[Values], ages: Ages, first: int = 0) -> Values:
        """Results of MVMs from number ``first``, shape (MVMs, columns); one array of inputs a matrix, (MVMs, rows).

        Copies of the layer take turns; groups of the same columns are added up at the host.
        """
        codes = self.encode(inputs)
        found = np.zeros((len(codes[0]), self.width))
        numbers = np.arange(first, first + len(found))
        for column in self.columns:
            chain = column.placed.chain
            mine = numbers % chain.copies == chain.copy
            if mine.any():
                own, begin = [values[mine] for values in codes], int(numbers[mine][0]) // chain.copies
                found[mine, slice(*chain.columns)] += self._along(column, own, begin, ages)
        return found

    def _along(self, column: Column, codes: Sequence[Floats], first: int, ages: Ages) -> Values:
        """Partial sums from tile to tile, each rounded to few bits on its way."""
        half = self.physics.half and "local_unit" in self.on
        total: Values | None = None
        for part, gain in zip(column.joined, column.gains, strict=True):
            cores, own = column.cores[part.start : part.stop], self._own(column, part, codes)
            steps = multiply(cores, own, first, column.ages(part, ages))
            worth = cores[-1].step * self._worth(column, part) / column.hop
            value = scaled(steps, worth * gain, half=half)
            if total is not None:
                value = added(value, self._send(total), half=half)
            total = value
        assert total is not None
        return total * column.hop

    def _own(self, column: Column, part: range, codes: Sequence[Floats]) -> list[Floats]:
        """What drives each of some pieces."""
        pieces = column.placed.chain.pieces[part.start : part.stop]
        return [codes[piece.matrix][:, slice(*piece.rows)] for piece in pieces]

    def _worth(self, column: Column, part: range) -> Values:
        """What a product unit of pieces that share converters is worth."""
        return column.cores[part.start].scale * self._unit(column.placed.chain.pieces[part.start].matrix)

    def _send(self, partial: Values) -> Values:
        if "partial_sums" not in self.on:
            return partial
        whole, beyond = sent(partial, self.physics.partial_bits)
        self.sums_clipped, self.sums_sent = self.sums_clipped + beyond, self.sums_sent + whole.size
        return whole

    def _unit(self, matrix: int) -> float:
        """What a product unit is worth for a largest weight of one."""
        return self._largest[matrix] / self.physics.coding.largest / self.physics.signed

    def reset_counts(self) -> None:
        """Begin to count saturated results anew."""
        self.sums_clipped = self.sums_sent = 0
        for core in self.cores:
            core.clipped = core.converted = 0

    @property
    def sums_saturated(self) -> float:
        """Share of partial sums that saturated."""
        return self.sums_clipped / self.sums_sent if self.sums_sent else 0.0

    @property
    def clipped(self) -> float:
        """Share of conversions that saturated."""
        converted = sum(core.converted for core in self.cores)
        return sum(core.clipped for core in self.cores) / converted if converted else 0.0


def _column(
    placed: PlacedChain, corner: Sequence[Corner], weights: Sequence[Values], setup: Setup, *, joined: bool
) -> Column:
    """Written pieces. ``joined``: their charge adds up before one converter, so a level is worth the same in all."""
    parts = [
        weights[piece.matrix][tuple(slice(*part) for part in held(placed, piece))]
        for piece in placed.chain.pieces
    ]
    common = scales(parts, setup.physics) if joined else None
    cores = [
        Core(setup.physics, _place(tile, at, setup), part, setup.on, placed.chain.backward, common)
        for tile, at, part in zip(placed.tiles, corner, parts, strict=True)
    ]
    every = range(len(cores))
    return Column(placed, cores, [every] if joined else [range(number, number + 1) for number in every])


def _place(tile: str, at: Corner, setup: Setup) -> Place:
    name = tile if not at.plane else f"{tile} plane {at.plane}"
    return Place(setup.seed, name, at.row, at.column, setup.instance, site=of_sets(tile))
