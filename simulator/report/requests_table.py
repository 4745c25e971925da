"""What requests to a language model saw: percentiles for the terminal, a row a request for the file."""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.text import Text

from simulator.measure.generation import PERCENTILES, Generation
from simulator.measure.metric import Metric
from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import column, plain

COLUMNS = {
    "request": "number, in order of arrival; members of a batch one by one",
    "arrival_ns": "when it arrived",
    "queueing_time_ns": "from its arrival until its prompt is read",
    "prompt_length": "tokens read before the first is generated",
    "output_length": "tokens generated",
    "time_to_first_token_ns": "from its arrival to its first token at the host",
    "time_per_output_token_ns": "mean distance of its tokens after the first; empty if there is one",
    "request_latency_ns": "from its arrival to its last token at the host",
}
"""Column -> definition."""


def requests(run: Generation) -> pd.DataFrame:
    """One row a request."""
    rows = [
        (
            number,
            row.arrival / 1e3,
            row.queued / 1e3,
            row.prompt,
            len(row.times),
            row.first_token / 1e3,
            None if row.per_token is None else row.per_token / 1e3,
            row.latency / 1e3,
        )
        for number, row in enumerate(run.requests)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def show_percentiles(metrics: Sequence[Metric], console: Console) -> Sequence[Metric]:
    """A row for each figure that has percentiles; gives back the metrics that have none."""
    heading("Requests", console)
    endings = [f"_p{share}_ns" for share in PERCENTILES]
    names = [m.name.removesuffix(endings[0]) for m in metrics if m.name.endswith(endings[0])]
    value = {m.name: m for m in metrics}
    unit, texts = column([value[name + end].value for name in names for end in endings], "ns")
    heads = [f"p{share}, {unit}" for share in PERCENTILES]
    made = table("figure", *heads, "definition", right=heads)
    for row, name in enumerate(names):
        cells = texts[row * len(endings) : (row + 1) * len(endings)]
        meaning = value[name + endings[0]].definition.partition(";")[0]
        made.add_row(name.replace("_", " "), *cells, Text(plain(meaning), style="dim"))
    show(made, console)
    shares = ", ".join(f"{share} %" for share in PERCENTILES)
    sentence(f"p: so many per cent of the requests ({shares}) need no longer.", console, "dim")
    console.print()
    return [m for m in metrics if not m.name.endswith(tuple(endings))]
