"""A program in execution on the compiled engine."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.machine import Advance, Machine
from simulator.program.deadlock import explain
from simulator.program.finalise import extend, finalise
from simulator.program.form import Event, Inference, Program
from simulator.program.numbers import check_schedule
from simulator.program.timeline import Recording, Timeline


class FastSession:
    """See ``engine.contract.Session``."""

    def __init__(self, program: Program, recording: Recording, advance: Advance, compiled: bool, name: str):
        self._program, self._recording = program, recording
        self._advance, self._compiled, self._name = advance, compiled, name
        self._tables = finalise(program)
        self._decided = -1
        self._machine = self._fresh()

    def _fresh(self) -> Machine:
        """The program at time zero."""
        return Machine(
            self._tables, self._program.schedule, self._recording, self._advance, compiled=self._compiled
        )

    def finish(self) -> Timeline:
        """As the contract says."""
        self._run()
        if self._machine.end_background():
            self._run()
        return self._timeline()

    def _run(self) -> None:
        """Run until the foreground is over, and the background too where that is all there is left."""
        machine = self._machine
        while not machine.reached:
            why = machine.run()
            if why in (f.IDLE_HEAP, f.STALLED):
                if machine.over:
                    return
                if not machine.patient() and not machine.rouse():
                    raise DeadlockError(self._why())

    def _why(self) -> str:
        return explain(self._program, self._tables, self._program.schedule, self._machine.get(f.NEXT)[: self._machine.streams])

    def run_until(self, stream: int, operation: int, event: Event) -> int:
        """As the contract says."""
        total = int(self._machine.totals[stream])
        if self._program.streams[stream].background or not 0 <= operation < total:
            rule, name = f"must be an operation of the schedule, 0..{total - 1}", self._program.streams[stream].name
            raise InputError(rule, place="run_until", field=name, value=operation)
        if not self._machine.watch(stream, operation, event):
            self._machine = self._fresh()
            self._machine.watch(stream, operation, event)
        self._run()
        time = self._machine.watched()
        self._decided = max(self._decided, time)
        return time

    def append(self, inferences: Sequence[Inference]) -> None:
        """As the contract says; new segments are checked. The run is repeated from time zero, which gives the same."""
        self._tables = extend(self._program, self._tables)
        check_schedule(self._program, inferences)
        late = [replace(row, floor=max(row.floor, self._decided + 1)) for row in inferences]
        self._program.schedule.extend(late)
        self._machine = self._fresh()

    def _timeline(self) -> Timeline:
        machine = self._machine
        count, first = (machine.get(field)[: machine.streams] for field in (f.NEXT, f.EARLY))
        start, held = machine.starts(), machine.held()
        last = machine.get(f.START)
        for s in machine.too_late().tolist():
            if len(start[s]) and start[s][-1] == last[s]:
                start[s] = start[s][:-1]
            held[s] -= last[s] + machine.get(f.OCCUPANCY)[s] - machine.get(f.GRANT)[s]
            count[s] -= 1
        calendar = machine.calendar()
        return Timeline(
            start=start,
            first=np.minimum(first, count),
            count=count,
            held=held,
            began=np.where(calendar[:, f.ENDED] >= 0, calendar[:, f.BEGAN], -1),
            ended=calendar[:, f.ENDED].copy(),
            recording=self._recording,
            engine=self._name,
        )
