"""Cuts weight matrices into the fewest equal sub-matrices that fit a tile."""

from dataclasses import dataclass

from simulator.workload.graph import Layer

Range = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """Rows and columns [begin, end) of one matrix of a layer; what a tile lacks to the full piece is padding.

    ``matrix`` is the matrix's number in the layer, ``reads`` as in ``workload.graph.Matrix``.
    """

    matrix: int
    name: str
    rows: Range
    columns: Range
    reads: int

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one MVM, padding not counted."""
        return (self.rows[1] - self.rows[0]) * (self.columns[1] - self.columns[0])


@dataclass(frozen=True)
class Chain:
    """One column group of a layer: pieces whose partial sums add up from first to last.

    With ``copies`` of a layer on the chip (duplication), copy number ``copy`` takes every copies-th position.
    """

    layer: str
    group: int
    columns: Range
    pieces: tuple[Piece, ...]
    copy: int = 0
    copies: int = 1

    def positions(self, total: int) -> int:
        """How many of a layer's positions this copy computes: copy, copy + copies, ..."""
        return len(range(self.copy, total, self.copies))

    @property
    def width(self) -> int:
        """Values that travel along the chain per position."""
        return self.columns[1] - self.columns[0]


def parts(size: int, limit: int, multiple: int = 1) -> list[Range]:
    """The fewest equal parts of at most ``limit``, each a multiple of ``multiple``; the last may be shorter."""
    units = -(-size // multiple)
    count = -(-units // (limit // multiple))
    step = -(-units // count) * multiple
    return [(begin, min(begin + step, size)) for begin in range(0, size, step)]


def split(layer: Layer, rows: int, columns: int) -> list[Chain]:
    """Column groups of a layer for tiles of ``rows`` x ``columns``.

    All matrices of a layer have the same outputs and add up (input and hidden gates of an LSTM), so they
    share the column cut and follow each other along the chain. Gates of one hidden unit stay together.
    """
    multiple = 4 if layer.kind == "lstm" else 1
    groups = parts(layer.matrices[0].columns, columns, multiple)
    return [
        Chain(layer.name, number, group, tuple(_pieces(layer, group, rows)))
        for number, group in enumerate(groups)
    ]


def _pieces(layer: Layer, group: Range, rows: int) -> list[Piece]:
    return [
        Piece(number, matrix.name, part, group, matrix.reads)
        for number, matrix in enumerate(layer.matrices)
        for part in parts(matrix.rows, rows)
    ]
