"""What limits the chip and what would help, in sentences."""

from collections.abc import Sequence

import pandas as pd

from simulator.measure.bounds import PARTS
from simulator.measure.causes import WORDS, Cause
from simulator.measure.critical import grouped
from simulator.measure.gains import Base, Gain

_LEAST = 0.01
"""Shares below this are not named."""


def limits(start: Base) -> list[str]:
    """What one interval and one latency are spent on, most first."""
    interval = f"One inference every {_ns(start.interval)}"
    sample = "" if start.cycle.closed else " (early layers run ahead of late ones: a sample)"
    return [
        f"{interval}: {_shares(start.cycle.steps)}{sample}.",
        f"One inference alone takes {_ns(start.first)}: {_shares(start.path.steps)}.",
    ]


def gain_text(gain: Gain) -> str:
    """``Host port twice as fast: one inference every ... (-37.6%), the first after ... (-32.2%), simulated.``"""
    name = gain.relaxation.name[:1].upper() + gain.relaxation.name[1:]
    interval = f"one inference every {_ns(gain.interval)} ({gain.interval_change:+.1%})"
    first = f"the first after {_ns(gain.first)} ({gain.first_change:+.1%})"
    how = gain.how if gain.how == "simulated" else f"{gain.how}, at best"
    return f"{name}: {interval}, {first}, {how}."


def gains_frame(found: Sequence[Gain]) -> pd.DataFrame:
    """One row a gain."""
    rows = [
        (
            gain.relaxation.name,
            gain.how,
            gain.interval / 1e3,
            gain.interval_change,
            gain.first / 1e3,
            gain.first_change,
        )
        for gain in found
    ]
    columns = ["relaxed", "how", "interval_ns", "interval_change", "first_latency_ns", "first_latency_change"]
    return pd.DataFrame(rows, columns=columns)


def _shares(steps: pd.DataFrame) -> str:
    rows = grouped(steps, ("part", "cause"))
    named = rows[rows["share"] >= _LEAST]
    columns = named[["part", "cause", "share"]].to_numpy().tolist()
    texts = [f"{_name(part, cause)} {share:.1%}" for part, cause, share in columns]
    rest = 1 - float(named["share"].sum())
    return ", ".join(texts + ([f"other {rest:.1%}"] if rest > 5e-4 else []))


def _name(part: str, cause: str) -> str:
    """``host port`` for its work, ``host port (clock)`` for anything else."""
    what = PARTS.get(part, part)
    if cause == WORDS[Cause.WORK]:
        return what
    return "host latency" if (part, cause) == ("host", "host") else f"{what} ({cause.replace('_', ' ')})"


def _ns(time: float) -> str:
    return f"{time / 1e3:,.1f} ns"
