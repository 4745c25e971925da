"""One figure of a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One figure: stable ``name`` (as in JSON and CSV), value, unit, definition, group for the table."""

    name: str
    value: float
    unit: str
    definition: str
    group: str
