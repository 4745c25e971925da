"""The tidy table of a sweep: one row a point, in order; the same sweep gives the same bytes."""

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.base.output_file import write_bytes
from simulator.base.units import split_number
from simulator.study.points import Figures
from simulator.study.sweep import Row, Sweep
from simulator.study.sweep_constraints import figure_name

if TYPE_CHECKING:
    import pandas as pd


def axis_columns(sweep: Sweep) -> dict[str, str]:
    """Field of an axis -> its column. Values that share a unit become numbers, with the unit in the column's name."""
    columns = {}
    for field in (field for axis in sweep.text.file.axes for field in axis):
        units = {_unit(point.settings[field]) for point in sweep.points}
        unit = units.pop() if len(units) == 1 else ""
        columns[field] = f"{field} [{unit}]" if unit else field
    return columns


def figure_units(sweep: Sweep, rows: Sequence[Row]) -> dict[str, str]:
    """Figures of the table with their units: those to keep, or all that any point has."""
    units: dict[str, str] = {}
    for row in rows:
        units |= {name: unit for name, (_, unit) in _figures(row).items()}
    if not units or not sweep.text.file.keep:
        return units
    return {name: units[name] for name in (figure_name(word, units) for word in sweep.text.file.keep)}


def table(sweep: Sweep, rows: Sequence[Row]) -> "pd.DataFrame":
    """Columns: point, chip, workload, the axes, status, figures, what limits, error."""
    import pandas as pd

    axes, names = axis_columns(sweep), figure_units(sweep, rows)
    chips, workloads = _labels(row.point.chip for row in rows), _labels(row.point.workload for row in rows)
    records = [
        {
            "point": row.point.number,
            "chip": chips[row.point.chip],
            "workload": workloads[row.point.workload],
            **{column: _cell(row.point.settings[field], column != field) for field, column in axes.items()},
            "status": row.status,
            **{name: _figures(row).get(name, (None, ""))[0] for name in names},
            "limits": row.answer.limits if row.answer else "",
            "error": row.error.replace("\n", "; "),
        }
        for row in rows
    ]
    return pd.DataFrame.from_records(records)


def write_table(frame: "pd.DataFrame", folder: Path) -> list[Path]:
    """Write sweep.csv and sweep.parquet, each whole or not at all."""
    parquet = BytesIO()
    frame.to_parquet(parquet, index=False)
    files = {
        folder / "sweep.csv": frame.to_csv(index=False, lineterminator="\n").encode(),
        folder / "sweep.parquet": parquet.getvalue(),
    }
    for path, content in files.items():
        write_bytes(path, content)
    return list(files)


def _figures(row: Row) -> Figures:
    return row.answer.figures if row.answer else {}


def _labels(paths: Iterable[Path]) -> dict[Path, str]:
    """Names of files; whole paths where two files have the same name."""
    files = list(dict.fromkeys(paths))
    stems = [path.stem for path in files]
    return {path: path.stem if stems.count(path.stem) == 1 else path.as_posix() for path in files}


def _unit(value: Any) -> str:
    """The unit of a text such as "133 ns"."""
    parts = split_number(value) if isinstance(value, str) else None
    return parts[1] if parts else ""


def _cell(value: Any, numeric: bool) -> Any:
    """A number, or text; what has parts as JSON."""
    if numeric:
        parts = split_number(value)
        return float(parts[0]) if parts else None
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value
