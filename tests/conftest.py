"""What every test stands on."""

import signal

from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a loaded machine makes no example wrong
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Children of the tests heed Ctrl-C, also where the tests were started in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
