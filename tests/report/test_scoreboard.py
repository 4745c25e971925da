"""The page and the plot of ``simulator validate``, from its data alone."""

from typing import Any

from simulator.report.scoreboard import page, scatter


def row(**changes: Any) -> dict[str, Any]:
    facts = {
        "row": "a.1",
        "case": "",
        "what": "speed",
        "published": 10.0,
        "simulated": 11.0,
        "deviation": 1.0,
    }
    facts |= {"unit": "ns", "tolerance": "20 %", "bound": "", "kind": "test", "status": "pass", "source": "P"}
    return facts | {"reason": "", "title": "Chip A"} | changes


def test_a_row_tells_both_numbers_and_what_is_allowed() -> None:
    text = page([row()])
    assert "| a.1 | speed | 10 | 11 | ns | +10 % | 20 % | test | pass | P |" in text
    assert "| Chip A |  | 1 |  |  |  |  |" in text
    assert "\n## Chip A\n" in text


def test_reasons_stand_once_with_their_rows() -> None:
    nothing = {"kind": "not_testable", "simulated": None, "deviation": None}
    rows = [row(reason="why"), row(row="a.2", case="x", reason="why", **nothing)]
    text = page(rows)
    assert "* a.1, a.2 (x): why" in text
    assert "| a.2 | speed, x | 10 |  | ns |  |  | not testable | pass | P |" in text


def test_what_stands_in_a_row_cannot_break_the_table() -> None:
    assert "| a \\| b |" in page([row(source="a | b")])


def test_the_plot_leaves_out_bounds_and_what_has_one_figure_only() -> None:
    rows = [
        row(),
        row(bound="at_most"),
        row(published=None),
        row(simulated=None),
        row(published=-1.0, simulated=-1.0),
    ]
    upper, lower = scatter(rows).axes
    assert [len(line.get_xdata()) for line in upper.lines] == [1, 2]  # the point, the diagonal
    assert lower.lines[0].get_ydata() == [1.1]
    scatter([])
