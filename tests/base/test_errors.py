"""The text of an error: a line for each, whatever names of files and keys hold."""

import pytest

from simulator.base.errors import InputError, InputErrors
from simulator.base.yaml_file import parse


def test_what_a_file_says_forges_no_line() -> None:
    forged = InputError(
        "no\nrule", place="a\nb:1", field="c\r\x1b[2Jd\u202e", value="e\nf", remedy="g\u2028h"
    )
    assert str(forged) == "a?b:1: c??[2Jd?: no?rule, got 'e?f'. g?h"
    assert (forged.place, forged.field) == ("a\nb:1", "c\r\x1b[2Jd\u202e")


def test_several_errors_keep_a_line_each() -> None:
    several = InputErrors([InputError("is one", field="a\nb"), InputError("is two", field="c")])
    assert str(several).splitlines() == ["a?b: is one", "c: is two"]


def test_long_names_keep_their_ends() -> None:
    text = str(InputError("is wrong", place=f"/{'x' * 100_000}/chip.yaml:12", field="k" * 100_000))
    assert len(text) < 500
    assert text.startswith("/xxx")
    assert "x...x" in text
    assert "/chip.yaml:12: kkk" in text
    assert text.endswith("k: is wrong")


def test_a_key_of_a_file_is_shortened() -> None:
    key = "k" * 1000
    with pytest.raises(InputError) as caught:
        parse(f"? {key}\n: 1\n? {key}\n: 2\n", "a\nb.yaml")
    told = str(caught.value)
    assert told.startswith("a?b.yaml:3: kkk")
    assert len(told) < 400
