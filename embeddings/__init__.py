"""Text in, vectors and neighbours out; this package knows nothing of jobs."""
