"""What becomes of keys and values: how old they are where they fade, what writing wears out, what has no room."""

from collections import Counter

from simulator.chip.resolve import AttentionUnits
from simulator.measure.generation import Answered, Generation
from simulator.measure.metric import Metric
from simulator.measure.totals import totals
from simulator.parts.attention.gain_cell import GainCell
from simulator.parts.attention.rewritten_array import RewrittenArray
from simulator.program.form import Program
from simulator.program.timeline import Timeline

_SPILLED = {
    "spilled": ("kv_spilled", "written to the host's memory, as attention units have no room"),
    "read back": ("kv_read_back", "read back from there"),
}
"""Kind of stream -> name and meaning of what it moves."""


def kept_metrics(
    units: AttentionUnits | None, timeline: Timeline, generation: Generation | None
) -> list[Metric]:
    """Age of the oldest key or value that is read, and what is left of it; none where nothing fades."""
    if units is None or not isinstance(units.unit, GainCell):
        return []
    unit, age = units.unit, _age(units.unit, timeline, generation)
    tau = f"decay time {unit.decay / 1e9:g} ms"
    each = [
        ("kv_age_ns", age / 1e3, "ns", "at most between writing a key or value and reading it"),
        ("kv_retention", unit.left(age), "1", f"of what was written is left then, {tau}"),
    ]
    period = _period(generation)
    if period:
        leak = 1 - unit.left(period)
        words = f"of what is kept fades from token to token, at the mean time per output token, {tau}"
        each.append(("kv_leak_per_token", leak, "1", words))
    return [Metric(*row, "attention") for row in each]


def wear_metrics(units: AttentionUnits | None, program: Program) -> list[Metric]:
    """What writing keys and values asks of devices; none where they do not wear out.

    Lines are taken in turn, so every device of a layer is written as often.
    """
    if units is None or not isinstance(units.unit, RewrittenArray):
        return []
    spent, unit, inferences = totals(program), units.unit, len(program.schedule)
    writes = [
        n for n, row in enumerate(program.streams) if row.kind == "write" and row.part == "attention_memory"
    ]
    if not writes:
        return []
    lines = max(int(spent.operations[n]) for n in writes) / inferences
    each = lines / unit.tokens
    words = f"of the layer written most; {unit.tokens:,} lines for tokens are taken in turn"
    return [
        Metric(
            "attention_values_written",
            sum(int(spent.values[n]) for n in writes) / inferences,
            "1/inference",
            "values that are programmed, of keys and values",
            "attention",
        ),
        Metric("attention_writes_per_device", each, "1/inference", words, "attention"),
        Metric(
            "attention_inferences_to_wear_out",
            unit.endurance / each,
            "inferences",
            f"until a device has been written {unit.endurance:,} times, its endurance",
            "attention",
        ),
    ]


def spilled_metrics(program: Program) -> list[Metric]:
    """Keys and values that units have no room for, over the run; none where all have room."""
    values, rows = totals(program).values, enumerate(program.streams)
    moved = Counter[str]()
    for number, stream in rows:
        if stream.kind in _SPILLED:
            moved[stream.kind] += int(values[number])
    return [
        Metric(name, moved[kind], "byte", f"keys and values {meaning}, of the whole run", "attention")
        for kind, (name, meaning) in _SPILLED.items()
        if moved[kind]
    ]


def _age(unit: GainCell, timeline: Timeline, generation: Generation | None) -> int:
    """At most [ps]: how long a sequence is under way, or as many of its tokens as the window holds."""
    if generation is None:
        return int((timeline.ended - timeline.began).max(initial=0))
    return max(_oldest(row, unit.window) for row in generation.requests)


def _oldest(row: Answered, window: int) -> int:
    """A token that is read when ``window`` more are known leaves; those of a prompt are read from its admission on."""
    known = (row.admitted, *row.times)
    return max(time - known[max(number - window, 0)] for number, time in enumerate(known))


def _period(generation: Generation | None) -> int:
    """Mean time per output token of the slowest request [ps]; 0 where none has two."""
    rows = generation.requests if generation else ()
    return round(max((row.per_token or 0 for row in rows), default=0))
