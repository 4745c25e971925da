"""Accuracy of a product for people: errors over time, what they are made of, and what the product costs."""

from math import isfinite

from rich.console import Console
from rich.text import Text

from simulator.functional.effects import EFFECTS
from simulator.functional.metrics import Interval
from simulator.measure.accuracy import Accuracy, Row
from simulator.report.layout import facts, heading, sentence, show, table
from simulator.report.text import plain, scaled

_STEPS = (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("days", 86400.0), ("years", 31_557_600.0))


def show_accuracy(found: Accuracy, console: Console) -> None:
    """The whole answer: warnings first, as nobody reads to the end."""
    for text in found.warnings:
        sentence(f"! {text}", console, style="bold yellow")
    heading("What is computed", console)
    facts(_what(found), console)
    heading("Error over time, relative L2 in percent, with 95 % confidence", console)
    _times(found, console)
    if found.budget:
        _budget(found, console)
    heading("What it costs, from the same chip file", console)
    facts(_cost(found), console)


def age(seconds: float) -> str:
    """A time after writing in the unit of its size."""
    unit, size = next(step for step in reversed(_STEPS) if seconds >= step[1] or step[1] == 1)
    return f"{seconds / size:.4g} {unit if seconds / size != 1 else unit.removesuffix('s') or unit}"


def rounded(value: float) -> float | None:
    """Twelve digits for files: sums of the linear algebra library depend on its threads in the last one.

    None for what is not finite, which JSON does not know.
    """
    return float(f"{value:.12g}") if isfinite(value) else None


def _what(found: Accuracy) -> dict[str, str]:
    physics, (rows, columns) = found.physics, found.product.matrix.shape
    tiles = sum(len(placed.tiles) for placed in found.mapping.chains)
    each = physics.devices * physics.device.per_polarity
    held = "one device and a reference column" if physics.offset else f"{each} a polarity"
    section = found.chip_file.chip.accuracy
    gains = section.compensation.gain if section and section.compensation else "none"
    return {
        "product": f"{rows} x {columns} on {tiles} tile{'s' * (tiles > 1)}, {len(found.product.inputs)} vectors",
        "data": found.product.told,
        "devices": f"{physics.device.name} ({held}), g_max {physics.full:g} uS",
        "inputs": f"sign and {physics.coding.bits} bits, each device read for {physics.read * 1e9:g} ns",
        "converters": f"{physics.adc.bits} bits, {physics.adc.shared} column{'s' * (physics.adc.shared > 1)} each, "
        f"full scale {physics.adc.policy}",
        "gains": f"{gains}" if gains == "none" else f"{gains}, measured anew at each time",
        "written": f"{len(found.times[0].samples)} times",
    }


def _times(found: Accuracy, console: Console) -> None:
    names = ("after", "raw", "best gain", "by column", "SNR, dB", "ENOB", "saturated")
    made = table(*names, right=names)
    for row in found.times:
        shares = (_percent(row.interval(name)) for name in ("raw", "gain", "column"))
        snr, enob = (row.interval(name).mean for name in ("snr", "enob"))
        made.add_row(age(row.after), *shares, f"{snr:.1f}", f"{enob:.2f}", f"{row.clipped:.2%}")
    show(made, console)


def _percent(interval: Interval) -> str:
    about = f" +-{100 * interval.half:.1g}" if isfinite(interval.half) else ""  # one instance tells no spread
    return f"{100 * interval.mean:.3g}{about}"


def _budget(found: Accuracy, console: Console) -> None:
    """Each effect alone and all but each, at the first and at the last time."""
    times = sorted({row.after for row in found.budget})
    heading("What the error is made of, raw", console)
    names = [f"{what}, {age(time)}" for time in times for what in ("alone", "without")]
    made = table("effect", *names, right=names)
    for effect in found.effects:
        cells = [_cell(found, effect, time, what) for time in times for what in ("alone", "without")]
        made.add_row(Text(plain(EFFECTS[effect]), overflow="fold"), *cells)
    everything = [row for row in found.times if row.after in times]
    total = [f"{100 * row.interval('raw').mean:.3g} %" for row in everything for _ in range(2)]
    made.add_row("everything", *total)
    show(made, console)


def _cell(found: Accuracy, effect: str, time: float, what: str) -> str:
    row = budget_row(found, effect, time, what)
    return f"{100 * row.interval('raw').mean:.3g} %"


def budget_row(found: Accuracy, effect: str, time: float, what: str) -> Row:
    """The row of an effect ``alone`` or ``without`` it."""
    return next(row for row in found.budget if getattr(row, what) == effect and row.after == time)


def _cost(found: Accuracy) -> dict[str, str]:
    cost = found.cost
    told = {
        "MVM of a tile": f"{scaled(cost.mvm_ns, 'ns')}, {scaled(cost.mvm_pj / 1e3, 'nJ')}",
        "a vector, host left out": f"{scaled(cost.vector_ns, 'ns')}, {scaled(cost.vector_pj / 1e3, 'nJ')}",
        "area": f"{cost.macro_mm2:.4g} mm^2 of arrays and converters, {cost.die_mm2:.4g} mm^2 of die",
    }
    if cost.compensation_ns:
        told["measuring gains"] = (
            f"{scaled(cost.compensation_ns, 'ns')}, {scaled(cost.compensation_pj / 1e3, 'nJ')}, each time"
        )
    return told
