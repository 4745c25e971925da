"""Attention of one head and three tokens, by hand.

The host, its port and the buffers cost nothing. Query, key and value of a token are there together, at 205, 337.5 and
470 ns: an MVM (one phase) every 132.5 ns, the first of which is through after 205 ns.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from attention_networks import agree, counted, network, starts, whole

from simulator.base.errors import InputError

NS = 1000
IDEAL = ("network", "memory", "host")
ONE_PHASE = "tile.read_mode=one_phase"


def three_tokens(folder: Path, style: str, *, causal: bool) -> Any:
    small = network(folder, causal=causal, heads=1, key_heads=1, length=3, layers=1)
    result = whole(small, style, 1, ONE_PHASE, ideal=IDEAL)
    agree(result)
    assert starts(result, "query0", "at host") == [205_000, 337_500, 470_000]
    return result


def times(result: Any, *streams: tuple[str, str]) -> list[list[float]]:
    return [[time / NS for time in starts(result, *stream)] for stream in streams]


DIGITAL = (("scores0", "write"), ("scores0", "computed"), ("softmax0", "computed"), ("mix0", "computed"))


@pytest.mark.parametrize("causal", [True, False])
def test_digital_units_work_token_behind_token(tmp_path: Path, causal: bool) -> None:
    """8 bytes at 64 Gbit/s are written in 1 ns. A cycle of 1 ns takes a key; four more, and the result is there.

    Causal: token 2 is written from 337.5 to 338.5; its scores start with the cycle of 339, take 2 ns and are known at
    345; so is their softmax at 351. Else all wait for token 3, written until 471, and follow one another by 3 ns.
    """
    result = three_tokens(tmp_path, "digital", causal=causal)
    written, scores, softmax, mix = times(result, *DIGITAL)
    assert written == [205, 337.5, 470]
    if causal:
        assert (scores, softmax, mix) == ([206, 339, 471], [211, 345, 478], [216, 351, 485])
    else:
        assert (scores, softmax, mix) == ([471, 474, 477], [478, 481, 484], [485, 488, 491])


GAIN_CELL = (("scores0", "write"), ("scores0", "computed"), ("mix0", "pulses"), ("mix0", "computed"))


@pytest.mark.parametrize("causal", [True, False])
def test_pulses_go_through_keys_then_values(tmp_path: Path, causal: bool) -> None:
    """Written in 10 ns; 15 ns through the keys, 15 ns through the values, then 35 ns of counting: 65 ns a token.

    Else all wait for token 3, written until 480: queries follow by 30 ns, as the charge of one is on the capacitors
    until its pulses end, and counting takes 35 ns each.
    """
    result = three_tokens(tmp_path, "gain_cell", causal=causal)
    written, scores, pulses, counted = times(result, *GAIN_CELL)
    assert written == [205, 337.5, 470]
    if causal:
        assert (scores, pulses, counted) == ([215, 347.5, 480], [230, 362.5, 495], [245, 377.5, 510])
    else:
        assert (scores, pulses, counted) == ([480, 510, 540], [495, 525, 555], [510, 545, 580])


CROSSBARS = (
    ("scores0", "write"),
    ("mix0", "write"),
    ("scores0", "computed"),
    ("softmax0", "computed"),
    ("mix0", "computed"),
)


def test_crossbars_do_scores_softmax_and_mix_in_turn(tmp_path: Path) -> None:
    """Two crossbars of 8 x 16 cells: 8 bits, 3 rows a read, 0.1 ns a column, 1 ns to set a row; written in 100 ns.

    Scores with 1, 2, 3 keys: 24 reads of 8, 16, 16 columns and 8 rows set, 27.2, 46.4, 46.4 ns. Softmax: 5 products a
    value, 6.4 ns each, two at a time: 19.2, 32, 51.2 ns, and 3 ns behind. Mix: 4 crossbars in 2 turns of 8 reads of 16
    columns and 1, 2, 3 rows set: 27.6, 29.6, 31.6 ns. Writing takes the port that scores or mix read through.
    """
    result = three_tokens(tmp_path, "computation_crossbar", causal=True)
    keys, values, scores, softmax, mix = times(result, *CROSSBARS)
    assert keys == [205, 337.5, 511.5]  # the third waits for the scores of the second
    assert values == [205, 337.5, 470]
    assert scores == [305, 465.1, 611.5]  # the second waits for the mix of the first
    assert softmax == [332.2, 511.5, 657.9]
    assert mix == [437.5, 570, 712.1]  # first and second wait until a value is written


def test_crossbars_serve_who_was_ready_first(tmp_path: Path) -> None:
    """All wait for token 3, written until 570. Of softmax and scores that are ready at once, softmax goes first."""
    result = three_tokens(tmp_path, "computation_crossbar", causal=False)
    _, _, scores, softmax, mix = times(result, *CROSSBARS)
    assert scores == [570, 667.6, 796.8]
    assert softmax == [616.4, 745.6, 874.8]
    assert mix == [714, 843.2, 929]


def test_conversions_and_what_is_written_are_counted(tmp_path: Path) -> None:
    """A head of 8 values in 3 reads of rows, 64 pairs of bits: 192 conversions a key. Mix: 8 columns, 3 rows a read.

    A softmax value is 5 products of 64 conversions. Three keys and values of a byte each.
    """
    result = three_tokens(tmp_path, "computation_crossbar", causal=True)
    found = counted(result, "convert")
    assert found["scores0"] == 192 * (1 + 2 + 3)
    assert found["mix0"] == 64 * 8 * 3
    assert found["softmax0"] == 5 * 64 * (1 + 2 + 3)
    assert counted(result, "written") == {"scores0": 24, "mix0": 24}
    spent = Counter[str]()
    for entry in result.energy:
        spent[entry.part] += entry.energy if entry.layer == "scores0" else 0
    assert spent["attention_converters"] == pytest.approx(0.7 * 192 * 6)
    assert spent["attention_writing"] == pytest.approx(8 * (25 - 0.35) * 24)
    assert spent["attention_memory"] == pytest.approx(8 * 0.35 * (24 + 8 * 6))


def test_positions_abreast_follow_by_their_share_of_the_time(tmp_path: Path) -> None:
    """Two at a time: scores of 46.4 ns follow by 23.2 ns, each still known after 46.4 ns."""
    small = network(tmp_path, causal=False, heads=1, key_heads=1, length=3, layers=1)
    result = whole(small, "computation_crossbar", 1, ONE_PHASE, ideal=IDEAL, abreast=2)
    agree(result)
    scores, softmax = times(result, ("scores0", "computed"), ("softmax0", "computed"))
    assert scores[:2] == [570, 593.2]
    assert softmax[0] == 616.4


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (
            {"rows_per_read": 4},
            "attention.rows_per_read: must be at most 3, sums that a converter tells apart, or all",
        ),
        ({"columns": 4}, "attention.columns: must be at least the 8 columns of a value"),
    ],
)
def test_crossbars_that_cannot_be_are_refused(tmp_path: Path, change: dict[str, int], rule: str) -> None:
    small = network(tmp_path, causal=False, heads=1, key_heads=1, length=3, layers=1)
    with pytest.raises(InputError) as caught:
        whole(small, "computation_crossbar", 1, **change)
    assert rule in str(caught.value)


ARRAYS = (("scores0", "write"), ("scores0", "computed"), ("softmax0", "computed"), ("mix0", "computed"))


@pytest.mark.parametrize("causal", [True, False])
def test_arrays_are_written_or_read(tmp_path: Path, causal: bool) -> None:
    """A line is written in 1 us, an MVM takes 100 ns; softmax a cycle of 1 ns a value and four more.

    Causal: query 1 may look from 1,205 on, but key 2 has waited longer for the arrays and key 3, ready when key 2 is
    written, has not: scores at 2,205, then key 3; queries 2 and 3 follow. Values are written by 3,205, which mix 1
    has to wait for. Else all wait for key 3.
    """
    written, scores, softmax, mix = times(three_tokens(tmp_path, "rewritten_array", causal=causal), *ARRAYS)
    if causal:
        assert written == [205, 1205, 2305]
        assert (scores, softmax, mix) == ([2205, 3305, 3405], [2305, 3405, 3505], [3205, 3411, 3512])
    else:
        assert written == [205, 1205, 2205]
        assert (scores, softmax, mix) == ([3205, 3305, 3405], [3305, 3405, 3505], [3312, 3412, 3512])
