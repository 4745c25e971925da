"""Attention of one head and three tokens, by hand.

The host, its port and the buffers cost nothing. Query, key and value of a token are there together, at 205, 337.5 and
470 ns: an MVM (one phase) every 132.5 ns, the first of which is through after 205 ns.
"""

from pathlib import Path
from typing import Any

import pytest
from attention_networks import agree, network, starts, whole

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
