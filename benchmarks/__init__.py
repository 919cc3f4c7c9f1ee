"""Measurements of speed and memory, with every fast answer checked against a plain one: `python -m benchmarks`."""
