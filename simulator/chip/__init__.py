"""Floor 2: the chip file: schema, reader, topology, and its resolution into integers."""
