"""Where things are in the flat integer arrays that the kernel works on.

Streams, resources, edges and so on are rows of one array, and a row is named by its *address*, the
number of its first field: ``row[s + NEXT]`` is field NEXT of the stream at s. All values are int64.
"""

from collections.abc import MutableSequence

Array = MutableSequence[int]
"""A list in plain Python, a numpy array where compiled."""

Memory = tuple[Array, ...]
"""The nine arrays of a run."""

NIL = -1
"""No address; and an event time that is not known yet."""

INF = 1 << 62
"""Later than any time of a run, more than any count."""

# The arrays, in the order in which they stand in Memory.
(
    ROW,  # rows of streams, resources, works, taps and edges; lists of addresses
    POOL,  # tables of indices, durations and set-up times; read only
    RING,  # recent event times of streams, free times of servers, queues
    HEAP,  # pairs (time, code), a binary heap
    BOX,  # single values, then lists of what is to be done
    CALENDAR,  # rows of inferences
    NODE,  # rows of operations whose FREE is not known, and of what they wait for
    FLAT,  # START of operations whose place is known beforehand
    LOG,  # pairs (START, stream number) of all others
) = range(9)

# A stream. Rows stand in the order (key, number), so that addresses break ties.
STREAM_SIZE = 72
(
    NEXT,  # operations granted so far
    LIMIT,  # NEXT must stay below: room in the ring, or somebody must be told first
    K,  # operation within the inference
    READY,  # latest of those terms of ``ready`` that were looked at
    CURSOR,  # edge to look at next
    STATE,
    MODE,
    START,  # of the latest operation
    DONE,  # of the latest operation
    GRANT,  # of the latest operation
    HELD,  # sum of FREE - grant
    GAP,  # NIL: none
    AT_START,  # place of START times in the ring, NIL if nobody looks at them
    AT_FREE,
    AT_DONE,
    MASK,  # ring size - 1; sizes are powers of two
    PLAIN,  # 1: START is ``ready``; no clock, no set-up, no server that could be busy
    SERVED,  # 1: servers may be busy at ``ready``, and their free times are kept
    PERIOD,  # common clock of the resources
    PHASE,
    N,  # from here on a copy of the work row of the current inference: operations,
    WAITS,  # edges into the stream: WAIT from here,
    FINISHES,  # FINISH from here,
    HOLDS,  # HOLD from here,
    EDGES_END,
    OCCUPANCY,  # durations: base, step, reset, table
    LATENCY,
    PRIORITY,
) = (*range(26), 29, 33)
WORK_SIZE = 17
(
    WORK,  # address of the work row that was copied
    WORKS,  # address of all work rows of the current inference
    INFERENCE,
    LOADED,  # 1: the current inference has been entered
    RELEASED,
    FLAT_AT,  # START of operation g goes to FLAT[FLAT_AT + g] ...
    FLAT_N,  # ... if g is below
    NUMBER,
    WAITER,  # first of the streams that wait for this one
    FIRST_NEED,  # the least operation any of them needs
    LINK,  # next in the list of waiters that this stream is in
    ON,  # whom this stream waits for,
    NEED,  # for which operation,
    NEED_FREE,  # 1: for its FREE
    NOTED,  # 1: its waiters are to be looked at
    HOLDER,  # first node that waits for an event of this stream
    PIN,  # the least operation they need, + 1
    SLOT,  # first of this stream's operations whose FREE is not known
    TAPS_IN,  # first of the taps into this stream
    TAPS_OUT,  # first of those out of it
    DEAD,  # 1: will never look at anything again
    FORCED,  # 1: its ring must grow if it is full
    RESOURCES,  # list of its resources
    RESOURCES_END,
    SETUPS,  # 1: one of them has a set-up table
    CLASS,
    RANKED,  # 1: its resources look at priorities
    URGENCY,  # priority of the current request, 0 where nobody looks
    EVERY,  # background: period, else 0
    FIRST,
    ALARM,  # clock edge at which it is going to be looked at
    EARLY,  # operations that started before the window of recording
) = range(37, 69)

# States of a stream
(
    STACKED,  # to be run
    WAITING,  # for an event of another stream
    ASLEEP,  # its ring is full and nobody needs more of it
    STUCK,  # its ring is full and somebody does: in the heap with a lower bound of its next START
    REQUESTED,  # in the heap with its ``ready``
    QUEUED,  # in the queues of its resources
    UNFREE,  # its latest operation is held
    PARKED,  # at the end of the schedule
) = range(8)

