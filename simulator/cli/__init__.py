"""Floor 9: the command line. Modules here import nothing heavy before it is needed."""
