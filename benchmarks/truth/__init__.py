"""Whether the evaluation finds what is true of simulated years: `python -m benchmarks.truth --write`."""
