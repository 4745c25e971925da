"""What became of a model's operators."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Row:
    """All operators of a kind: how many, and what they cost per inference.

    ``mapped``: multiply-accumulates with stationary weights; ``products``: of two activations; ``operations``:
    digital operations at layers without weights; ``moved``: values put into another order.
    """

    operator: str
    nodes: int
    mapped: int = 0
    products: int = 0
    operations: int = 0
    moved: int = 0

    @property
    def macs(self) -> int:
        """All multiply-accumulates."""
        return self.mapped + self.products

    def plus(self, other: "Row") -> "Row":
        """Two rows of one kind of operator."""
        return Row(
            self.operator,
            self.nodes,
            self.mapped + other.mapped,
            self.products + other.products,
            self.operations + other.operations,
            self.moved + other.moved,
        )


@dataclass(frozen=True)
class Coverage:
    """Rows, most multiply-accumulates first; ``host``: operators that nobody knows the arithmetic of, by name."""

    rows: tuple[Row, ...]
    host: tuple[str, ...] = ()

    @cached_property
    def mapped(self) -> int:
        """Multiply-accumulates with stationary weights per inference."""
        return sum(row.mapped for row in self.rows)

    @cached_property
    def macs(self) -> int:
        """All multiply-accumulates of the model per inference."""
        return sum(row.macs for row in self.rows)

    @property
    def line(self) -> str:
        """MACs mapped / MACs in the model, and where the others are."""
        share = f" ({self.mapped / self.macs:.1%})" if self.macs else ""
        products = [f"{row.operator} {row.products:,}" for row in self.rows if row.products]
        rest = f"; products of two activations: {', '.join(products)}" if products else ""
        unknown = f"; at the host, arithmetic not counted: {', '.join(self.host)}" if self.host else ""
        return f"MACs mapped / MACs in the model: {self.mapped:,} / {self.macs:,}{share}{rest}{unknown}"
