"""How many positions every position of attention looks at."""

from functools import lru_cache

import numpy as np

from simulator.program.form import Duration, Int, Work


@lru_cache(maxsize=512)
def met(positions: int, seconds: int, causal: bool, longest: int, window: int = 0) -> Int:
    """Vectors that each position of a sequence meets, those of ``window`` at most (0: any), shape (places,).

    Of ``positions`` over ``seconds`` vectors (``causal``: those beyond as many are a past, which all meet); of a
    single token (``longest``), at each of so many places.
    """
    places = np.arange(1, (longest or positions) + 1, dtype=np.int64)
    all_of_them = places + seconds - positions if causal else np.full_like(places, seconds)
    found = np.minimum(all_of_them, window) if window else all_of_them
    found.setflags(write=False)
    return found


def work(times: Int, values: Int, drain: int | Int, longest: int) -> Work:
    """So many picoseconds (one at least) and values at each place; results are out ``drain`` picoseconds later."""
    busy = np.maximum(times, 1)
    occupancy, latency = duration(busy), duration(np.asarray(busy + drain, np.int64))
    if longest:
        return Work(1, occupancy, latency, growing=values)
    return Work(len(values), occupancy, latency, values=int(values.sum()))


def duration(times: Int) -> Duration:
    """A constant where all are the same."""
    return Duration(int(times[0])) if (times == times[0]).all() else Duration(table=times)
