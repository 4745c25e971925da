"""Physics of tests, and the integer machine that they are held against."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from simulator.functional.array import Place
from simulator.functional.core import Core
from simulator.functional.device import device
from simulator.functional.effects import ALL
from simulator.functional.physics import Adc, Coding, Physics

PLACE = Place(7, "tile[1,1]")


def physics(name: str = "ideal", *, rows: int = 64, columns: int = 48, **change) -> Physics:
    """A tile of that device with 7-bit magnitudes in and 8 bits out."""
    model = device(name)
    full, floor = float(model.g_max), float(model.g_min)
    made = Physics(rows, columns, model, Coding(7), Adc(8), read=250e-9, full=full, floor=floor)
    return replace(made, **change)


def uniform(seed: int, shape: tuple[int, int], zeros: float = 0.3) -> np.ndarray:
    """Uniform on -1..1 with a share of zeros."""
    source = np.random.default_rng(seed)
    return source.uniform(-1, 1, shape) * (source.random(shape) >= zeros)


def core(made: Physics, weights: np.ndarray, on: frozenset[str] = ALL, **change) -> Core:
    """A written piece in the corner of a tile."""
    return Core(made, PLACE, weights, on, **change)


def half_even(value: Fraction) -> int:
    """Nearest integer, ties to even: Python's own rounding of exact fractions."""
    return round(value)


def integer_mvm(codes: list[int], weights: list[list[int]], coding: Coding, step: Fraction, most: int):
    """Converted result of one MVM by integers alone: reads, rounding, saturation, shift and add."""
    columns = len(weights[0])
    total = [0] * columns
    for factor, part, polarity in integer_reads(codes, coding):
        for column in range(columns):
            held = [row[column] for row in weights]
            if polarity == 0:
                held = [max(level, 0) for level in held]
            elif polarity == 1:
                held = [max(-level, 0) for level in held]
            exact = sum(code * level for code, level in zip(part, held, strict=True))
            total[column] += factor * min(max(half_even(Fraction(exact) / step), -most), most)
    return total


def integer_reads(codes: list[int], coding: Coding):
    """(factor, codes, polarity) of each read, by integers alone."""
    if coding.kind == "whole":
        return [(1, codes, None)]
    if coding.kind in ("signs", "quadrants"):
        parts = [(1, [max(c, 0) for c in codes]), (-1, [max(-c, 0) for c in codes])]
        if coding.kind == "signs":
            return [(sign, part, None) for sign, part in parts]
        return [(sign * (-1) ** p, part, p) for sign, part in parts for p in (0, 1)]
    groups = coding.bits if coding.kind == "digital" else coding.groups
    size = -(-coding.bits // groups)
    found, high = [], coding.bits
    while high > 0:
        low = max(high - size, 0)
        mask = (1 << high - low) - 1
        found.append((1 << low, [((abs(c) >> low) & mask) * (1 if c >= 0 else -1) for c in codes], None))
        high = low
    return found
