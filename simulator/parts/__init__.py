"""Floor 1: what hardware costs. Pure arithmetic on exact numbers: no clock, no files."""
