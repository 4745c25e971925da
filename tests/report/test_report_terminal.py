"""What a person reads after a run."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from simulator.measure.load import Loaded
from simulator.measure.times import Times
from simulator.report.names import PART_NAMES
from simulator.report.sources import LABELS
from simulator.report.summary import summary
from simulator.report.terminal import report, written
from simulator.report.text import figure, scaled
from simulator.study.run import Result


def printed(answer: Result, width: int = 80, *, terminal: bool = False) -> str:
    screen = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False
    )
    report(answer, screen)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def renamed(answer: Result, name: str) -> Result:
    chip = answer.chip_file.chip.model_copy(update={"name": name})
    return replace(answer, chip_file=replace(answer.chip_file, chip=chip))


def test_it_fits_eighty_columns_without_colours(answer: Result) -> None:
    text = printed(answer)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "…" not in text


def test_colours_only_where_somebody_sees_them(answer: Result) -> None:
    assert "\x1b[" in printed(answer, terminal=True)


@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_number_is_cut(answer: Result, width: int) -> None:
    text = printed(answer, width)
    for metric in answer.metrics:
        shown = figure(metric.value) if metric.group == "density" else scaled(metric.value, metric.unit)
        assert shown in text, metric.name


def test_every_metric_stands_beside_its_definition(answer: Result) -> None:
    text = words(printed(answer, 300))
    for metric in answer.metrics:
        if metric.group != "density":
            assert f"{scaled(metric.value, metric.unit)} {metric.definition}" in text


def test_bounds_stand_beside_the_simulated_interval(answer: Result) -> None:
    text = printed(answer)
    lines = text[text.index("Lower bounds") :].splitlines()[3 : 4 + len(answer.bounds)]
    assert [line.strip().split("  ")[0] for line in lines] == [
        *(PART_NAMES[bound.part] for bound in answer.bounds),
        "simulated",
    ]
    shares = [float(re.findall(r"([0-9.]+)%", line)[0]) for line in lines]
    assert shares == [*sorted(shares[:-1], reverse=True), 100.0]
    interval = answer["steady_interval_ns"] * 1e3
    assert shares[:-1] == [round(100 * bound.interval / interval, 1) for bound in answer.bounds]


def test_limiter_coverage_and_what_is_not_modelled_are_said(answer: Result) -> None:
    text = words(printed(answer))
    assert answer.limiter in text
    assert "MACs mapped: 1,121,760 of 1,121,760 of 2 inferences (100.0%)." in text
    assert "Not modelled, in no total: host, global unit at rest." in text
    assert f"changes at a host bandwidth of {scaled(answer.host_crossover or 0, 'bit/s')} each way" in text


def test_energy_says_what_its_constants_rest_on(recurrent: Result) -> None:
    text = printed(recurrent)
    labels = re.findall(r"\[(.*?)\]  ", text[text.index("energy by part") : text.index("energy by layer")])
    assert {"calibrated", "assumption"} <= set(labels)
    assert {label for text in labels for label in text.split("/")} <= set(LABELS)
    assert "Warning" not in text


def test_it_warns_when_much_of_the_energy_is_assumed(answer: Result) -> None:
    guessed = replace(answer, energy=[replace(entry, label="assumption") for entry in answer.energy])
    assert "Warning: 100.0% of the energy rests on assumptions." in printed(guessed)


def test_the_tail_of_many_layers_shares_a_row(answer: Result) -> None:
    entries = [replace(answer.energy[0], layer=f"layer{n}", energy=float(n)) for n in range(1, 21)]
    text = printed(replace(answer, energy=entries))
    assert "8 others" in text
    assert "layer9 " in text
    assert "layer8 " not in text


def test_what_is_ideal_is_said_at_the_top(answer: Result) -> None:
    assert "Ideal, costs nothing: network, host" in printed(replace(answer, ideal=("network", "host")))
    assert "Ideal" not in printed(answer)


@pytest.mark.parametrize("name", ["[bold red]x[/bold red]", "[link=http://x]y[/link]", ":smiley:", "[/]"])
def test_names_are_taken_literally(answer: Result, name: str) -> None:
    assert printed(renamed(answer, name)).startswith(f"{name} running small")


def test_names_cannot_steer_the_terminal(answer: Result) -> None:
    text = printed(renamed(answer, "a\x1b]0;owned\x07\u202eb"))
    assert text.startswith("a?]0;owned??b running")


def test_what_contention_costs_stands_beside_the_run(answer: Result) -> None:
    own = answer.times[0]
    loaded = tuple(Loaded(load, 1e6, 2e6, 3e6, 1.5e6, 40) for load in (0.5, 0.95))
    half = Times(("host",), own.first // 2, replace(own.steady, interval=own.steady.interval / 4), loaded)
    text = printed(replace(answer, times=[replace(own, loaded=loaded), half]))
    lines = [line.split() for line in text[text.index("What contention costs") :].splitlines()]
    contrast = next(line for line in lines if line[:1] == ["host"])
    assert (contrast[2], contrast[4]) == ("-50.0%", "-75.0%")
    assert ["nothing", "95%", "1,000.0", "2,000.0", "3,000.0", "1,500.0"] in lines
    assert ["host", "50%", "1,000.0", "2,000.0", "3,000.0", "1,500.0"] in lines
    assert "40 seeded Poisson arrivals a row" in text


def test_without_a_contrast_nothing_is_said_about_it(answer: Result) -> None:
    text = printed(answer)
    assert "contention" not in text
    assert "Poisson" not in text


def test_times_are_in_the_summary(answer: Result) -> None:
    (told,) = summary(answer)["times"]
    assert told["ideal"] == []
    assert told["steady_interval_ns"] == answer["steady_interval_ns"]
    assert told["alone_ns"] == answer.times[0].first / 1e3


def test_a_long_path_of_results_is_not_broken() -> None:
    screen = Console(file=io.StringIO(), width=40)
    written("results/" + "x" * 80, screen)
    assert isinstance(screen.file, io.StringIO)
    assert screen.file.getvalue() == f"\nResults: results/{'x' * 80}\n"
