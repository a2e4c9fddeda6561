"""Hostile input of every kind that gba reads, and what each piece may cost: ``python -m benchmarks.attack``."""
