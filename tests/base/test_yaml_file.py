from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.base.yaml_file import MAX_BYTES, load, parse

TEXT = """\
name: chip     # a comment
tile:
  rows: 256
  latency: 133 ns
  adc:
    bits: [8, 12]
list:
  - a
  - b: 1
"""


def test_values_and_lines():
    document = parse(TEXT, "x.yaml")
    assert document.data == {
        "name": "chip",
        "tile": {"rows": 256, "latency": "133 ns", "adc": {"bits": [8, 12]}},
        "list": ["a", {"b": 1}],
    }
    assert document.line(("tile",)) == 2
    assert document.line(("tile", "latency")) == 4
    assert document.line(("tile", "adc", "bits", 1)) == 6
    assert document.line(("list", 1, "b")) == 9
    assert document.place(("tile", "adc", "missing", "deeper")) == "x.yaml:5"
    assert document.place() == "x.yaml:1"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e9", 1e9),
        ("-0.5", -0.5),
        ("012", 12),
        ("0x1F", 31),
        ("true", True),
        ("yes", "yes"),
        ("off", "off"),
        ("1:30", "1:30"),
        ("2023-01-01", "2023-01-01"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("'12'", "12"),
        ("~", None),
        ("133 ns", "133 ns"),
    ],
)
def test_scalars_follow_the_core_schema(text, value):
    got = parse(f"a: {text}", "x").data["a"]
    assert got == value
    assert type(got) is type(value)


def test_keys_are_text():
    assert parse("1: a\ntrue: b", "x").data == {"1": "a", "true": "b"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "x:3: a: key is given twice, first in line 1"),
        ("a:\n  b: &n 1", "x:2: a.b: anchors and aliases are not allowed. Write the value out"),
        ("a: *n", "x:1: a: anchors and aliases are not allowed. Write the value out"),
        (
            "a: !!python/object/apply:os.system ['true']",
            "x:1: a: tags are not allowed, got 'tag:yaml.org,2002:python/object/apply:os.system'",
        ),
        ("- 1", "x:1: must be a mapping of keys to values. Write lines such as 'name: value'"),
        ("", "x:1: must be a mapping of keys to values"),
        ("a: 1\n---\nb: 1", "x:2: must be a single document. Remove the line '---'"),
        ("a:\n  [1]: 2", "x:2: a: keys must be plain text"),
        ("a: 1\nb: [1, 2", "x:2: is not valid YAML: "),
        ("a: 1\n\tb: 2", "x:2: is not valid YAML: "),
        ("a: \x07", "x:1: is not valid YAML: "),
        ("a: 1e999", "x:1: a: number is out of range, got '1e999'"),
        ("a: " + "9" * 5000, "x:1: a: numbers must have at most 40 characters, got '999"),
        ("a: " + "[" * 100_000, "x:1: must not be nested deeper than 32 levels"),
        ("a: " + "{b: " * 100_000, "x:1: must not be nested deeper than 32 levels"),
    ],
)
def test_refused_text(text, message):
    with pytest.raises(InputError) as caught:
        parse(text, "x")
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 2


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "chip.yaml").write_text("a: 1")
    with pytest.raises(InputError, match=r"chop\.yaml: no such file\. Did you mean 'chip\.yaml'\?"):
        load(tmp_path / "chop.yaml")
    with pytest.raises(InputError, match=r"no such file\. There is no folder '.*nowhere' either"):
        load(tmp_path / "nowhere" / "chip.yaml")
    with pytest.raises(InputError, match="must be a file, is a folder"):
        load(tmp_path)
    with pytest.raises(InputError, match="must be a regular file"):
        load("/dev/zero")
    with pytest.raises(InputError, match="no such file"):
        load("a\0b")
    with pytest.raises(InputError, match="cannot be read: File name too long"):
        load("a" * 300)
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: \xe9t\xe9\n")
    with pytest.raises(InputError, match=r"latin\.yaml:2: must be UTF-8 text"):
        load(tmp_path / "latin.yaml")
    (tmp_path / "big.yaml").write_text("a: 1\n" + "#" * MAX_BYTES)
    with pytest.raises(InputError, match="must be no larger than 1,000,000 bytes"):
        load(tmp_path / "big.yaml")


def test_byte_order_mark_is_skipped(tmp_path: Path):
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert load(tmp_path / "bom.yaml").data == {"a": 1}


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,?%\n \t0.e~<", max_size=60))
def test_any_text_is_data_or_an_input_error(text):
    try:
        document = parse(text, "x")
    except InputError as error:
        assert error.place.startswith("x:")
    else:
        assert isinstance(document.data, dict)
