"""A mapped layer on its tiles: the pieces, splits and hops that the timing engine also walks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.functional.ages import Ages
from simulator.functional.array import Place
from simulator.functional.converter import step
from simulator.functional.core import Core
from simulator.functional.digital import added, scaled, sent
from simulator.functional.effects import ALL
from simulator.functional.inputs import encode
from simulator.functional.physics import Physics
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
    """A column group: a chain of written pieces; ``hop``: what a step of its partial sums is worth."""

    placed: PlacedChain
    cores: list[Core]
    hop: float = 1.0
    gains: list[Values] = field(default_factory=list)


class Layer:
    """A layer with weights written.

    ``weights``: one array a matrix of the layer, whole, shape (rows, columns); of a layer that uses the matrix of
    another, that one's.
    """

    def __init__(self, mapping: Mapping, name: str, weights: Sequence[Values], setup: Setup):
        self.physics, self.on = setup.physics, setup.on
        self.width = weights[0].shape[0 if mapping.graph[name].backward else 1]
        places = corners(mapping)
        self.columns = [
            Column(placed, _cores(placed, places[number], weights, setup))
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
        codes = self.encode(inputs)
        for column in self.columns:
            column.gains = []
            partial, most = np.zeros((len(codes[0]), column.placed.chain.width)), 0.0
            for core, piece in zip(column.cores, column.placed.chain.pieces, strict=True):
                own = codes[piece.matrix][:, slice(*piece.rows)]
                core.calibrate(own)
                partial = partial + core.product(own) * (core.scale * self._unit(piece.matrix))
                most = max(most, float(np.abs(partial).max(initial=0)))
                column.gains.append(np.ones(1))
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
        chain, tiles = column.placed.chain, column.placed.tiles
        for core, piece, tile, gain in zip(column.cores, chain.pieces, tiles, column.gains, strict=True):
            steps = core.multiply(codes[piece.matrix][:, slice(*piece.rows)], first, ages(tile))
            worth = core.step * core.scale * self._unit(piece.matrix) / column.hop
            value = scaled(steps, worth * gain, half=half)
            if total is not None:
                value = added(value, self._send(total), half=half)
            total = value
        assert total is not None
        return total * column.hop

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


def _cores(
    placed: PlacedChain, corner: Sequence[Corner], weights: Sequence[Values], setup: Setup
) -> list[Core]:
    return [
        Core(
            setup.physics,
            Place(
                setup.seed,
                tile if not at.plane else f"{tile} plane {at.plane}",
                at.row,
                at.column,
                setup.instance,
            ),
            weights[piece.matrix][tuple(slice(*part) for part in held(placed, piece))],
            setup.on,
            placed.chain.backward,
        )
        for tile, piece, at in zip(placed.tiles, placed.chain.pieces, corner, strict=True)
    ]
