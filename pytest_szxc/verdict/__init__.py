"""From observations to verdicts: what is owed, what was found, what follows for classes and for the exit code."""
