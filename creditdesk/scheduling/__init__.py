"""Background work: the worker that runs the jobs of the schedule."""
