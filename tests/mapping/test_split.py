"""Fewest equal sub-matrices, whole blocks of block-diagonal ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.mapping.split import Piece, parts, split
from simulator.workload.graph import Layer, Matrix


def test_published_cuts() -> None:
    assert parts(2016, 256) == [(n * 252, n * 252 + 252) for n in range(8)]
    assert [b - a for a, b in parts(4064, 256)] == [254] * 16
    assert parts(27, 256) == [(0, 27)]


@given(st.integers(1, 5000), st.integers(4, 600), st.sampled_from([1, 4]))
def test_parts_cover_without_overlap_and_none_is_too_large(size: int, limit: int, multiple: int) -> None:
    found = parts(size, limit, multiple)
    assert [begin for begin, _ in found] == [0, *(end for _, end in found[:-1])]
    assert found[-1][1] == size
    assert max(end - begin for begin, end in found) <= limit
    units, most = -(-size // multiple), limit // multiple
    assert len(found) <= -(-units // most)
    assert all((end - begin) % multiple == 0 for begin, end in found[:-1])


def test_gates_of_an_lstm_add_up_along_the_chain_and_hidden_units_stay_whole() -> None:
    gates = (Matrix("input_gate", 128, 2016), Matrix("hidden_gate", 504, 2016, -1))
    chains = split(Layer("lstm", "lstm", (), (5,), 504, gates), 256, 256)
    assert [chain.columns for chain in chains][:2] == [(0, 252), (252, 504)]
    assert [(p.name, p.rows) for p in chains[0].pieces] == [
        ("input_gate", (0, 128)),
        ("hidden_gate", (0, 252)),
        ("hidden_gate", (252, 504)),
    ]
    odd = split(Layer("lstm", "lstm", (), (5,), 65, (Matrix("input_gate", 8, 260),)), 256, 256)
    assert [chain.width for chain in odd] == [132, 128]


def blocks(layer_rows: int, columns: int, number: int, rows: int = 256, width: int = 256) -> list[Piece]:
    matrix = Matrix("weights", layer_rows, columns, blocks=number)
    chains = split(Layer("dw", "conv2d", (), (5,), columns, (matrix,)), rows, width)
    return [piece for chain in chains for piece in chain.pieces]


def test_depthwise_and_grouped_convolutions_are_packed_by_whole_blocks() -> None:
    depthwise = blocks(9 * 96, 96, 96)  # 28 blocks of 9 rows fit: four equal parts of 24
    assert [(p.rows, p.columns, p.blocks) for p in depthwise[:2]] == [
        ((0, 216), (0, 24), 24),
        ((216, 432), (24, 48), 24),
    ]
    assert (len(depthwise), depthwise[0].macs, depthwise[0].zeros) == (4, 216, 216 * 23)
    assert [p.blocks for p in blocks(9 * 128, 128, 8)] == [1] * 8  # 144 x 16: one a tile, by its rows
    halves = blocks(600, 80, 2)  # larger than a tile: each block is cut along its rows
    assert [(p.rows, p.columns) for p in halves] == [
        ((0, 150), (0, 40)), ((150, 300), (0, 40)), ((300, 450), (40, 80)), ((450, 600), (40, 80)),
    ]  # fmt: skip
    mixed = (Matrix("a", 8, 8, blocks=2), Matrix("b", 8, 8, blocks=4))
    with pytest.raises(InputError, match="dw: all its matrices must have as many blocks"):
        split(Layer("dw", "conv2d", (), (5,), 8, mixed), 256, 256)


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 60), st.integers(8, 64), st.integers(8, 64))
def test_pieces_of_blocks_cover_the_weights_once_and_fit(
    n: int, r: int, c: int, rows: int, columns: int
) -> None:
    covered = np.zeros((n * r, n * c), np.int64)
    pieces = blocks(n * r, n * c, n, rows, columns)
    for piece in pieces:
        assert piece.height <= rows
        assert piece.width <= columns
        covered[slice(*piece.rows), slice(*piece.columns)] += 1
    weights = np.kron(np.eye(n, dtype=np.int64), np.ones((r, c), np.int64))
    assert covered.max() == 1
    assert (covered[weights == 1] == 1).all()
    assert sum(piece.macs for piece in pieces) == weights.sum() == n * r * c
    assert sum(piece.zeros for piece in pieces) == covered.sum() - weights.sum()
