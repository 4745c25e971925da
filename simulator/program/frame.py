"""The history as a table for people and plots."""

from typing import TypeAlias

import numpy as np
import pandas as pd

from simulator.program.form import Int, Program
from simulator.program.history import NOTHING, ORDER, RELEASE, History

Words: TypeAlias = "pd.Categorical[str]"
_WORDS = {ORDER: "order", RELEASE: "release", NOTHING: ""}


def frame(history: History, program: Program) -> pd.DataFrame:
    """One row per operation: names, times and the parts of its lifetime [ps], and what it waited for.

    ``cause`` and ``waits_for`` (a stream) belong to ``wait_operand``, ``tail_cause`` and ``held_by`` to ``tail``.
    """
    cause, waits_for = _causes(program, history.segment, history.cause)
    tail_cause, held_by = _causes(program, history.segment, history.tail_cause)
    rows = program.streams
    names = {
        field: _spell([getattr(row, field) for row in rows], history.stream)
        for field in ("name", "unit", "layer", "kind", "part")
    }
    times = {field: getattr(history, field) for field in ("since", "ready", "available", "grant")}
    ends = {field: getattr(history, field) for field in ("start", "free", "done")}
    return pd.DataFrame(
        {
            "stream": names.pop("name"),
            **names,
            "inference": history.inference,
            "k": history.k,
            **times,
            **ends,
            **history.parts(),
            "cause": cause,
            "waits_for": waits_for,
            "tail_cause": tail_cause,
            "held_by": held_by,
        }
    )


def _spell(words: list[str], numbers: Int) -> Words:
    """Words by number, each stored once."""
    unique = sorted(set(words))
    place = {word: number for number, word in enumerate(unique)}
    codes = np.array([place[word] for word in words], np.int64)
    return pd.Categorical.from_codes(codes[numbers], categories=pd.Index(unique))


def _causes(program: Program, segment: Int, cause: Int) -> tuple[Words, Words]:
    """The cause in words, and the stream on the other side of its edge."""
    words, streams = [*_WORDS.values()], [""] * len(_WORDS)
    begin = []
    for row in program.segments:
        begin.append(len(words))
        words += [edge.cause for edge in row.edges]
        streams += [program.streams[edge.source].name for edge in row.edges]
    numbers = np.select(
        [cause == code for code in _WORDS],
        list(range(len(_WORDS))),
        np.array(begin, np.int64)[segment] + cause,
    )
    return _spell(words, numbers), _spell(streams, numbers)
