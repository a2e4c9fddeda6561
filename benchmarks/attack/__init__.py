"""Hostile input of every kind that gba reads, with bounds on what each piece may cost: ``python -m benchmarks.attack``."""
