"""What plots look at: a run, what every operation of it went through, and the part of it that is drawn."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.measure.attribution import Attribution
from simulator.program.history import History
from simulator.report.answer import Answer
from simulator.report.buffers import Buffer, buffers
from simulator.report.text import plain

MOST_INFERENCES = 8
"""Plots over time show the first of them."""


@dataclass(frozen=True)
class View:
    """A run and its history; what several plots need is worked out once."""

    answer: Answer

    @cached_property
    def buffers(self) -> list[Buffer]:
        """Every buffer and how full it was."""
        return buffers(self.answer.program, self.past)

    @property
    def past(self) -> History:
        """What every operation went through."""
        return self.answer.past

    @property
    def waits(self) -> Attribution:
        """Where the time of every unit and layer went."""
        return self.answer.waits

    @property
    def inferences(self) -> int:
        """Inferences of the run."""
        return len(self.answer.program.schedule)

    @property
    def drawn(self) -> int:
        """Inferences that plots over time show."""
        return min(self.inferences, MOST_INFERENCES)

    @cached_property
    def end(self) -> int:
        """End of the last inference drawn [ps]."""
        ended = self.answer.timeline.ended[: self.drawn]
        return max(int(np.max(ended, initial=0)), 1)

    def title(self, what: str) -> str:
        """A title that says what is seen of which run."""
        whole = f", first {self.inferences} of {self.answer.whole} inferences" if self.answer.whole else ""
        return plain(f"{what}{whole}\n{self.answer.mapping.graph.name} on {self.answer.chip_file.chip.name}")

    @property
    def which(self) -> str:
        """The inferences drawn, in words."""
        if self.drawn < self.inferences:
            return f"first {self.drawn} of {self.inferences} inferences"
        return "one inference" if self.inferences == 1 else f"{self.inferences} inferences"
