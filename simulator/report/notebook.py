"""HTML for notebooks. Nothing that a file says becomes markup."""

from collections.abc import Mapping
from html import escape

import pandas as pd

from simulator.report.text import figure, plain

_MOST = 40
"""Rows shown of a table."""


def page(title: str, *blocks: str) -> str:
    """A title above blocks of HTML."""
    return f"<div><strong>{text(title)}</strong>{''.join(blocks)}</div>"


def text(words: object) -> str:
    """Words as HTML, without anything that could steer a page or a terminal."""
    return escape(plain(words))


def sentence(words: str) -> str:
    """A paragraph."""
    return f"<p>{text(words)}</p>"


def facts(rows: Mapping[str, str]) -> str:
    """Words beside their texts."""
    lines = "".join(f"<tr><th>{text(name)}</th><td>{text(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{lines}</table>"


def table(frame: pd.DataFrame) -> str:
    """The first rows of a table, numbers in five digits; whatever the user's settings of pandas are."""
    head = "".join(f"<th>{text(name)}</th>" for name in frame.columns)
    rows = "".join(
        f"<tr>{''.join(map(_cell, row))}</tr>" for row in frame.head(_MOST).itertuples(index=False, name=None)
    )
    left = len(frame) - _MOST
    more = sentence(f"... and {left:,} more rows") if left > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f'<td style="text-align:left">{text(value)}</td>'
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "<td></td>"
    return f"<td>{figure(value) if isinstance(value, int | float) else text(value)}</td>"
