"""Energy follows the data where a chip says so: inputs of a layer, levels of its devices."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.timing import mvm
from simulator.measure.mvm_energy import mvm_costs
from simulator.parts.activity import Activity, Factors, factors
from simulator.program.form import Asked
from simulator.workload.matrices import entries

CHIPS = Path(__file__).parents[2] / "chip_configs"
HALF, WHOLE = Fraction(1, 2), Fraction(1)


@pytest.mark.parametrize(("density", "magnitude"), [(1.0, 0.5), (0.4, 0.1), (0.4, 0.35), (1.0, 1.0)])
def test_mean_square_is_that_of_inputs_spread_evenly_about_their_mean(
    density: float, magnitude: float
) -> None:
    random = np.random.default_rng(1)
    mean = magnitude / density
    reach = min(mean, 1 - mean)
    values = random.uniform(mean - reach, mean + reach, 400_000) * (random.random(400_000) < density)
    at = Activity(Fraction(str(density)), Fraction(str(magnitude)))
    assert float(at.square) == pytest.approx(float(np.mean(values**2)), rel=0.01)


def test_what_follows_the_data_depends_on_the_coding() -> None:
    usual, sparse = Activity(WHOLE, HALF), Activity(HALF, HALF / 2)
    assert factors("bit_serial", sparse, usual) == Factors(HALF, HALF)
    assert factors("pulse_width", sparse, usual) == Factors(WHOLE, HALF)
    assert factors("amplitude", sparse, usual) == Factors(WHOLE, HALF)
    assert factors("amplitude", usual, usual) == Factors()
    assert factors("pulse_width", Activity(Fraction(0), Fraction(0)), usual).array == 0


@pytest.mark.parametrize(
    "kind", ["random", "symmetric", "doubly_stochastic", "cosine", "sine", "complex_fourier"]
)
def test_power_of_the_array_is_ohms_law_device_by_device(kind: str) -> None:
    """mol.8 without its mean field: every conductance times the square of the voltage on it."""
    chip = load_chip(CHIPS / "molecular_film.yaml").chip
    matrix = entries(kind, 64, 64)
    level = (matrix - matrix.min()) / (matrix.max() - matrix.min())
    conductance = 0.2e-6 + level * (5.9e-3 - 0.2e-6)
    voltage = 0.5 * np.random.default_rng(2).random((20_000, 64))
    watt = float((voltage**2 @ conductance).sum(axis=1).mean())
    energy = mvm_costs(chip, Asked(level=float(level.mean())))["crossbar"].value
    assert float(energy / mvm(chip).active) == pytest.approx(watt, rel=0.01)


def test_doubly_stochastic_rows_and_columns_add_up_to_one() -> None:
    matrix = entries("doubly_stochastic", 64, 64)
    assert np.allclose(matrix.sum(axis=0), 1)
    assert np.allclose(matrix.sum(axis=1), 1)


def test_a_complex_transform_is_that_of_the_library() -> None:
    vector = np.random.default_rng(3).random(64)
    found = vector @ entries("complex_fourier", 64, 64)
    assert np.allclose(found[:32] + 1j * found[32:], np.fft.fft(vector[:32] + 1j * vector[32:]))


def test_without_the_section_an_mvm_costs_the_same_whatever_its_data() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml").chip
    assert mvm_costs(chip, Asked(density=0.1, magnitude=0.01)) == mvm_costs(chip)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (
            ["tile.activity=null"],
            "tile.activity: must be given where the array's power follows from conductances",
        ),
        (["tile.activity.magnitude=0"], "tile.activity.magnitude: must be above 0 and at most the density"),
        (
            ["tile.crossbar.conductance=null"],
            "give either anchor.power or conductance, from which power follows",
        ),
        (["tile.crossbar.conductance.low=6 mS"], "must be above tile.crossbar.conductance.low"),
        (["tile.input.magnitude_bits=21"], "must be between 1 and 20, where the law holds"),
        (["tile.adc.bits=25"], "tile.adc.bits: must be between 1 and 24"),
        (["tile.input.network=capacitive"], "must be between 1 and 8, where the law holds"),
    ],
)
def test_what_contradicts_itself_is_refused(settings: list[str], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint.replace(".", r"\.")):
        load_chip(CHIPS / "molecular_film.yaml", settings)


def test_a_component_follows_no_node() -> None:
    film = load_chip(CHIPS / "molecular_film.yaml", ["tile.adc.anchor.energy=21 nJ"]).chip
    moved = load_chip(
        CHIPS / "molecular_film.yaml",
        ["tile.adc.anchor.energy=21 nJ", "technology.node=90 nm", "technology.supply=1.2 V"],
    ).chip
    assert mvm_costs(moved)["adc"] == mvm_costs(film)["adc"]
