"""What every process that this one begins does first."""

from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, signal


def heed_parent() -> None:
    """Ctrl-C is the parent's to hear, and SIGTERM, by which the parent ends its children, works at once."""
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)
