"""The files of a results folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from simulator.report import against, network_accuracy, tables
from simulator.report.answer import Answer
from simulator.report.csv_file import write_csv
from simulator.report.requests_table import requests
from simulator.report.resolved import PLACEMENT, chip_yaml, placement_yaml
from simulator.report.summary import as_json, places, summary
from simulator.report.timeline_file import write_timeline
from simulator.report.why import why_tables
from simulator.trace import file as trace_file


def write(answer: Answer, folder: Path, *, plots: bool = True, processes: int = 1) -> None:
    """Write every file of a run into an existing folder; the same run gives the same bytes.

    ``processes``: how many of them draw plots.
    """
    if not plots:
        _write_tables(answer, folder)
        return
    from simulator.report.plots import drawing

    with drawing(answer.closer, folder, processes):
        _write_tables(answer, folder)


def _write_tables(answer: Answer, folder: Path) -> None:
    seen = answer.closer
    with ThreadPoolExecutor(1) as beside:  # most of it happens in a library that lets others work
        timeline = beside.submit(write_timeline, seen.program, seen.past, folder / "timeline.parquet")
        _write_small(answer, seen, folder)
        timeline.result()


def _write_small(answer: Answer, seen: Answer, folder: Path) -> None:
    (folder / "summary.json").write_text(as_json(summary(answer)), encoding="utf-8")
    for name, table in why_tables(seen).items():
        write_csv(table, folder / name)
    write_csv(tables.layers(answer, answer.history), folder / "layers.csv")
    write_csv(tables.units(answer), folder / "units.csv")
    write_csv(tables.energy(answer), folder / "energy.csv")
    if answer.generation is not None:
        write_csv(requests(answer.generation), folder / "requests.csv")
    if answer.against:
        write_csv(against.frame(answer), folder / "against.csv")
    if answer.accuracy is not None:
        write_csv(network_accuracy.frame(answer.accuracy), folder / "accuracy.csv")
    (folder / "chip.yaml").write_text(chip_yaml(answer.chip_file.data), encoding="utf-8")
    placement = placement_yaml(answer.mapping.graph.name, places(answer))
    (folder / PLACEMENT).write_text(placement, encoding="utf-8")
    trace_file.write(answer.trace, folder / "trace.jsonl.gz")
