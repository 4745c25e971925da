"""Two results side by side: what differs in configuration, how far figures moved, where the time went instead."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from simulator.base.errors import InputError
from simulator.base.input_file import read_bytes
from simulator.base.yaml_file import load
from simulator.measure.bounds import PARTS
from simulator.measure.causes import WORDS
from simulator.report.summary import FORMAT

UNITS, LAYERS = "attribution_units.csv", "attribution_layers.csv"
"""Files of a results folder that hold ``Attribution.units`` and ``Attribution.layers``, in whole picoseconds."""

_SETTINGS = ("versions", "workload", "trace", "mapping", "engine", "ideal")
"""Parts of a summary that say what was asked; the others say what came out."""
_MOST_BYTES = 100_000_000
_REMEDY = "Give two folders that `simulator run --out FOLDER` has written"


@dataclass(frozen=True)
class Comparison:
    """Results ``a`` and ``b``.

    ``settings``: one row a field that differs: field (of the chip as for --set, else of summary.json), a, b (None where
    it is absent). ``metrics``: one row a figure: metric, unit, a, b, change (b / a - 1), definition. ``parts`` and
    ``layers``: one row a cause: the shares a and b of the time of all units of a part (of a layer's units of a part),
    and ``moved`` = b - a; what moved most comes first.
    """

    settings: pd.DataFrame
    metrics: pd.DataFrame
    parts: pd.DataFrame
    layers: pd.DataFrame


class _Metric(BaseModel):
    """As in summary.json; figures of another kind are no figures."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    value: float
    unit: str
    definition: str


class _Summary(BaseModel):
    """What a comparison needs of summary.json."""

    model_config = ConfigDict(extra="allow")
    format: int
    metrics: dict[str, _Metric]


@dataclass(frozen=True)
class _Folder:
    """One of the two results."""

    settings: dict[str, str]
    metrics: dict[str, _Metric]
    units: pd.DataFrame
    layers: pd.DataFrame


def compare(first: str | Path, second: str | Path) -> Comparison:
    """Compare two results folders. Raises InputError for what is no results folder."""
    a, b = _read(Path(first)), _read(Path(second))
    return Comparison(
        settings=_settings(a.settings, b.settings),
        metrics=_metrics(a.metrics, b.metrics),
        parts=_attribution(a.units, b.units, ["part"]),
        layers=_attribution(a.layers, b.layers, ["layer", "part"]),
    )


def _read(folder: Path) -> _Folder:
    path = folder / "summary.json"
    try:
        summary = _Summary.model_validate(json.loads(read_bytes(path, _MOST_BYTES)))
    except (ValueError, RecursionError, ValidationError) as error:
        rule = "is no summary of a result"
        raise InputError(rule, place=str(path), remedy=_REMEDY) from error
    if summary.format != FORMAT:
        rule = f"must be {FORMAT}: the result was written by another version"
        raise InputError(rule, place=str(path), field="format", value=summary.format, remedy="Run it again")
    asked = {key: value for key, value in (summary.model_extra or {}).items() if key in _SETTINGS}
    chip = load(folder / "chip.yaml").data
    return _Folder(
        settings=dict([*_flat(chip), *_flat(asked)]),
        metrics=summary.metrics,
        units=_table(folder / UNITS, ["part", "total_ps", *WORDS]),
        layers=_table(folder / LAYERS, ["layer", "part", "total_ps", *WORDS]),
    )


def _table(path: Path, columns: list[str]) -> pd.DataFrame:
    read_bytes(path, _MOST_BYTES)
    try:
        table = pd.read_csv(path, encoding="utf-8", keep_default_na=False)[columns]
        if table[["total_ps", *WORDS]].dtypes.ne("int64").any():
            raise ValueError
        return table
    except (ValueError, KeyError) as error:
        rule = f"must have the columns {', '.join(columns)}, times in whole picoseconds"
        raise InputError(rule, place=str(path), remedy=_REMEDY) from error


def _flat(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of plain data as text, by dotted path; of a value with provenance the value."""
    if isinstance(data, Mapping) and "value" not in data:
        for key, value in data.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        value = data["value"] if isinstance(data, Mapping) else data
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _settings(a: dict[str, str], b: dict[str, str]) -> pd.DataFrame:
    rows = [(field, a.get(field), b.get(field)) for field in {**a, **b} if a.get(field) != b.get(field)]
    return pd.DataFrame(rows, columns=["field", "a", "b"], dtype=object)


def _metrics(a: dict[str, _Metric], b: dict[str, _Metric]) -> pd.DataFrame:
    rows = []
    for name, metric in {**a, **b}.items():
        values = [side[name].value if name in side else None for side in (a, b)]
        change = values[1] / values[0] - 1 if values[0] and values[1] is not None else None
        rows.append((name, metric.unit, *values, change, metric.definition))
    table = pd.DataFrame(rows, columns=["metric", "unit", "a", "b", "change", "definition"])
    return table.astype({"a": float, "b": float, "change": float})


def _attribution(a: pd.DataFrame, b: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Shares of time per cause, side by side, the largest move first; what is zero in both is left out."""
    keys = [*by, "cause"]
    table = _shares(a, by).merge(_shares(b, by), how="outer", on=keys, suffixes=("_a", "_b"), sort=True)
    table = table.rename(columns={"share_a": "a", "share_b": "b"})
    table["moved"] = table["b"] - table["a"]
    table = table[(table["a"].fillna(0) > 0) | (table["b"].fillna(0) > 0)]
    return table.sort_values("moved", key=lambda moved: -moved.abs(), kind="stable", ignore_index=True)


def _shares(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sums = table.groupby(by, as_index=False)[["total_ps", *WORDS]].sum()
    for word in WORDS:
        sums[word] = sums[word] / sums["total_ps"].clip(lower=1)
    return sums.drop(columns="total_ps").melt(id_vars=by, var_name="cause", value_name="share")


def sentences(comparison: Comparison, most: int = 6) -> list[str]:
    """Where the time went instead: the largest moves of parts, in words."""
    rows = comparison.parts[comparison.parts["moved"].fillna(0) != 0].head(most)
    return [
        f"{PARTS.get(part, part)}: {cause.replace('_', ' ')} {a:.1%} -> {b:.1%} of the time"
        for part, cause, a, b in rows[["part", "cause", "a", "b"]].to_numpy().tolist()
    ]
