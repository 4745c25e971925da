"""Where the time went and what would help: tables for files, and a few lines for the terminal."""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console
from rich.text import Text

from simulator.measure.bounds import PARTS
from simulator.measure.causes import DEFINITIONS, WORDS
from simulator.measure.gains_words import gain_text, gains_frame, limits
from simulator.measure.power import Power
from simulator.measure.tiers import Conflicts, conflicts
from simulator.report.answer import Answer
from simulator.report.layout import heading, sentence, show, table
from simulator.report.names import PART_NAMES
from simulator.report.text import counted, percent, scaled

_GAINS = 3
_LEAST = 0.005
"""Causes below this share of a part's time are left out of the terminal's table; the CSV has all."""


def why_tables(answer: Answer) -> Mapping[str, pd.DataFrame]:
    """File name -> table: time by cause for units and layers, power, critical path and cycle, gains."""
    told, spent = answer.waits, answer.power
    tables = {
        "attribution_units.csv": told.units,
        "attribution_layers.csv": told.layers,
        "power.csv": spent.frame(),
        "power_peaks.csv": spent.peaks(),
    }
    if answer.base is not None:
        tables["critical_path.csv"] = answer.base.path.steps
        tables["critical_cycle.csv"] = answer.base.cycle.steps
        tables["gains.csv"] = gains_frame(answer.gains)
    return tables


def show_why(answer: Answer, console: Console) -> None:
    """Time by cause per part, peak power, what limits and what would help."""
    seen = answer.closer
    if seen.history is None:
        return
    _causes(seen.waits.units, console)
    if seen.mapping.hardware.tiers > 1:
        _tiers(conflicts(seen.program, seen.past), console)
    _peak(seen.power, console)
    if seen.whole is not None:
        count = counted(len(seen.program.schedule), "inference")
        sentence(f"Of the first {count} run alone; --detail keeps more operations.", console, "yellow")
    if answer.base is not None:
        heading("What an inference waits for", console)
        for text in limits(answer.base):
            sentence(text, console)
        heading("What would help", console)
        for gain in answer.gains[:_GAINS]:
            sentence(gain_text(gain), console)


def _causes(units: pd.DataFrame, console: Console) -> None:
    """Shares of the time of all units of a part; a row adds up to 100 %."""
    heading("Where the time of the units goes", console)
    made = table("part", "share of time")
    for part, rows in units.groupby("part", sort=False):
        total = int(rows["total_ps"].sum())
        shares = sorted(((int(rows[word].sum()) / total, word) for word in WORDS), reverse=True)
        named = [f"{word.replace('_', ' ')} {percent(share)}" for share, word in shares if share >= _LEAST]
        made.add_row(PARTS.get(str(part), str(part).replace("_", " ")), Text(", ".join(named)))
    show(made, console)
    used = [word for word in WORDS if int(units[word].sum())]
    sentence(
        "; ".join(f"{word.replace('_', ' ')}: {DEFINITIONS[word]}" for word in used) + ".", console, "dim"
    )


def _tiers(found: Conflicts, console: Console) -> None:
    """How often one tier of a tile keeps another waiting."""
    most = f", most on {found.worst} ({found.worst_count:,})" if found.count else ""
    sentence(
        f"Tier conflicts: {found.count:,} of {found.mvms:,} MVMs found another tier of their tile being read and "
        f"waited {scaled(found.waited / 1e3, 'ns')} in all{most}.",
        console,
    )


def _peak(spent: Power, console: Console) -> None:
    heading("Power (chip only)", console)
    made = table("part", "mean", "peak", "peak at", right=("mean", "peak", "peak at"))
    peaks = spent.peaks()[["part", "mean_mw", "peak_mw", "at_ns"]].to_numpy().tolist()
    for part, mean, peak, at in peaks:
        made.add_row(PART_NAMES.get(part, part), scaled(mean, "mW"), scaled(peak, "mW"), scaled(at, "ns"))
    show(made, console)
    sentence(f"Means of stretches of {scaled(spent.width / 1e3, 'ns')}.", console, "dim")
