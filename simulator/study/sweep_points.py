"""From a sweep file to its points, in an order that depends on the file alone."""

from collections.abc import Iterator
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from simulator.base.errors import InputError
from simulator.base.yaml_file import load
from simulator.chip.reader import chip_document
from simulator.study import points_product
from simulator.study.points import Point, mapping
from simulator.study.sweep_fields import Space
from simulator.study.sweep_file import SweepText
from simulator.study.sweep_values import listed, size
from simulator.workload.reader import is_model

MOST = 100_000
"""Points of a sweep; more would not be looked at."""
_FILES = {
    "mapping.placement": ("packed", "balanced"),
    **dict.fromkeys(points_product.FILES, points_product.NAMES),
}
"""Fields whose values are paths, apart from these words."""


Values = tuple[tuple[str, Any], ...]
"""Fields with a value each: a step of an axis."""


def points(sweep: SweepText) -> list[Point]:
    """All points: chips, workloads, then the axes, the last one fastest.

    Raises InputError for unknown fields, values that a field cannot take, axes without values or of unequal lengths,
    and for more than ``MOST`` points.
    """
    _check_count(sweep)
    space = _space(sweep)
    axes = [_axis(sweep, space, number) for number in range(len(sweep.file.axes))]
    _check_once(sweep)
    fixed = tuple(
        (field, _checked(sweep, space, ("set", field), value)) for field, value in sweep.file.set.items()
    )
    found = list(_points(sweep, axes, fixed))
    _check_tiles(sweep, found)
    return found


def _check_tiles(sweep: SweepText, found: list[Point]) -> None:
    """Tiles to spend need a balanced mapping somewhere."""
    counted = [point for point in found if point.settings.get("mapping.tiles") is not None]
    if not counted or any(point.settings.get("mapping.placement") == "balanced" for point in counted):
        return
    axes = (number for number, fields in enumerate(sweep.fields) if "mapping.tiles" in fields)
    number = next(axes, None)
    try:
        mapping(counted[0].settings)
    except InputError as error:
        above = ("set",) if number is None else ("axes", number)
        raise sweep.wrong(error, (*above, "mapping.tiles"), "mapping.tiles") from error


def _points(sweep: SweepText, axes: list[list[Values]], fixed: Values) -> Iterator[Point]:
    places = product(sweep.file.chips, sweep.file.workloads, product(*axes))
    for number, (chip, workload, steps) in enumerate(places, 1):
        values = tuple(value for step in steps for value in step)
        yield Point(number, sweep.beside(chip), sweep.beside(workload), values, fixed, sweep.file.engine)


def _check_count(sweep: SweepText) -> None:
    """The number of points, told before any is made."""
    lengths = [_length(sweep, number) for number in range(len(sweep.file.axes))]
    count = prod(lengths) * len(sweep.file.chips) * len(sweep.file.workloads)
    if count > MOST:
        rule = f"makes {count:,} points; a sweep may have {MOST:,}"
        raise sweep.wrong(InputError(rule, remedy="Use fewer values, larger steps or fewer axes"), ("axes",))


def _length(sweep: SweepText, number: int) -> int:
    """Steps of an axis."""
    axis = sweep.file.axes[number]
    if not sweep.fields[number]:
        raise sweep.wrong(InputError("holds no field, so the grid is empty"), ("axes", number))
    if isinstance(axis, list):
        return len(axis)
    sizes = {field: _size(sweep, number, field) for field in axis}
    if len(set(sizes.values())) > 1:
        rule = "fields of one axis move together and need equally many values"
        got = ", ".join(f"{field}: {count}" for field, count in sizes.items())
        error = InputError(f"{rule}, not {got}", remedy="Make two axes of them to combine each with each")
        raise sweep.wrong(error, ("axes", number))
    return next(iter(sizes.values()))


def _size(sweep: SweepText, number: int, field: str) -> int:
    try:
        return size(_mapping(sweep, number)[field])
    except InputError as error:
        raise sweep.wrong(error, ("axes", number, field), field) from error


def _mapping(sweep: SweepText, number: int) -> dict[str, Any]:
    """Fields and values of an axis that is no list of steps."""
    axis = sweep.file.axes[number]
    return axis if isinstance(axis, dict) else {}


def _check_once(sweep: SweepText) -> None:
    """No field on two axes, nor fixed and on an axis."""
    seen = dict.fromkeys(sweep.file.set, "set")
    for number, fields in enumerate(sweep.fields):
        for field in fields:
            if field in seen:
                error = InputError(f"is given twice, first in {seen[field]}", remedy="Remove one of them")
                raise sweep.wrong(error, ("axes", number, field), field)
            seen[field] = f"axis {number + 1}"


def _axis(sweep: SweepText, space: Space, number: int) -> list[Values]:
    """The steps of an axis, each value checked."""
    axis = sweep.file.axes[number]
    if isinstance(axis, list):
        return [
            tuple(
                (field, _checked(sweep, space, ("axes", number, place, field), value))
                for field, value in step.items()
            )
            for place, step in enumerate(axis)
        ]
    columns = [
        [(field, _checked(sweep, space, ("axes", number, field), value)) for value in listed(values)]
        for field, values in axis.items()
    ]
    return list(zip(*columns, strict=True))


def _checked(sweep: SweepText, space: Space, path: tuple[str | int, ...], value: Any) -> Any:
    """The value once its field is known to take it; paths as seen from the current folder."""
    field = str(path[-1])
    try:
        space.check(field, value)
    except InputError as error:
        raise sweep.wrong(error, path, field) from error
    if field in _FILES and value not in _FILES[field]:
        return _file(sweep, path, str(value))
    return value


def _file(sweep: SweepText, path: tuple[str | int, ...], name: str) -> str:
    where: Path = sweep.beside(name)
    if not where.is_file():
        words = ", ".join(_FILES[str(path[-1])])
        error = InputError(f"must be {words} or a file that exists", value=name)
        raise sweep.wrong(error, path, str(path[-1]))
    return str(where)


def _space(sweep: SweepText) -> Space:
    """Plain data of every chip and workload. Raises InputError for a missing file, with its place in the sweep."""
    chips = {name: _there(sweep, "chips", number) for number, name in enumerate(sweep.file.chips)}
    networks = {name: _there(sweep, "workloads", number) for number, name in enumerate(sweep.file.workloads)}
    return Space(
        {name: chip_document(path).data for name, path in chips.items()},
        {name: load(path).data for name, path in networks.items() if not is_model(path)},
        [name for name, path in networks.items() if is_model(path)],
    )


def _there(sweep: SweepText, key: str, number: int) -> Path:
    name = getattr(sweep.file, key)[number]
    path = sweep.beside(name)
    if not path.is_file():
        error = InputError(f"no such file beside the sweep file: {path}", value=name)
        raise sweep.wrong(error, (key, number))
    return path
