"""Device models as data: what they say, what they refuse."""

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.base.units import parse as quantity
from simulator.base.yaml_file import parse
from simulator.functional.device import device, full_scale, names, read
from simulator.functional.gain_cell import OUTPUT_LEVELS, hard_sigmoid, response, rounded, saturated

LEAST = """
format: 1
name: mine
summary: own
g_max: 10 uS
g_min: 0 uS
rescale: refused
rescale_reason: why not
"""


def test_all_models_are_there_and_say_where_they_come_from():
    assert set(names()) >= {
        "ideal", "pcm-like", "hermes-one-device", "hermes-two-device", "rram-wan", "cmo-hfox", "molecular-14",
        "gain-cell",
    }  # fmt: skip
    for name in names():
        model = device(name)
        assert model.name == name
        assert model.g_max.label in ("source", "derived", "assumption"), name


@pytest.mark.parametrize(
    ("name", "share", "sigma"),
    [
        ("pcm-like", 0.5, (0.26348 + 1.9650 / 2 - 1.1731 / 4) / 25),
        ("hermes-one-device", 1.0, (0.15782 + 2.32444 - 2.16311 + 0.68842) / 10.35),
        ("cmo-hfox", 0.5, (1.069e-3 * 44.1 + 8.1e-4) / 88.2),
    ],
)
def test_deviations_are_those_of_the_formulas(name, share, sigma):
    assert device(name).programming.sigma(np.array([share]))[0] == pytest.approx(sigma, rel=1e-12)


def test_pieces_of_a_curve_meet_their_bounds():
    drift = device("hermes-one-device").drift.exponent
    got = drift(np.array([0.0, 0.05, 0.0945, 1.0]))
    low = min(max(-0.0387 * np.log(0.05) - 0.0182, 0.072), 0.13)
    assert got == pytest.approx([0.13, low, 0.0736 - 0.0126 * 0.0945 - 0.0436 * 0.0945**2, 0.0174])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("noise: 3", "devices/mine.yaml:9: noise: is not a known key"),
        ("drift: {t0: 1 s, exponent: {pieces: [{log: [1, 2], power: [1, 2]}], source: s}}", "needs exactly one of"),
        ("levels: -1", "levels: must be between 0 and 1e+09"),
        ("white: {sigma: {pieces: [{below: 1, log: [1, 1]}], source: s}, read_time: 1 us}", "every piece but the last"),
        ("valid_until: 3", "valid_until: needs a unit"),
    ],
)  # fmt: skip
def test_wrong_models_are_refused(more, message):
    with pytest.raises(InputError) as found:
        read(parse(LEAST.lstrip() + f"\n{more}", "devices/mine.yaml"))
    assert message in str(found.value)


def test_another_full_scale_is_scaled_or_refused():
    assert full_scale(device("pcm-like"), quantity("12 uS", "conductance")) == 12
    with pytest.raises(InputError, match=r"must be 40 uS.*relaxation depends on the conductance itself"):
        full_scale(device("rram-wan"), quantity("12 uS", "conductance"))


def test_gain_cells_follow_the_published_polynomial():
    """Ten coefficients written out; what is stored falls towards the offset."""
    c = [0.17393044, 0.15653739, 0.14088365, 0.12679529, 5.51975209, 4.96777688, 4.4709992,
         -1.44776001, -1.30298401, 46.05483778]  # fmt: skip
    w, x, age = 0.3, 0.4, 1000.0
    v = (w - 0.45) * np.exp(-1.6e-4 * age)
    powers = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3]
    inner = [0, 1, 2, 3, 0, 1, 2, 0, 1, 0]
    wanted = x * sum(a * v**i * 0.9**j for a, i, j in zip(c, powers, inner, strict=True))
    got = response(device("gain-cell"), np.array([[x]]), np.array([[w]]), np.array([age]))
    assert got[0, 0] == pytest.approx(wanted, rel=1e-12)


def test_gain_cells_saturate_and_round_as_published():
    assert hard_sigmoid(np.array([-1.0, 40.0, 100.0])).tolist() == [0, 0.5, 1]
    assert saturated(np.array([-50.0, 20.0, 50.0])).tolist() == [-1, 0.5, 1]
    levels = np.unique(rounded(np.linspace(-2, 2, 4001), OUTPUT_LEVELS, -1, 1))
    assert len(levels) == 32
    assert levels[[0, -1]].tolist() == [-1, 1]
