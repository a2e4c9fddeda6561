"""Runs a checked program: it is compiled once to functions, and no name reaches anything but a value of the program.

Values are Python's (numbers, texts, lists, dicts, sets, functions of the program) as long as no function of sympy's is
called, and sympy's where one is. Steps, memory and depth are counted (fuel.py).
"""

from gba.tools.math.interpreter.run import Outcome, run

__all__ = ["Outcome", "run"]
