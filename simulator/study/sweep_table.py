"""The tidy table of a sweep: one row a point, in order; the same sweep gives the same bytes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.base.output_file import write_bytes
from simulator.base.units import split_number
from simulator.study.points import Figures
from simulator.study.sweep import Row, Sweep
from simulator.study.sweep_constraints import figure_name
from simulator.study.sweep_names import axis_columns

if TYPE_CHECKING:
    import pandas as pd


def columns(sweep: Sweep) -> dict[str, str]:
    """Field of an axis -> its column."""
    return axis_columns(sweep.text, [point.settings for point in sweep.points])


def figure_units(rows: Sequence[Row], keep: Sequence[str] = ()) -> dict[str, str]:
    """Figures of the table with their units: those to keep, or all that any point has."""
    units: dict[str, str] = {}
    for row in rows:
        units |= {name: unit for name, (_, unit) in _figures(row).items()}
    if not units or not keep:
        return units
    return {name: units[name] for name in (figure_name(word, units) for word in keep)}


def table(rows: Sequence[Row], axes: Mapping[str, str], names: Iterable[str]) -> "pd.DataFrame":
    """Columns: point, chip, workload, the axes (field -> column), status, figures by name, what limits, error."""
    import pandas as pd

    chips, workloads = _labels(row.point.chip for row in rows), _labels(row.point.workload for row in rows)
    wanted = list(names)
    records = [
        {
            "point": row.point.number,
            "chip": chips[row.point.chip],
            "workload": workloads[row.point.workload],
            **{
                column: _cell(row.point.settings.get(field), column != field)
                for field, column in axes.items()
            },
            "status": row.status,
            **{name: _figures(row).get(name, (None, ""))[0] for name in wanted},
            "limits": row.answer.limits if row.answer else "",
            "error": row.error.replace("\n", "; "),
        }
        for row in rows
    ]
    return pd.DataFrame.from_records(records)


def write_table(frame: "pd.DataFrame", folder: Path) -> list[Path]:
    """Write sweep.csv and sweep.parquet, each whole or not at all."""
    from simulator.report.csv_file import csv_bytes

    parquet = BytesIO()
    frame.to_parquet(parquet, index=False)
    files = {
        folder / "sweep.csv": csv_bytes(frame),
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


def _cell(value: Any, numeric: bool) -> Any:
    """A number, or text; what has parts as JSON."""
    if numeric:
        parts = split_number(value)
        return float(parts[0]) if parts else None
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value
