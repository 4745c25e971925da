"""What is said of attention: units of which style, and where it is not what the network asks for."""

from collections.abc import Sequence
from math import exp

from rich.console import Console

from simulator.chip.resolve import Hardware
from simulator.measure.metric import Metric
from simulator.report.layout import sentence
from simulator.report.text import percent

_LEAST = exp(-1)
"""What should be left of the oldest key or value: after the decay time, 1/e of it is."""


def attention_data(hardware: Hardware) -> dict[str, object]:
    """For the summary; empty without units."""
    units = hardware.attention
    if units is None:
        return {}
    return {
        "attention": {"style": units.style, "exact": not units.unit.differs, "function": units.unit.differs}
    }


def show_function(hardware: Hardware, console: Console) -> None:
    """A sentence where attention is another function than the network's."""
    units = hardware.attention
    if units is not None and units.unit.differs:
        words = f"Attention is another function than the network's: {units.unit.differs}."
        sentence(words, console, "yellow")


def show_fading(metrics: Sequence[Metric], console: Console) -> None:
    """A warning where keys and values have faded before they are read."""
    left = next((metric.value for metric in metrics if metric.name == "kv_retention"), 1.0)
    if left < _LEAST:
        words = (
            f"Warning: only {percent(left)} may be left of the oldest keys and values when they are read (less than "
            "1/e): tokens of a sequence are too far apart for cells that fade."
        )
        sentence(words, console, "yellow")
