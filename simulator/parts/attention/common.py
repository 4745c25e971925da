"""What attention units of every style have in common."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit works on ``heads`` of a layer at a time; ``period`` of its clock [ps], 1: it has none."""

    heads: int
    period: int

    @property
    def alone(self) -> bool:
        """Whether it also computes products that are no part of an attention."""
        return False

    def server(self, stage: str) -> str:
        """Which of its resources does a stage (scores, softmax, mix): one each."""
        return stage

    def positions(self, width: int) -> int | None:
        """Of how many positions it can keep keys and values, ``width`` bytes each; None: of any number."""
        return None

    def rounds(self, heads: int) -> int:
        """How often it sets out for a layer of so many heads."""
        return -(-heads // self.heads)
