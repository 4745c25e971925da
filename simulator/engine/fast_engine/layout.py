"""Where things are in the flat integer memory that the kernel works on.

The memory ``m`` is one array of int64 (in plain Python: a list). Single values stand at its begin; streams,
resources, edges and so on are rows, named by their *address*, the place of their first field:
``m[s + NEXT]`` is field NEXT of the stream at s. Lists and tables are named by the place of their first entry.
"""

from collections.abc import MutableSequence

Memory = MutableSequence[int]

NIL = -1
"""No address; and an event time that is not known yet."""

INF = 1 << 62
"""Later than any time of a run, more than any count."""

# Single values
(
    BUDGET,  # operations until the kernel returns
    STACK,  # first of the streams to run, chained by LINK
    NOTICES,  # first of the streams of which a FREE became known, chained by NOTICE
    AGENDA,  # list of streams and resources to be decided at the end of this instant
    AGENDA_LENGTH,
    NOW,
    HEAP,  # pairs (time, code)
    HEAP_LENGTH,
    HEAP_ROOM,
    LOG,  # pairs (stream number, START)
    LOG_LENGTH,
    GROW,  # stream or resource that needs more room, NIL: none
    MARK,  # return when this many inferences are complete
    COMPLETE,  # inferences that are complete, with all before them
    CALENDAR,  # rows of inferences
    INFERENCES,
    RUNNING,  # foreground streams that are not at the end of the schedule
    PENDING,  # slots in use
    DEADLINE,  # return when nothing happens before
    TAIL,  # 1: the foreground is over, background goes on to MAKESPAN
    MAKESPAN,
    WINDOW_BEGIN,
    WINDOW_END,
    FREE_NODE,  # first unused node
    NODES_LEFT,  # unused nodes,
    NODES_NEEDED,  # of which one round may take so many
    FIRST_RESOURCE,  # address of the first resource; streams come before
    STREAMS,
) = range(28)
FIRST_STREAM = 32

LINE = 8
"""Words of a line of the processor's cache; rows of streams and edges begin with one."""

# A stream. Rows stand in the order (key, number), so that addresses break ties. What every operation
# needs comes first, to lie in few lines: the first is what others look at too.
STREAM_SIZE = 80
HOT = 5 * LINE
"""Words of a stream that are brought to the cache for one that may be told to go on."""

(
    NEXT,  # operations granted so far
    WAITER,  # first of the streams that wait for this one
    FIRST_NEED,  # the least operation any of them needs
    HOLDER,  # first node that waits for an event of this stream
    STATE,
    LINK,  # next in the stack or in the list of waiters that this stream is in
    NEED,  # twice the operation that this stream waits for, + 1: for its FREE
    STAGE,
    LIMIT,  # NEXT must stay below, or something must be seen to: RING_LIMIT or the end of the inference
    K,  # operation within the inference
    READY,  # latest of the terms that were looked at, of ``ready`` or of FREE
    CURSOR,  # edge to look at next
    DONE,  # of the latest operation
    START,  # of the latest operation
    GRANT,  # of the latest operation
    HELD,  # sum of FREE - grant
    PLAIN,  # 1: START is ``ready``; no clock, no set-up, no server that could be busy
    SETUPS,  # 1: a resource has a set-up table
    AT,  # ring of slots of four: START, FREE, DONE of an operation, unused
    MASK,  # length of the ring - 1; lengths are powers of two
    FLAT_AT,  # START of operation g goes to flat[FLAT_AT + g] ...
    FLAT_N,  # ... if g is below
    LOGGED,  # 1: START goes to the log
    GAP,
    ORDERED,  # 1: not before FREE of the previous operation
    COUNTED,  # 1: servers are counted, FREE releases one
    MODE,
    SHADOW,  # the stream whose FREE this one is, see shadows.py; NIL: a stream of the program
    SERVED,  # 1: servers may be busy at ``ready``, and their free times are kept
    PERIOD,  # common clock of the resources
    PHASE,
    RESOURCES,  # list of its resources
    N,  # from here on a copy of the work row of the current inference: operations,
    WAITS,  # edges into the stream: WAIT from here,
    FINISHES,  # FINISH from here,
    HOLDS,  # HOLD from here,
    EDGES_END,
    CONSTANT,  # 1: durations are those of k = 0,
    OCCUPANCY,  # which are these
    LATENCY,
    OCCUPANCIES,  # durations: base, step, reset, table
    LATENCIES,
    PRIORITIES,
) = (*range(41), 44, 48)
WORK_SIZE = 20
(
    ON,  # whom this stream waits for while ASLEEP
    PIN,  # the least operation that nodes need, + 1
    RING_LIMIT,  # NEXT must stay below: room in the ring, or PIN
    SLOT,  # first of this stream's operations whose FREE is not known
    EARLY,  # operations that started before the window of recording
    RESOURCES_END,
    CLASS,
    WORK,  # address of the work row that was copied
    WORKS,  # address of all work rows of the current inference
    INFERENCE,
    LOADED,  # 1: the current inference has been entered
    RELEASED,  # 0: does not wait for releases; else 1 + how often one was later than all before it
    NUMBER,
    TAPS_IN,  # first of the taps into this stream
    TAPS_OUT,  # first of those out of it
    DEAD,  # 1: will never look at anything again
    FORCED,  # 1: its ring must grow if it is full
    RANKED,  # 1: its resources look at priorities
    URGENCY,  # priority of the current request, 0 where nobody looks
    EVERY,  # background: period, else 0
    FIRST,
    ALARM,  # clock edge at which it is going to be looked at
    NOTICE,  # next in the list of notices, 0: not in it
    CONTEXT,  # of the current inference
    GROUP,
    GROUPS,  # list of groups of the current inference, see GROUPS_OF
) = range(52, 78)

