"""What a word in a sweep file stands for: a field of an axis, the chip, the workload, or a figure."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.base.errors import InputError
from simulator.base.units import split_number
from simulator.study.sweep_constraints import figure_name
from simulator.study.sweep_file import Heat, Lines, Pareto, Plot, SweepText

Steps = tuple[str | int, ...]


def axis_columns(sweep: SweepText, settings: list[Mapping[str, Any]]) -> dict[str, str]:
    """Field of an axis -> its column. Values that share a unit become numbers, with the unit in the column's name."""
    columns = {}
    for field in (field for axis in sweep.fields for field in axis):
        units = {unit_of(values.get(field)) for values in settings}
        unit = units.pop() if len(units) == 1 else ""
        columns[field] = f"{field} [{unit}]" if unit else field
    return columns


def unit_of(value: Any) -> str:
    """The unit of a text such as "133 ns", empty for anything else."""
    parts = split_number(value) if isinstance(value, str) else None
    return parts[1] if parts else ""


def fields(sweep: SweepText) -> list[str]:
    """What points differ in, as words."""
    return ["chip", "workload", *(field for axis in sweep.fields for field in axis)]


def check_names(sweep: SweepText, figures: Mapping[str, Any]) -> None:
    """Every word of ``keep`` and ``plots`` means something. Raises InputError with its place."""
    for number, word in enumerate(sweep.file.keep):
        _figure(sweep, word, figures, ("keep", number))
    for number, plot in enumerate(sweep.file.plots or ()):
        for key, word, is_figure in _words(plot):
            if is_figure or word not in fields(sweep):
                _figure(sweep, word, figures, ("plots", number, *key))


def _figure(sweep: SweepText, word: str, figures: Mapping[str, Any], path: Steps) -> None:
    try:
        figure_name(word, figures)
    except InputError as error:
        raise sweep.wrong(error, path) from error


def _words(plot: Plot) -> Iterator[tuple[Steps, str, bool]]:
    """Place, word, and whether only a figure will do."""
    match plot:
        case Lines():
            yield ("x",), plot.x, False
            yield from ((("y", number), word, True) for number, word in enumerate(plot.y))
            yield from ((("by", number), word, False) for number, word in enumerate(plot.by or ()))
        case Heat():
            yield from ((("x",), plot.x, False), (("y",), plot.y, False), (("value",), plot.value, True))
        case Pareto():
            yield from ((("x",), plot.x, True), (("y",), plot.y, True))
            yield from ((("by",), plot.by, False),) if plot.by else ()
