"""Floor 1: networks as layer graphs. Knows no chip."""
