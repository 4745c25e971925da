"""NeuRRAM from 1/3 to 8/10 bits in one and two phases: ``python scripts/precision.py``.

Energies are fitted here to the rows of 1 to 4 bits of chip_configs/published/neurram.yaml by least squares; the chip
file holds what comes out, and everything from 5 bits on is a prediction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.study.case import Case
from simulator.study.measures import MEASURES
from simulator.study.published import Row, read_published

ROOT = Path(__file__).parents[1]
CHIPS = ROOT / "chip_configs"
FITTED = (1, 2, 3, 4)


def magnitude(bits: int) -> int:
    """Magnitude bits of inputs of so many bits: one is the sign, except that a single bit has none."""
    return max(bits - 1, 1)


LAWS: Mapping[str, Mapping[str, Callable[[int], float]]] = {
    "word lines": {"a magnitude bit": magnitude, "a phase": lambda bits: 1},
    "neurons and control": {"a magnitude bit": magnitude, "a step": lambda bits: bits + 2},
    "input pulses": {"a magnitude bit": magnitude},
}
"""Part -> what it is spent on, and how often for inputs of so many bits in one phase."""
OTHERS: Mapping[str, Mapping[str, Callable[[int], float]]] = {
    "neurons and control": {"a read": lambda bits: 2 ** magnitude(bits) - 1, "a step": lambda bits: bits + 2},
    "input pulses": {"a read": lambda bits: 2 ** magnitude(bits) - 1},
}
"""Laws that the same rows speak against: a charge a read, of which bit k has 2^k."""
_FIGURES = {
    "latency": "mvm_latency_ns",
    "TOPS/W": "peak_mvm_tops_per_w",
    "word lines": "word_lines_fj_per_op",
    "neurons": "neurons_fj_per_op",
    "pulses": "pulses_fj_per_op",
}


@dataclass(frozen=True)
class Fit:
    """Energies [fJ/op] of a law, and its largest relative deviation from the rows."""

    energies: Mapping[str, float]
    deviation: float


def published(part: str) -> list[float]:
    """Published energies [fJ/op] of a part at 1 to 4 bits."""
    rows = {row.case: row.published for row in read_published(CHIPS / "published") if row.row == "neurram.2"}
    return [float(rows[f"{bits}/{bits + 2} bits, {part}"] or 0) for bits in FITTED]


def fit(part: str, law: Mapping[str, Callable[[int], float]]) -> Fit:
    """Least squares of a law to the rows of 1 to 4 bits."""
    seen = np.array(published(part))
    counts = np.array([[count(bits) for count in law.values()] for bits in FITTED], float)
    energies = np.linalg.lstsq(counts, seen, rcond=None)[0]
    deviation = np.abs(counts @ energies / seen - 1).max()
    return Fit(dict(zip(law, map(float, energies), strict=True)), float(deviation))


def figures(bits: int, phases: int) -> dict[str, float]:
    """Latency [ns], TOPS/W and fJ/op by part, by the programs and laws that ``validate`` takes."""
    sets = (
        f"tile.input.magnitude_bits={magnitude(bits)}",
        f"tile.adc.bits={bits + 2}",
        f"tile.input.phases={phases}",
    )
    facts = {
        "row": "table.1",
        "what": "",
        "unit": "",
        "kind": "prediction",
        "source": "",
        "chip": "neurram.yaml",
    }
    found = {}
    for name, measure in _FIGURES.items():
        row = Row.model_validate({**facts, "measure": measure, "set": sets})
        found[name] = MEASURES[measure](Case(row, CHIPS, ROOT / "workloads", SimpyEngine()))
    return found


def table() -> list[str]:
    """One line a precision and number of phases; inputs of up to 3 magnitude bits are never split."""
    chip = load_chip(CHIPS / "neurram.yaml").chip
    operations = 2 * int(chip.tile.crossbar.rows) * int(chip.tile.crossbar.columns)
    lines = [
        f"{'bits':>5} {'phases':>6} {'us':>7} {'GOPS':>6} {'TOPS/W':>7} {'nJ':>6} {'fJ/op: lines':>12} {'neurons':>8} "
        f"{'pulses':>7} {'mW':>6}"
    ]
    for bits in range(1, 9):
        for phases in (1, 2) if magnitude(bits) > int(chip.tile.input.whole_bits) else (1,):
            row = figures(bits, phases)
            energy = operations / row["TOPS/W"] / 1e3
            lines.append(
                f"{f'{bits}/{bits + 2}':>5} {phases:>6} {row['latency'] / 1e3:>7.2f} "
                f"{chip.tiles * operations / row['latency']:>6.0f} {row['TOPS/W']:>7.2f} {energy:>6.2f} "
                f"{row['word lines']:>12.1f} {row['neurons']:>8.1f} {row['pulses']:>7.1f} "
                f"{chip.tiles * energy / row['latency'] * 1e3:>6.1f}"
            )
    return lines


def main() -> None:
    print("Fitted to 1 to 4 bits [fJ/op]")
    for part, law in [*LAWS.items(), *OTHERS.items()]:
        found = fit(part, law)
        energies = ", ".join(f"{value:.4f} {what}" for what, value in found.energies.items())
        taken = "" if law is LAWS[part] else " (not taken)"
        print(f"  {part}: {energies}; within {found.deviation:.0%}{taken}")
    print("\nAll 48 cores; from 5/7 bits on a prediction")
    print("\n".join(table()))


if __name__ == "__main__":
    main()
