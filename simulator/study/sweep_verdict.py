"""What to say when no point meets the constraints: how many meet each, and how close the best one came."""

from collections.abc import Sequence

from simulator.base.errors import InputError
from simulator.study.points import Figures
from simulator.study.sweep import Row, Sweep
from simulator.study.sweep_constraints import Constraint, figure_name, has_figure


def check_met(sweep: Sweep, rows: Sequence[Row]) -> None:
    """Raises InputError if there are figures but no point that meets all constraints."""
    judged = [row for row in rows if row.answer is not None]
    if not judged or any(row.status == "ok" for row in judged):
        return
    told = "; ".join(_told(item, judged) for item in sweep.constraints)
    error = InputError(f"no point meets all of them: {told}", remedy="Relax one of them or widen an axis")
    raise sweep.text.wrong(error, ("constraints",))


def _told(item: Constraint, rows: Sequence[Row]) -> str:
    found = [(row, *_figure(item, row.answer.figures)) for row in rows if row.answer and _has(item, row)]
    met = sum(item.met(value, unit) for _, value, unit in found)
    if met or not found:
        return f"'{item.text}' is met by {met} of {len(rows)}"
    row, value, unit = min(found, key=lambda each: item.short_by(each[1], each[2]))
    shown = f"{value:.5g}" + ("" if unit == "1" else f" {unit}")
    return f"'{item.text}' is met by none of {len(rows)}, the best has {shown} ({described(row)})"


def _has(item: Constraint, row: Row) -> bool:
    return row.answer is not None and has_figure(item.name, row.answer.figures)


def _figure(item: Constraint, figures: Figures) -> tuple[float, str]:
    return figures[figure_name(item.name, figures)]


def described(row: Row) -> str:
    """A point by its number and the values of its axes."""
    values = ", ".join(f"{field} {value}" for field, value in row.point.values)
    return f"point {row.point.number}" + (f": {values}" if values else "")
