"""A program in execution on the fast engine."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.machine import Machine, Provide
from simulator.engine.fast_engine.memory import check_memory
from simulator.engine.fast_engine.steady import Steady
from simulator.program.deadlock import explain
from simulator.program.finalise import extend, finalise
from simulator.program.form import Event, Inference, Program
from simulator.program.numbers import check_schedule
from simulator.program.rules import check_horizon
from simulator.program.timeline import Recording, Timeline


class FastSession:
    """See ``engine.contract.Session``."""

    def __init__(self, program: Program, recording: Recording, provide: Provide, *, skip: bool, memory: int):
        self._program, self._recording, self._provide = program, recording, provide
        self._skip, self._memory = skip, memory
        self._tables = finalise(program)
        self._end = check_horizon(self._tables, program.schedule)
        self._decided = -1
        self._machine = self._fresh()

    def _fresh(self) -> Machine:
        """The program at time zero."""
        schedule = self._program.schedule
        check_memory(self._tables, schedule, self._recording, self._memory)
        return Machine(self._tables, schedule, self._recording, self._provide)

    @property
    def words(self) -> int:
        """Kernel's memory in use, start times apart, in numbers of eight bytes."""
        return self._machine.used

    def finish(self) -> Timeline:
        """As the contract says."""
        steady = Steady(self._machine, self._program.schedule, self._recording) if self._skip else None
        self._run(steady)
        if self._machine.end_background():
            self._run()
        return self._timeline(steady)

    def _run(self, steady: Steady | None = None) -> None:
        """Run until the watched event is known, or to the end of all there is."""
        machine = self._machine
        while not machine.reached:
            why = machine.run()
            if steady:
                steady.look()
            if why in (f.IDLE_HEAP, f.STALLED):
                if machine.over:
                    return
                if not machine.patient() and not machine.rouse():
                    raise DeadlockError(self._why())

    def _why(self) -> str:
        granted = self._machine.get(f.NEXT)[: self._machine.streams]
        return explain(self._program, self._tables, self._program.schedule, granted)

    def run_until(self, stream: int, operation: int, event: Event) -> int:
        """As the contract says.

        An event that passed long ago and was not kept is found by running from the start once more.
        """
        row, total = self._program.streams[stream], int(self._machine.totals[stream])
        if row.background or not 0 <= operation < total:
            rule = f"must be an operation of the schedule, 0..{total - 1}"
            raise InputError(rule, place="run_until", field=row.name, value=operation)
        if not self._machine.watch(stream, operation, event):
            self._machine = self._fresh()
            self._machine.watch(stream, operation, event)
        self._run()
        time = self._machine.watched()
        self._decided = max(self._decided, time)
        return time

    def append(self, inferences: Sequence[Inference]) -> None:
        """As the contract says; new segments of the program are checked and taken up.

        Where these need what was not kept (a mode that changes, credits that reach back farther), the run
        starts over with the whole schedule, which has the same timeline.
        """
        self._tables = extend(self._program, self._tables)
        check_schedule(self._program, inferences)
        self._end = check_horizon(self._tables, inferences, self._end)
        late = [replace(row, floor=max(row.floor, self._decided + 1)) for row in inferences]
        self._program.schedule.extend(late)
        check_memory(self._tables, self._program.schedule, self._recording, self._memory)
        if not self._machine.append(self._tables, late):
            self._machine = self._fresh()

    def _timeline(self, steady: Steady | None) -> Timeline:
        machine = self._machine
        count, first = (machine.get(field)[: machine.streams] for field in (f.NEXT, f.EARLY))
        start, held, last = machine.starts(), machine.held(), machine.get(f.START)
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
            engine=machine.name,
            period=steady.period if steady else 0,
            skipped=steady.skipped if steady else 0,
        )
