"""Tables as CSV in which texts of files can neither compute nor steer a terminal."""

import csv
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from simulator.base.errors import printable

_FORMULA = ("=", "+", "-", "@")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write the table, without its index, as ``csv_bytes`` has it."""
    path.write_bytes(csv_bytes(table))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """CSV with quoted texts, without control characters; a text that a spreadsheet would take for a formula gets a
    leading apostrophe. Numbers stay numbers."""
    safe = table.copy(deep=False)
    for name in table.columns[[not is_numeric_dtype(kind) for kind in table.dtypes]]:
        if any(_harmless(cell) is not cell for cell in table[name].unique()):
            safe[name] = table[name].map(_harmless)
    safe.columns = pd.Index([_harmless(name) for name in table.columns])
    return safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").encode()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
