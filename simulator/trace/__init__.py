"""Floor 3: what was asked of the machine, as replayable files. Knows no chip."""
