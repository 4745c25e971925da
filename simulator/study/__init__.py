"""Floor 8: one run as a pure function, and what is made of many runs."""
