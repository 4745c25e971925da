"""The operator of wires against the nodal equations written out."""

import numpy as np
import pytest

from simulator.functional.wires import effective


def nodal(cells, row, column, lead, tail):
    """Kirchhoff's law at every node, one equation each, solved densely."""
    rows, columns = cells.shape
    count = rows * columns
    matrix, drive = np.zeros((2 * count, 2 * count)), np.zeros((2 * count, rows))

    def join(one, other, conductance):
        for a, b in ((one, other), (other, one)):
            matrix[a, a] += conductance
            matrix[a, b] -= conductance

    for r in range(rows):
        for c in range(columns):
            node = r * columns + c
            join(node, count + node, cells[r, c])
            if c:
                join(node - 1, node, 1 / row)
            else:
                matrix[node, node] += 1 / (row * (1 + lead))
                drive[node, r] = 1 / (row * (1 + lead))
            if r:
                join(count + node - columns, count + node, 1 / column)
            if r == rows - 1:
                matrix[count + node, count + node] += 1 / (column * (1 + tail))
    voltage = np.linalg.solve(matrix, drive)
    return (voltage[2 * count - columns :] / (column * (1 + tail))).T


@pytest.mark.parametrize(
    ("rows", "columns", "lead", "tail", "scale"),
    [(7, 5, 0, 0, 1), (12, 9, 3, 4, 1), (1, 4, 0, 2, 1), (6, 1, 0, 0, 1), (16, 16, 2, 0, 100)],
)
def test_operator_is_the_nodal_solution(rows, columns, lead, tail, scale):
    cells = np.random.default_rng(rows).uniform(0, 25e-6, (rows, columns)) * scale
    cells[0, 0] = 0
    got, wanted = effective(cells, 0.35, 0.7, lead=lead, tail=tail), nodal(cells, 0.35, 0.7, lead, tail)
    assert np.abs(got - wanted).max() <= 1e-12 * np.abs(wanted).max()


def test_without_resistance_it_is_the_matrix():
    cells = np.random.default_rng(0).uniform(0, 25e-6, (9, 4))
    assert (effective(cells, 0, 0) == cells).all()


def test_twenty_decibels_a_decade():
    """Error falls with the product of conductance and resistance."""
    cells = np.random.default_rng(0).uniform(0, 1, (32, 32))
    errors = []
    for full in (2.5e-6, 0.25e-6):
        lost = effective(cells * full, 0.35, 0.35) - cells * full
        errors.append(np.linalg.norm(lost) / np.linalg.norm(cells * full))
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.01)
