"""``simulator trace``."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.guard import guarded
from simulator.cli.options import (
    AllowHost,
    Arrivals,
    AsJson,
    Batch,
    Count,
    Dims,
    Length,
    OutputLength,
    PromptLength,
    RequestsPath,
    Seed,
)

trace_app = typer.Typer(help="Record what is asked of a chip.", no_args_is_help=True, rich_markup_mode=None)

Network = Annotated[
    Path, typer.Argument(metavar="WORKLOAD", help="Network (YAML or ONNX).", show_default=False)
]
Target = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Trace: .jsonl, or .jsonl.gz to compress.", show_default=False
    ),
]


@trace_app.callback()
def _group() -> None:
    """Record what is asked of a chip."""


@trace_app.command("record")
@guarded
def record_command(
    workload: Network,
    *,
    out: Target,
    dims: Dims = None,
    allow_host: AllowHost = False,
    count: Count = None,
    batch: Batch = None,
    length: Length = None,
    arrivals: Arrivals = None,
    prompt_length: PromptLength = None,
    output_length: OutputLength = None,
    requests: RequestsPath = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Turn a workload and a request pattern into a trace.

    'run --trace' replays it.
    """
    from simulator.base.errors import InputError
    from simulator.report.describe import recorded, trace_data
    from simulator.report.layout import console
    from simulator.report.summary import as_json as text
    from simulator.trace import file as trace_file
    from simulator.trace.trace import record_trace
    from simulator.trace.written import Written, pattern
    from simulator.workload.reader import load_workload

    if not out.name.endswith((".jsonl", ".jsonl.gz")):
        raise InputError("must end in .jsonl or .jsonl.gz", field="--out", value=str(out))
    if out.exists():
        raise InputError(
            "exists; nothing is overwritten", place=str(out), field="--out", remedy="Give another name"
        )
    trace = record_trace(
        load_workload(workload, dims or (), allow_host=allow_host),
        pattern(Written(count, batch, length, arrivals, prompt_length, output_length, requests), seed),
    )
    trace_file.write(trace, out)
    if as_json:
        print(text({**trace_data(trace), "file": str(out)}), end="")
    else:
        recorded(trace, out, console())
