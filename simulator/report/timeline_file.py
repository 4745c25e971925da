"""The timeline as Parquet: one row an operation, from the end of the one before it to its result."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.program.form import Program
from simulator.program.history import NOTHING, ORDER, RELEASE, History

_ROWS = 1_000_000
"""Operations a row group; readers need no more at a time."""
_TIMES = ("since", "ready", "available", "grant", "start", "worked", "free", "done")
_NAMES = ("stream", "unit", "part", "layer", "kind")
_TEXT = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [(name, _TEXT) for name in _NAMES]
    + [("inference", pa.int32()), ("k", pa.int32())]
    + [(f"{time}_ps", pa.int64()) for time in _TIMES]
    + [("cause", _TEXT)]
)
"""``inference`` counts from 0 (-1: background), ``k`` within it. Between ``since`` and ``free`` lie the waits for
operands (with their ``cause``), for a server and for the clock, set-up, work, and the tail that keeps a server."""


def write_timeline(program: Program, history: History, path: Path) -> None:
    """Write all operations, stream by stream."""
    causes = _Causes(program)
    words = [row.name for row in SCHEMA if row.type == _TEXT]
    packed = {row.name: "DELTA_BINARY_PACKED" for row in SCHEMA if row.name not in words}
    with pq.ParquetWriter(
        path, SCHEMA, compression="zstd", use_dictionary=words, column_encoding=packed
    ) as file:  # successive times differ by little: a tenth of the bytes, in half of the time
        for begin in range(0, len(history.start), _ROWS):
            file.write_table(_table(program, history, causes, slice(begin, begin + _ROWS)))


def _table(program: Program, history: History, causes: "_Causes", rows: slice) -> pa.Table:
    stream = history.stream[rows]
    columns: list[Any] = [
        _encoded([getattr(row, "name" if name == "stream" else name) for row in program.streams], stream)
        for name in _NAMES
    ]
    columns += [pa.array(getattr(history, name)[rows], type=pa.int32()) for name in ("inference", "k")]
    columns += [pa.array(getattr(history, time)[rows]) for time in _TIMES]
    columns.append(causes.column(history, rows))
    return pa.table(columns, schema=SCHEMA)


def _encoded(texts: list[str], index: Any) -> pa.DictionaryArray:
    """``texts[index]`` with each text stored once."""
    distinct = list(dict.fromkeys(texts))
    number = {text: position for position, text in enumerate(distinct)}
    code = np.array([number[text] for text in texts], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(code[index]), pa.array(distinct, pa.string()))


class _Causes:
    """Numbers of causes, per segment, as words; "" for an operation that waited for no operand."""

    _WORDS: ClassVar = {NOTHING: "", RELEASE: "release", ORDER: "order"}

    def __init__(self, program: Program):
        self._words = [*self._WORDS.values()]
        self._first = []
        for segment in program.segments:
            self._first.append(len(self._words))
            self._words += [edge.cause for edge in segment.edges]

    def column(self, history: History, rows: slice) -> pa.DictionaryArray:
        """Words of these operations."""
        cause = history.cause[rows]
        first = np.array(self._first, np.int64)[np.maximum(history.segment[rows], 0)]
        index = np.where(cause >= 0, first + cause, 0)
        for position, number in enumerate(self._WORDS):
            index[cause == number] = position
        index[history.ready[rows] == history.since[rows]] = 0
        return _encoded(self._words, index)
