"""Activations to integer codes, and codes to what drives the rows, one read after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.functional.physics import Coding

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Read:
    """What drives the rows until results are converted: codes, their weight in the sum, and which polarity is read.

    ``polarity``: 0, 1, or None for the difference of both. ``share`` of the whole MVM's integration time.
    """

    codes: Floats
    weight: int = 1
    polarity: int | None = None
    share: float = 1.0


def encode(values: Floats, largest: float, coding: Coding, *, rounded: bool = True) -> Floats:
    """Codes: sign and magnitude, ``largest`` becomes the largest code and what is beyond saturates.

    ``rounded`` off: not rounded, still saturated.
    """
    codes = values * (coding.largest / largest if largest > 0 else 0.0)
    if rounded:
        np.rint(codes, out=codes)
    np.clip(codes, -coding.largest, coding.largest, out=codes)
    return codes


def reads(codes: Floats, coding: Coding) -> Iterator[Read]:
    """The reads of an MVM; weights times codes of all of them add up to ``codes``."""
    if coding.kind == "whole":
        yield Read(codes)
    elif coding.kind in ("digital", "analog"):
        yield from _bits(codes, coding)
    else:
        polarities: tuple[int | None, ...] = (None,) if coding.kind == "signs" else (0, 1)
        for sign in (1, -1):
            part = np.maximum(sign * codes, 0)
            for polarity in polarities:
                yield Read(part, sign * (-1 if polarity == 1 else 1), polarity)


def _bits(codes: Floats, coding: Coding) -> Iterator[Read]:
    """Ternary reads: a bit, or a group of neighbouring bits, with the sign of its value; lowest first.

    Groups are of one size but the lowest, which has what is left.
    """
    size = -(-coding.bits // (coding.bits if coding.kind == "digital" else coding.groups))
    edges = [*range(coding.bits, 0, -size), 0][::-1]
    times = [(1 << high - low) - 1 for low, high in pairwise(edges)]
    magnitude, sign = np.abs(codes), np.sign(codes)
    for (low, high), time in zip(pairwise(edges), times, strict=True):
        part = np.floor(magnitude / (1 << low))
        part -= np.floor(magnitude / (1 << high)) * (1 << high - low)
        yield Read(part * sign, 1 << low, share=time / sum(times))
