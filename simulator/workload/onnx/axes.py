"""Where axes go when a tensor changes its shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from simulator.workload.onnx.model import Axes, Shape, Step


def groups(before: Shape, after: Shape) -> Iterator[tuple[list[int], list[int]]]:
    """The smallest runs of axes that hold equally many values on both sides; axes of one entry are left out."""
    left = [axis for axis, size in enumerate(before) if size != 1]
    right = [axis for axis, size in enumerate(after) if size != 1]
    i = j = 0
    while i < len(left) and j < len(right):
        run_left, run_right = [left[i]], [right[j]]
        values, others = before[left[i]], after[right[j]]
        i, j = i + 1, j + 1
        while values != others:
            if values < others and i < len(left):
                run_left.append(left[i])
                values, i = values * before[left[i]], i + 1
            elif values > others and j < len(right):
                run_right.append(right[j])
                others, j = others * after[right[j]], j + 1
            else:
                return
        yield run_left, run_right


def reshaped(axes: Axes | None, before: Shape, after: Shape) -> tuple[int, ...] | None:
    """Where position axes are after a reshape; None if they got mixed with others."""
    if axes is None:
        return None
    moved: dict[int, list[int]] = {}
    for left, right in groups(before, after):
        inside = [axis for axis in left if axis in axes]
        if inside and inside != left:
            return None
        if inside:
            moved[left[0]] = right
            moved |= {axis: [] for axis in left[1:]}
    if not _in_order(axes, before, after) or any(axis not in moved for axis in axes):
        return None
    return tuple(new for axis in axes for new in moved[axis])


def _in_order(axes: Sequence[int], before: Shape, after: Shape) -> bool:
    """Whether axes that merge stand in their order, without others in between."""
    for left, _ in groups(before, after):
        inside = [axis for axis in axes if axis in left]
        if inside and (inside != left or (len(left) > 1 and not _adjacent(axes, left))):
            return False
    return True


def _adjacent(axes: Sequence[int], run: Sequence[int]) -> bool:
    start = list(axes).index(run[0])
    return list(axes[start : start + len(run)]) == list(run)


def transposed(axes: Axes | None, order: Sequence[int]) -> tuple[int, ...] | None:
    """Where position axes are after a transpose."""
    return None if axes is None else tuple(list(order).index(axis) for axis in axes)


@dataclass(frozen=True)
class Placed:
    """A graph input's layer: position axes of the input itself, else those of one reader that saw it after ``path``."""

    layer: str
    root: Axes | None
    path: tuple[Step, ...]
    axes: Axes

    def after(self, path: tuple[Step, ...]) -> Axes | None:
        """Position axes for another reader."""
        if self.root is None:
            return self.axes if path == self.path else None
        return followed(self.root, path)


def followed(axes: Axes | None, path: Sequence[Step]) -> Axes | None:
    """Where position axes are after some steps."""
    for step in path:
        axes = step(axes)
    return axes


def before(shape: Shape, path: Sequence[Step], wanted: Axes) -> Axes | None:
    """Position axes that some steps bring to the wanted places; None if none are found."""
    wide = [axis for axis, size in enumerate(shape) if size > 1][:_MOST]
    counts = range(min(len(wide), 3) + 1)
    guesses = (guess for count in counts for guess in permutations(wide, count))
    return next((guess for guess in guesses if followed(guess, path) == wanted), None)


_MOST = 8
"""Axes that are tried."""


def usual(shape: Shape, *, given: bool = False) -> tuple[int, ...]:
    """Position axes of a tensor that nobody has laid out: of an image height and width, else all but the last.

    Images of one channel are ``given`` as inputs; what is computed in such a shape is a mask.
    """
    image = len(shape) == 4 and max(shape[:-1]) > 1 and (given or shape[1] > 1)
    places = (2, 3) if image else range(len(shape) - 1)
    return tuple(axis for axis in places if shape[axis] > 1)


def grid_of(shape: Shape, axes: Sequence[int]) -> list[int]:
    """Grid of a layer with these position axes: one or two of them as they are, more of them flat."""
    sizes = [shape[axis] for axis in axes]
    if len(sizes) <= 2:
        return sizes
    flat = 1
    for size in sizes:
        flat *= size
    return [flat]
