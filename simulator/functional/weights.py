"""Weights to the levels that devices are to hold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.functional.physics import Physics

Values = NDArray[np.float64]


def checked(values: Values, shape: tuple[int, ...], field: str) -> Values:
    """The values in double precision if they are numbers of this shape. InputError."""
    if not np.issubdtype(values.dtype, np.number) or np.iscomplexobj(values):
        raise InputError("must be real numbers", field=field, value=str(values.dtype))
    if values.shape != shape:
        raise InputError(f"must have shape {shape}", field=field, value=values.shape)
    if not np.isfinite(values).all():
        count = int((~np.isfinite(values)).sum())
        raise InputError(f"must be finite; {count} of {values.size} are NaN or infinite", field=field)
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
