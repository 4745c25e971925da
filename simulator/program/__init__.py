"""Floor 2: the program form that engines execute, its checks and its timeline."""
