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

    @property
    def differs(self) -> str:
        """In words: how what it computes differs from attention with softmax over all positions; empty: not at all."""
        return ""

    def server(self, stage: str) -> str:
        """Which of its resources does a stage (scores, softmax, mix): one each; empty: it takes no time of its own.

        What is ``between`` goes along with the softmax: scale, mask, order.
        """
        return "" if stage == "between" else stage

    def beside(self, stage: str) -> tuple[str, ...]:
        """Its other resources that a stage takes at the same instant, for as long as it lasts."""
        return ()

    def spills_from(self, width: int) -> int | None:
        """Positions of a sequence that it keeps, ``width`` bytes each; later ones go elsewhere. None: it keeps all."""
        return None

    @property
    def room_field(self) -> str:
        """Field of the chip file that says for how many positions there is room."""
        return "kv.size"

    def sequences(self, key_heads: int) -> int | None:
        """Of how many sequences it keeps keys and values at a time, of so many heads of all layers; None: of any."""
        return None

    def positions(self, width: int) -> int | None:
        """Of how many positions it can keep keys and values, ``width`` bytes each; None: of any number."""
        return None

    def rounds(self, heads: int) -> int:
        """How often it sets out for a layer of so many heads."""
        return -(-heads // self.heads)
