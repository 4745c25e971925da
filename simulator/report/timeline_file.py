"""The timeline as Parquet: one row an operation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.report.answer import Answer
from simulator.report.events import StreamEvents, events

_ROWS = 1_000_000
"""Operations a row group; keeps memory bounded for long runs."""
_NAMES = ("stream", "unit", "part", "layer", "kind")

SCHEMA = pa.schema(
    [(name, pa.dictionary(pa.int32(), pa.string())) for name in _NAMES]
    + [("inference", pa.int32()), ("k", pa.int32())]
    + [(f"{event}_ps", pa.int64()) for event in ("start", "free", "done")]
)
"""``inference`` counts from 0, ``k`` within the inference; times in picoseconds."""


def write_timeline(answer: Answer, path: Path) -> None:
    """Write all recorded operations, stream by stream."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as file:
        for group in _groups(answer):
            file.write_table(pa.concat_tables(group, promote_options="default").unify_dictionaries())


def _groups(answer: Answer) -> Iterator[list[pa.Table]]:
    group: list[pa.Table] = []
    rows = 0
    for item in events(answer):
        group.append(_table(answer, item))
        rows += len(item.start)
        if rows >= _ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _table(answer: Answer, item: StreamEvents) -> pa.Table:
    stream, length = answer.program.streams[item.stream], len(item.start)
    texts = (stream.name, stream.unit, stream.part, stream.layer, stream.kind)
    columns: list[Any] = [_repeated(text, length) for text in texts]
    columns += [item.inference, item.k, item.start, item.free, item.done]
    arrays = [
        pa.array(column, type=field.type) if field.name not in _NAMES else column
        for column, field in zip(columns, SCHEMA, strict=True)
    ]
    return pa.table(arrays, schema=SCHEMA)


def _repeated(text: str, length: int) -> Any:
    indices = pa.array([0] * length, type=pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array([text]))
