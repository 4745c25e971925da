"""The memory of the kernel in plain Python."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from simulator.engine.fast_engine.layout import LINE
from simulator.program.form import Int


class Rows:
    """Words, some of which stand in lists of their own: the fields of a row.

    ``words``: the flat memory; ``rows``: by address, the row that this word belongs to, None for others, with an
    entry more than ``words`` so that NIL names none. Each row ends with its address. Looks like a list from outside.
    """

    def __init__(self, words: Int):
        self.words: list[int] = words.tolist()
        self.rows: list[list[int] | None] = []
        self._laid: list[list[int]] = []
        self.extend([])

    def lay(self, addresses: Int, size: int) -> None:
        """The words at these addresses are rows from now on."""
        for at in addresses.tolist():
            row = [*self.words[at : at + size], at]
            self.rows[at : at + size] = [row] * size
            self._laid.append(row)

    def extend(self, words: Iterable[int]) -> None:
        """Add words at the end."""
        self.words.extend(words)
        self.rows.extend([None] * (len(self.words) + LINE - len(self.rows)))

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, at: Any) -> Any:
        """A word, or several of which none belongs to a row."""
        row = None if isinstance(at, slice) else self.rows[at]
        return self.words[at] if row is None else row[at - row[-1]]

    def __setitem__(self, at: Any, value: Any) -> None:
        row = None if isinstance(at, slice) else self.rows[at]
        if row is None:
            self.words[at] = value
        else:
            row[at - row[-1]] = value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Int:
        """All words."""
        words = np.array(self.words, np.int64)
        for row in self._laid:
            words[row[-1] : row[-1] + len(row) - 1] = row[:-1]
        return words

    def put(self, words: Int) -> None:
        """Take over all words."""
        self.words = words.tolist()
        for row in self._laid:
            row[:-1] = self.words[row[-1] : row[-1] + len(row) - 1]