# Modes of a stream
(
    EAGER,  # alone, START follows from the past of the stream: no arbitration
    FIFO,  # first come, first served, FREE known at the grant: granted in the order of requests
    ARBITER,  # contended, with priorities or holds: decided at the end of an instant
    SOLITARY,  # alone, but with several operations in flight whose FREE is not known at the grant
) = range(4)

# A resource
RESOURCE_SIZE = 16
(
    CAPACITY,
    SERVERS,  # heap in the ring: times when busy servers will be free
    BUSY,  # how many there are,
    ROOM,  # how many there may be
    IDLE,  # servers that are free now (modes ARBITER and SOLITARY)
    QUEUE,  # place in the ring
    HEAD,  # first request, counted from there
    LENGTH,
    QUEUE_ROOM,
    LAST,  # class served last, NIL: none
    SETUP,  # place of the square table in the pool, NIL: none
    CLASSES,
    LISTED,  # 1: among what is to be decided at this instant
) = range(13)

# A tap: one stream looks at another, in whatever segment.
TAP_SIZE = 8
(
    SOURCE,  # also of edges
    TARGET,
    BASE,  # also of edges: operations of the source before the target's current inference
    REACH,  # also of edges: how far before BASE it may look
    NEXT_IN,
    NEXT_OUT,
    WORK_OF_SOURCE,  # where the source's row is among the works of an inference
) = range(7)

# An edge; SOURCE, BASE and REACH as above
EDGE_SIZE = 16
(
    LAG,
    EVENT,
    FREE_LAG,
    TABLE,
    SCALE,
    OFFSET,
    DIVISOR,
    LEAST,  # indices below this mean: no dependency
    LOW,  # no operation before this one will be looked at any more in this inference
    AT,  # place of the source's event times in the ring
    AT_MASK,
    TAP,
) = (1, *range(4, 15))

# An inference
CALENDAR_SIZE = 6
(
    ALL_WORKS,  # address of the work rows of its segment
    RELEASE,
    FLOOR,
    BEGAN,
    ENDED,
    OPEN,  # streams that have not finished it
) = range(6)

# A node is an operation whose FREE is not known (a slot), or one event that it is held for.
NODE_SIZE = 6
(
    NODE_LINK,
    OWNER,  # stream of a slot; slot of an event
    OPERATION,
    PARTIAL,  # slot: latest of the known terms of FREE; event: lag
    MISSING,  # slot: how many terms are not known; event: which event
    GRANTED,  # slot: when
) = range(6)

# Single values
(
    BUDGET,  # operations until the kernel returns
    STACK,  # place of the list of streams to run,
    STACK_LENGTH,
    NOTICES,  # of the list of streams whose waiters are to be looked at,
    NOTICES_LENGTH,
    AGENDA,  # and of streams and resources to be decided at the end of this instant
    AGENDA_LENGTH,
    NOW,
    HEAP_LENGTH,
    HEAP_ROOM,
    LOG_LENGTH,
    GROW,  # stream or resource that needs more room, NIL: none
    WATCHED,  # stream of ``run_until``, NIL: none
    WATCHED_OPERATION,
    WATCHED_EVENT,
    WATCHED_TIME,  # NIL: not known
    MARK,  # return when this many inferences are complete
    COMPLETE,  # inferences that are complete, with all before them
    INFERENCES,
    RUNNING,  # foreground streams that are not at the end of the schedule
    PENDING,  # operations whose FREE is not known
    LATEST,  # of all foreground events
    PATIENCE,
    TAIL,  # 1: foreground is over, background goes on to MAKESPAN
    MAKESPAN,
    WINDOW_BEGIN,
    WINDOW_END,
    FREE_NODE,  # first unused node
    NODES_LEFT,  # unused nodes,
    NODES_NEEDED,  # of which one round may take so many
    RELEASES,  # inferences whose release was later than the end of the stream's previous operation
    FIRST_RESOURCE,  # address of the first resource; streams come before
    STREAMS,
) = range(33)
BOX_SIZE = 33

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
    SLICE,  # budget is used up
    GROW_ROOM,  # BOX[GROW] needs room
    GROW_HEAP,
    GROW_NODES,
    REACHED,  # the watched event is known
    MARKED,  # MARK inferences are complete
    IDLE_HEAP,  # nothing left to do
    STALLED,  # only background work goes on, for longer than PATIENCE
) = range(8)
