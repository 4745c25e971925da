"""From option values about accuracy to what a run is asked."""

from pathlib import Path
from typing import Literal

from simulator.study.network_accuracy import Asked
from simulator.study.product_words import age


def exactness(after: str, instances: int, weights: str | None, seed: int) -> Asked:
    """What ``run --accuracy`` asks for. InputError."""
    given: Path | Literal["random"] | None = None
    if weights is not None:
        given = "random" if weights == "random" else Path(weights)
    return Asked(age(after, "--after"), instances, given, seed=seed)
