"""Floor 0: words that every other floor uses (errors, units, names)."""
