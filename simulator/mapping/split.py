"""Cuts weight matrices into the fewest equal sub-matrices that fit a tile."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.base.errors import InputError
from simulator.workload.graph import Layer

Range = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """Rows and columns [begin, end) of one matrix of a layer; what a tile lacks to the full piece is padding.

    ``matrix`` is the matrix's number in the layer, ``reads`` as in ``workload.graph.Matrix``. A piece of a
    block-diagonal matrix holds ``blocks`` whole blocks, or a part of one. ``bias_rows`` and ``bias_columns`` lie on the
    tile beside it.
    """

    matrix: int
    name: str
    rows: Range
    columns: Range
    reads: int
    blocks: int = 1
    bias_rows: int = 0
    bias_columns: int = 0

    @property
    def cells(self) -> int:
        """Cells that it takes, bias and zeros included."""
        return (self.height + self.bias_rows) * (self.width + self.bias_columns)

    @property
    def height(self) -> int:
        """Rows."""
        return self.rows[1] - self.rows[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.columns[1] - self.columns[0]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one MVM; padding and zeros outside the blocks are not counted."""
        return self.height * self.width // self.blocks

    @property
    def zeros(self) -> int:
        """Cells of the piece that are zero because they lie outside its blocks."""
        return self.height * self.width - self.macs


@dataclass(frozen=True)
class Chain:
    """One column group of a layer: pieces whose partial sums add up from first to last.

    With ``copies`` of a layer on the chip (duplication), copy number ``copy`` takes every copies-th position. With
    ``planes`` so many pieces that follow each other share a tile and are read one after the other. ``tied``: the
    devices are those of another layer, ``backward``: used from columns to rows.
    """

    layer: str
    group: int
    columns: Range
    pieces: tuple[Piece, ...]
    copy: int = 0
    copies: int = 1
    planes: int = 1
    tied: bool = False
    backward: bool = False

    @property
    def tiles(self) -> int:
        """Tiles that the pieces take, ``planes`` of them on each."""
        return -(-len(self.pieces) // self.planes)

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
    Of a block-diagonal matrix a column group holds as many whole blocks as fit; larger blocks are cut like
    matrices of their own.
    """
    if layer.matrices[0].blocks > 1:
        return _blockwise(layer, rows, columns)
    multiple = 4 if layer.kind == "lstm" else 1
    groups = parts(layer.matrices[0].columns, columns, multiple)
    return [
        Chain(layer.name, number, group, tuple(_pieces(layer, group, rows)))
        for number, group in enumerate(groups)
    ]


def _blockwise(layer: Layer, rows: int, columns: int) -> list[Chain]:
    """Column groups of block-diagonal matrices, all of as many blocks."""
    blocks = layer.matrices[0].blocks
    if any(matrix.blocks != blocks for matrix in layer.matrices):
        raise InputError("all its matrices must have as many blocks", field=layer.name)
    most = min(min(rows * blocks // m.rows, columns * blocks // m.columns) for m in layer.matrices)
    if most:
        groups = [_whole_blocks(layer, blocks, part) for part in parts(blocks, most)]
    else:
        groups = [group for block in range(blocks) for group in _cut_block(layer, block, rows, columns)]
    return [Chain(layer.name, n, group[0].columns, tuple(group)) for n, group in enumerate(groups)]


def _whole_blocks(layer: Layer, blocks: int, part: Range) -> list[Piece]:
    """A piece of each matrix with blocks [begin, end)."""
    held = part[1] - part[0]
    return [
        Piece(n, m.name, _share(m.rows, blocks, part), _share(m.columns, blocks, part), m.reads, held)
        for n, m in enumerate(layer.matrices)
    ]


def _cut_block(layer: Layer, block: int, rows: int, columns: int) -> Iterator[list[Piece]]:
    """Column groups of one block."""
    matrices, blocks = layer.matrices, layer.matrices[0].blocks
    first = block * matrices[0].columns // blocks
    for begin, end in parts(matrices[0].columns // blocks, columns):
        yield [
            Piece(n, m.name, _moved(cut, block * m.rows // blocks), (first + begin, first + end), m.reads)
            for n, m in enumerate(matrices)
            for cut in parts(m.rows // blocks, rows)
        ]


def _share(size: int, blocks: int, part: Range) -> Range:
    return size // blocks * part[0], size // blocks * part[1]


def _moved(part: Range, by: int) -> Range:
    return part[0] + by, part[1] + by


def _pieces(layer: Layer, group: Range, rows: int) -> list[Piece]:
    return [
        Piece(number, matrix.name, part, group, matrix.reads)
        for number, matrix in enumerate(layer.matrices)
        for part in parts(matrix.rows, rows)
    ]
