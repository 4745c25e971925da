"""How exact a chip computes a product: tables."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from simulator.measure.accuracy import Accuracy
from simulator.report import notebook
from simulator.report.accuracy_tables import table


@dataclass(frozen=True)
class Exactness:
    """How exact a chip computes a product; ``report.accuracy_tables.DEFINITIONS`` defines the columns."""

    found: Accuracy

    @cached_property
    def times(self) -> pd.DataFrame:
        """Errors, one row a time after writing."""
        return table(self.found.times)

    @cached_property
    def budget(self) -> pd.DataFrame:
        """Errors with each effect alone, and without it; empty where that was not asked for."""
        return table(self.found.budget)

    @property
    def cost(self) -> Mapping[str, Any]:
        """What the product takes; see ``measure.accuracy.Cost``."""
        return asdict(self.found.cost)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before he uses the figures."""
        return self.found.warnings

    def _repr_html_(self) -> str:
        rows, columns = self.found.product.matrix.shape
        title = f"{rows} x {columns} on {self.found.chip_file.chip.name}"
        told = [notebook.sentence(text) for text in (self.found.product.told, *self.warnings)]
        return notebook.page(title, *told, notebook.table(self.times))