# Stages of a stream's next operation
(
    FRESH,  # it is not known whether there is one, and room for it
    ASKING,  # terms of ``ready`` are missing
    GRANTED,  # it has requested; when it is run again, its turn has come
    HOLDING,  # it has started; terms of its FREE are missing
) = range(4)

# States of a stream
(
    STACKED,  # to be run
    WAITING,  # for an event of another stream
    ASLEEP,  # its ring is full and nobody needs more of it
    STUCK,  # its ring is full and somebody does: in the heap with a lower bound of its next START
    REQUESTED,  # in the heap with its ``ready``
    QUEUED,  # in the queues of its resources
    PARKED,  # at the end of the schedule
) = range(7)

# Modes of a stream
(
    EAGER,  # alone, START follows from the past of the stream: no arbitration
    FIFO,  # first come, first served, FREE known at the grant: granted in the order of requests
    ARBITER,  # contended, with priorities or holds: decided at the end of an instant
    SOLITARY,  # alone, but with several operations in flight whose FREE is not known at the grant
    WATCHER,  # not a stream: stops the kernel when the event of ``run_until`` is known
) = range(5)

# A resource
RESOURCE_SIZE = 16
(
    CAPACITY,
    SERVERS,  # heap in the ring: times when busy servers will be free
    BUSY,  # how many there are,
    ROOM,  # how many there may be
    IDLE,  # servers that are free now (modes ARBITER and SOLITARY)
    QUEUE,  # list of streams
    HEAD,  # first request, counted from there
    LENGTH,
    QUEUE_ROOM,
    LAST,  # class served last, NIL: none
    SETUP,  # square table, NIL: none
    CLASSES,
    LISTED,  # 1: among what is to be decided at this instant
) = range(13)

# A tap: one stream looks at another, in whatever segment.
TAP_SIZE = 8
(
    TAPPED,  # the stream that is looked at
    TAPPER,
    BASE,  # operations of the former before the current inference of the latter
    FARTHEST,  # how far before BASE any edge may look
    NEXT_IN,
    NEXT_OUT,
    WORK_OF_TAPPED,  # where that stream's row is among the works of an inference
) = range(7)

# An edge: what every operation needs. FORM 0: operation k looks at operation k + SHIFT of the source; 1: by
# formula or table.
EDGE_SIZE = 8
(
    SOURCE,
    FORM,
    SHIFT,
    LEAST,  # operations before this one mean: no dependency
    CELLS,  # the source's ring, EVENT added: odd for FREE alone, as rings begin with a line
    WRAP,  # the source's MASK
    LAG,
    REST,  # address of its other row
) = range(8)

NEXT_EDGES = 2 * EDGE_SIZE
"""Words that are brought to the cache for a stream that is told to go on."""

# The rest of an edge
REST_SIZE = 8
(
    EVENT,
    FREE_LAG,
    TABLE,
    SCALE,
    OFFSET,
    DIVISOR,
    TAP,
    REACH,  # how far before the tap's BASE it may look
) = range(8)

# An inference
CALENDAR_SIZE = 8
(
    ALL_WORKS,  # address of the work rows of its segment
    RELEASE,
    FLOOR,
    BEGAN,
    ENDED,
    OPEN,  # streams that have not finished it
    CONTEXT_OF,  # from where its durations count
    GROUPS_OF,  # list by group: 1 if its streams work; NIL: all do
) = range(8)

# A node is an operation whose FREE is not known (a slot), or one event that it is held for.
NODE_SIZE = 6
(
    NODE_LINK,
    OWNER,  # stream of a slot; slot of an event
    OPERATION,
    PARTIAL,  # slot: latest of the known terms of FREE; event: lag
    MISSING,  # slot: how many terms are not known; event: which event
    GRANT_TIME,  # slot: when it was granted
) = range(6)

# What the heap holds: phase << PHASE_BITS | address of a stream; in one instant, lower goes first.
PHASE_BITS = 40
ADDRESS_MASK = (1 << PHASE_BITS) - 1
(
    STUCK_PHASE,
    RELEASE_PHASE,  # an operation's FREE: one server of each of its resources
    SOLITARY_PHASE,  # request of a solitary stream, or a clock edge for it
    REQUEST_PHASE,
    ALARM_PHASE,  # a clock edge for a queued request
) = range(5)

# Why the kernel returned
(
    PAUSE,  # the budget is used up, or something was found that Python must see to
    GROW_HEAP,
    GROW_NODES,
    IDLE_HEAP,  # nothing left to do
    STALLED,  # nothing happens before DEADLINE
) = range(1, 6)
