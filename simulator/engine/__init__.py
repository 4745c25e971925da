"""Floor 5: engines that execute a program; they know nothing of chips or networks."""
