"""Weights to the levels that devices are to hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.functional.physics import Physics

Values = NDArray[np.float64]


_LARGEST = 1e60
"""Largest magnitude of a number (assumption): products of two, squared and added up, stay in double precision."""


def fits(found: tuple[int, ...], kind: "np.dtype[Any]", shape: tuple[int, ...], field: str) -> None:
    """InputError unless an array of this shape and type holds real numbers of the shape wanted."""
    if not np.issubdtype(kind, np.number) or np.issubdtype(kind, np.complexfloating):
        raise InputError("must be real numbers", field=field, value=str(kind))
    if found != shape:
        raise InputError(f"must have shape {shape}", field=field, value=found)


def checked(values: NDArray[Any], shape: tuple[int, ...], field: str) -> Values:
    """The values in double precision if they are usable numbers of this shape. InputError."""
    fits(values.shape, values.dtype, shape, field)
    if not np.isfinite(values).all():
        count = int((~np.isfinite(values)).sum())
        raise InputError(f"must be finite; {count} of {values.size} are NaN or infinite", field=field)
    largest = max(float(values.max(initial=0)), -float(values.min(initial=0)))
    if largest > _LARGEST:
        rule = f"must be at most {_LARGEST:g} in magnitude, so that sums of squares are finite"
        raise InputError(rule, field=field, value=largest, remedy="Scale the numbers")
    return values.astype(np.float64)


def scales(weights: Sequence[Values], physics: Physics) -> Values:
    """The weight that the largest level stands for: of some pieces, or of each column; shape (1,) or (columns,).

    Where all weights are zero it is 1.
    """
    axis = 0 if physics.per_column else None
    largest = np.max([np.abs(part).max(axis=axis) for part in weights], axis=0).reshape(-1)
    return np.where(largest > 0, largest, 1.0)


def levels(weights: Values, scale: Values, physics: Physics, *, rounded: bool) -> Values:
    """Levels of the polarities, shape (2, rows, columns); beside a reference column (1, rows, columns + 1)."""
    signed = weights / scale * physics.signed
    if rounded and physics.levels is not None:
        signed = np.rint(signed)
    if not physics.offset:
        return np.stack((np.maximum(signed, 0), np.maximum(-signed, 0)))
    reference = np.zeros((len(signed), 1))
    return (np.concatenate((signed, reference), axis=1) + physics.signed)[None]
