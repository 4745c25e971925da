"""Numbers as people read them; text that cannot steer a terminal."""

import pytest

from simulator.report.text import column, percent, plain, scaled, significant


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1517.5, "ns", "1,517.5 ns"),
        (1131, "ns", "1,131 ns"),
        (12345.678, "ns", "12.346 us"),
        (0.5, "ns", "500 ps"),
        (2.5e9, "ns", "2.5000 s"),
        (970.12, "nJ", "970.12 nJ"),
        (1510.2, "nJ", "1.5102 uJ"),
        (63100, "GOPS", "63.100 TOPS"),
        (438.123, "GOPS/mm^2", "438.12 GOPS/mm^2"),
        (25.6e9, "bit/s", "25.600 Gbit/s"),
        (0.4123, "1", "41.2%"),
        (0, "ns", "0 ns"),
        (40, "tiles", "40 tiles"),
    ],
)
def test_values_get_the_unit_of_their_size(value: float, unit: str, text: str) -> None:
    assert scaled(value, unit) == text


def test_values_below_each_other_share_unit_and_decimals() -> None:
    assert column([1933100.0, 236.08, 0.0], "nJ") == ("mJ", ["1.9331", "0.0002", "0.0000"])


def test_a_small_value_in_a_column_is_never_shown_as_zero() -> None:
    assert column([1933100.0, 1.0], "nJ") == ("mJ", ["1.9331", "1.0000e-06"])


def test_significant_digits_without_trailing_zeros() -> None:
    assert [significant(value) for value in (63.1, 0.4, 1866536, 1517.5)] == [
        "63.1",
        "0.4",
        "1,866,536",
        "1,517.5",
    ]


def test_percent_has_one_decimal() -> None:
    assert percent(0.8613) == "86.1%"


@pytest.mark.parametrize("nasty", ["\x1b[31m", "\x07", "\u202e", "\u200b", "\r", "\x9b"])
def test_characters_that_steer_a_terminal_are_replaced(nasty: str) -> None:
    assert plain(f"a{nasty[0]}b") == "a?b"


def test_line_ends_and_letters_of_any_language_stay() -> None:
    assert plain("eins\nzwei \u00b5m \u4e2d") == "eins\nzwei \u00b5m \u4e2d"
