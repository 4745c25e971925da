"""Floor 6: what a run means: folds over the program and its timeline."""
