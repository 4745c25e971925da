"""What every test stands on."""

import signal


def pytest_configure() -> None:
    """Children of the tests heed Ctrl-C, also where the tests were started in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
