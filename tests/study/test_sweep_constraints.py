"""Constraints: a tiny grammar, units converted, closeness told."""

import pytest

from simulator.base.errors import InputError
from simulator.study.sweep_constraints import constraint, figure_name, unmet

FIGURES = {
    "die_area_mm2": (144.0, "mm^2"),
    "first_latency_ns": (5000.0, "ns"),
    "tops_per_w": (9.76, "TOPS/W"),
    "peak_gops": (63000.0, "GOPS"),
    "tile_utilisation": (0.72, "1"),
    "tiles_used": (40.0, "tiles"),
    "energy_per_inference_nj": (2e6, "nJ"),
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("die area <= 150 mm^2", True),
        ("die area <= 1.4 cm^2", False),
        ("die_area_mm2 == 144 mm^2", True),
        ("first latency < 5 us", False),
        ("first latency <= 0.005 ms", True),
        ("tops_per_w >= 9.76 TOPS/W", True),
        ("tops_per_w >= 0.01 POPS/W", False),
        ("peak gops >= 63 TOPS", True),
        ("tile utilisation >= 72 %", True),
        ("tile utilisation > 0.72", False),
        ("tiles used <= 39 tiles", False),
        ("energy per inference <= 2 mJ", True),
    ],
)
def test_figures_meet_constraints_in_any_unit_of_their_kind(text: str, met: bool) -> None:
    assert (unmet([constraint(text)], FIGURES) == []) is met


@pytest.mark.parametrize(
    "text",
    [
        "",
        "die area",
        "die area <= ",
        "<= 5 mm^2",
        "die area <= big",
        "die area << 5 mm^2",
        "a <= 1 <= 2",
        "f(x) <= 1",
        "__import__('os') <= 1",
        "die area <= 5 mm^2 and tops_per_w > 1",
        "x" * 5000 + " <= 1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="must be a figure, a comparison and a number"):
        constraint(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "die area <= 150",
            "with a number without unit, got 'die area <= 150'. Write it like 'die area <= 150 mm^2'",
        ),
        ("die area <= 150 nJ", "compares a figure in mm^2 with nJ"),
        ("tops_per_w >= 5 GOPS", "compares a figure in TOPS/W with GOPS"),
        ("tile utilisation >= 5 mm", "compares a figure in plain numbers with mm"),
        ("dye area <= 150 mm^2", "is no figure of a point, got 'dye area'. Did you mean 'die_area_mm2'?"),
    ],
)
def test_units_that_do_not_suit_and_unknown_figures_are_told(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        unmet([constraint(text)], FIGURES)
    assert told in str(caught.value)


def test_a_name_may_leave_its_unit_out() -> None:
    assert figure_name("First  Latency", FIGURES) == "first_latency_ns"
    assert figure_name("peak gops", FIGURES) == "peak_gops"
