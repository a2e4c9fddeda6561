"""The math tool: a code model writes a program in a small language, sympy evaluates it in a guarded process."""
