"""Random numbers by name: a draw depends on the seed and on whose it is, never on what was drawn before."""

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

BLOCK = 64
"""MVMs whose noise is drawn together; any MVM's noise is its row of its block."""


def generator(seed: int, *name: object, block: int = 0) -> np.random.Generator:
    """Counter-based stream (Philox) of whom ``name`` says; ``block`` picks a place in it, 2^128 numbers further on.

    The key is a hash of seed and name, so that streams of different names have nothing in common.
    """
    text = "\x1f".join(map(str, (seed, *name)))
    key = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key, counter=block << 128))


def per_mvm(seed: int, *name: object, first: int, count: int, width: int) -> Floats:
    """Standard normal numbers of MVMs ``first`` to ``first + count - 1``, shape (count, width), single precision.

    However MVMs are batched, number n gets the same values.
    """
    begin, end = first // BLOCK, -(-(first + count) // BLOCK)
    drawn = np.empty(((end - begin) * BLOCK, width), np.float32)
    for number in range(begin, end):
        part = drawn[(number - begin) * BLOCK : (number - begin + 1) * BLOCK]
        generator(seed, *name, block=number).standard_normal(out=part, dtype=np.float32)
    return drawn[first - begin * BLOCK : first - begin * BLOCK + count]
