"""Benchmarks: each prints a ratio against its peer or bound."""
