"""Fewest equal sub-matrices."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.mapping.split import parts, split
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
