"""What the analog hardware makes of the numbers: errors, from the chip file that also gives times."""
