"""Energy of MVMs: at the bits that each layer asks for, and by how busy its inputs are."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

from simulator.chip.cost import Cost
from simulator.chip.costs import Costs, costs, follows
from simulator.chip.precision import at_precision
from simulator.chip.schema import Chip
from simulator.program.form import Asked, Program

MVM_PARTS = ("input", "word_lines", "crossbar", "adc")
"""Parts whose energy is that of the MVMs."""

USUAL = Asked()
"""At the chip's own bits, with usual inputs."""
Spent = Mapping[int, Mapping[str, Cost]]
"""Stream -> part -> energy [pJ] of the whole run."""


def mvm_costs(chip: Chip, asked: Asked = USUAL) -> dict[str, Cost]:
    """Energy [pJ] of one MVM by part."""
    return _parts(chip, asked, costs(at_precision(chip, asked.magnitude_bits, asked.output_bits)))


def _parts(chip: Chip, asked: Asked, each: Costs) -> dict[str, Cost]:
    """The costs at the bits asked for, for as busy inputs as are asked."""
    busy = follows(chip, asked.density, asked.magnitude, asked.level, asked.driven)
    parts = {
        "input": _scaled(each.input, busy.rows),
        "word_lines": _scaled(each.word_lines, busy.rows) if each.word_lines else None,
        "crossbar": _scaled(each.crossbar, busy.array),
        "adc": each.adc,
    }
    return {part: cost for part, cost in parts.items() if cost is not None}


def mvm_energy(chip: Chip) -> float:
    """Energy of one MVM of a tile [pJ] with usual inputs: all of ``MVM_PARTS``."""
    return float(sum(cost.value for cost in mvm_costs(chip).values()))


def mvms(chip: Chip, program: Program) -> Spent:
    """What the MVMs of every stream spent over the schedule."""
    at_bits = cache(lambda *bits: costs(at_precision(chip, *bits)))
    known = cache(lambda asked: _parts(chip, asked, at_bits(asked.magnitude_bits, asked.output_bits)))
    found: dict[int, dict[str, Cost]] = {}
    for stream, asked, count in _asked(program):
        parts = found.setdefault(stream, {})
        for part, cost in known(asked).items():
            before = parts.get(part, Cost(Fraction(0), cost.label))
            parts[part] = Cost(before.value + count * cost.value, cost.label)
    return found


def _asked(program: Program) -> Iterator[tuple[int, Asked, int]]:
    """Stream, what its MVMs are asked for, and how many over the whole schedule."""
    for number, segment in enumerate(program.segments):
        counted: dict[int, int] = {}
        for stream, work in segment.work.items():
            row = program.streams[stream]
            if row.part == "crossbar" and work.n:
                if row.group not in counted:
                    counted[row.group] = sum(
                        i.segment == number and i.works(row.group) for i in program.schedule
                    )
                if counted[row.group]:
                    yield stream, work.asked, counted[row.group] * work.n


def _scaled(cost: Cost, factor: Fraction) -> Cost:
    moved = factor != 1 and cost.label != "assumption"
    return Cost(cost.value * factor, "derived" if moved else cost.label)
