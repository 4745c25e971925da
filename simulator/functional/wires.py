"""Wire resistance of an array as a linear operator: extracted once, then a matrix product an MVM.

A row is driven at one end and open at the other; a column is read at virtual ground at one end; a cell joins both.
Everything is linear, so that currents are G_eff^T v with an effective conductance matrix G_eff. Rows are added one by
one: of what is above, only the admittance seen from the columns (dense, n x n) and its response to the inputs so far
matter. That is block elimination of the nodal equations, exact but for rounding. A row of cells G whose wire has the
resistances Z from its driver joins the columns as G (1 + Z G)^-1, and its driver acts as the sums of that.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def effective(
    conductance: Matrix, row: float, column: float, *, lead: int = 0, tail: int = 0
) -> NDArray[np.float64]:
    """G_eff [S], rows x columns, such that column currents are v @ G_eff for row voltages v.

    ``conductance`` [S]; ``row``, ``column``: resistance [ohm] from cell to cell; ``lead``: cells that a row passes
    before the first here, ``tail``: cells that a column passes after the last one here.
    """
    rows, columns = conductance.shape
    place, identity = np.arange(columns), np.eye(columns)
    along = row * (np.minimum(place[:, None], place[None, :]) + 1 + lead)
    response, admittance = np.zeros((rows, columns)), np.zeros((columns, columns))
    for number in range(rows):
        cells = conductance[number]
        joined = cells[:, None] * np.linalg.inv(identity + along * cells)
        response[number] = joined.sum(axis=1)
        segments = 1 if number < rows - 1 else 1 + tail
        passing = np.linalg.inv(identity + column * segments * (admittance + joined))
        response[: number + 1] = response[: number + 1] @ passing
        admittance = (admittance + joined) @ passing
    return response
