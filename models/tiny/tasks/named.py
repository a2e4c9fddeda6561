"""What has a name in mathematics: number theory, functions, statistics."""

from __future__ import annotations

from models.tiny.tasks.asking import ask, plain_number, said, spoken_number
from models.tiny.tasks.base import Draw

__all__ = ["functions", "statistics", "theory"]


def theory(draw: Draw) -> tuple[str, str]:
    a, b, n, k = draw.integer(2, 9999), draw.integer(2, 999), draw.rng.randint(2, 60), draw.rng.randint(1, 9)
    c = draw.integer(2, 400)
    text, program = draw.pick(
        (
            (f"[the |]gcd of {a} and {b}", f"gcd({a}, {b})"),
            (f"[the |]greatest common divisor of {a} and {b}", f"gcd({a}, {b})"),
            (f"gcd({a}, {b})", f"gcd({a}, {b})"),
            (f"[the |]lcm of {a} and {b}", f"lcm({a}, {b})"),
            (f"[the |]least common multiple of {a} and {b}", f"lcm({a}, {b})"),
            (f"lcm({a}, {b})", f"lcm({a}, {b})"),
            (f"[the |]gcd of {a}, {b} and {c}", f"gcd({a}, {b}, {c})"),
            (f"[the |]lcm of {b}, {c} and {n}", f"lcm({b}, {c}, {n})"),
            (f"{n} factorial", f"factorial({n})"),
            (f"[the |]factorial of {n}", f"factorial({n})"),
            (f"{n}!", f"factorial({n})"),
            (f"is {a} [prime|a prime number|a prime]", f"isprime({a})"),
            (f"[the |]{n}th prime[| number]", f"prime({n})"),
            (f"[the |]next prime after {a}", f"nextprime({a})"),
            (f"[the |]prime factors of {a}", f"factorint({a})"),
            (f"[the |]prime factorization of {a}", f"factorint({a})"),
            (f"[the |]divisors of {b}", f"divisors({b})"),
            (f"[the |]number of divisors of {a}", f"len(divisors({a}))"),
            (f"[the |]{n}th fibonacci number", f"fibonacci({n})"),
            (f"[the |]remainder of {a} divided by {b}", f"{a} % {b}"),
            (f"[the |]remainder when {a} is divided by {b}", f"{a} % {b}"),
            (f"{n} choose {k}", f"binomial({n}, {k})"),
            (f"how many ways [are there |]to choose {k} [things |]out of {n}", f"binomial({n}, {k})"),
            (f"[the |]absolute value of -{a}", f"abs(-{a})"),
            (f"[the |]sum of the numbers from 1 to {a}", f"sum(range(1, {a} + 1))"),
            (f"[the |]sum of [all |the |]integers from {b} to {b + a}", f"sum(range({b}, {b + a} + 1))"),
        )
    )
    return ask(draw, draw.free(text)), f"result = {program}\n"


def functions(draw: Draw) -> tuple[str, str]:
    _, n = spoken_number(draw)
    base, angle = draw.rng.randint(2, 20), draw.rng.randint(1, 360)
    text, program = draw.pick(
        (
            (f"sine of {angle} degrees", f"sin(radians({angle}))"),
            (f"cosine of {angle} degrees", f"cos(radians({angle}))"),
            (f"tangent of {angle} degrees", f"tan(radians({angle}))"),
            (f"sin of {n}", f"sin({n})"),
            (f"cos of {n}", f"cos({n})"),
            (f"sine of {n}", f"sin({n})"),
            (f"cosine of {n}", f"cos({n})"),
            (f"tan of {n}", f"tan({n})"),
            (f"natural logarithm of {n}", f"log({n})"),
            (f"natural log of {n}", f"log({n})"),
            (f"ln({n})", f"log({n})"),
            (f"ln of {n}", f"log({n})"),
            (f"logarithm of {n} to base {base}", f"log({n}, {base})"),
            (f"log base {base} of {n}", f"log({n}, {base})"),
            (f"base {base} logarithm of {n}", f"log({n}, {base})"),
            (f"logarithm of {n} to the base {base}", f"log({n}, {base})"),
            (f"log10 of {n}", f"log({n}, 10)"),
            (f"e to the power of {base}", f"exp({base})"),
            (f"e^{base}", f"exp({base})"),
            (f"exp({n})", f"exp({n})"),
            (f"exponential of {base}", f"exp({base})"),
            (f"pi times {n}", f"pi * {n}"),
            (f"{n} times pi", f"{n} * pi"),
            (f"{n} rounded down", f"floor({n})"),
            (f"{n} rounded up", f"ceiling({n})"),
        )
    )
    return ask(draw, text, "the " if " of " in text and text[0] in "sctnlbx" else ""), f"result = {program}\n"


def _listed(draw: Draw, items: list[str]) -> str:
    last = draw.pick((" and ", " and ", ", and ", ", "))
    return ", ".join(items[:-1]) + last + items[-1]


def statistics(draw: Draw) -> tuple[str, str]:
    most = 9 if draw.chance(0.25) else 99
    items = [
        str(draw.integer(1, most)) if draw.chance(0.8) else plain_number(draw)
        for _ in range(draw.pick((3, 3, 4, 5, 6, 7)))
    ]
    kind, function = draw.pick(
        (
            ("mean", "mean"),
            ("average", "mean"),
            ("average", "mean"),
            ("arithmetic mean", "mean"),
            ("median", "median"),
            ("standard deviation", "std"),
            ("variance", "var"),
            ("sample standard deviation", "stdev"),
            ("sample variance", "variance"),
            ("sum", "sum"),
            ("total", "sum"),
            ("product", "prod"),
            ("mode", "mode"),
            ("maximum", "max"),
            ("minimum", "min"),
            ("largest", "max"),
            ("smallest", "min"),
        )
    )
    if draw.chance(0.25):
        listed = _listed(draw, [said(draw, item) for item in items])
    else:
        listed = _listed(draw, items) if draw.chance(0.75) else f"[{', '.join(items)}]"
    of = (
        draw.pick((" of ", " of ", " of ", " of the numbers ", " of the list "))
        if kind not in ("largest", "smallest")
        else " of "
    )
    return ask(draw, f"{kind}{of}{listed}", "the "), f"result = {function}([{', '.join(items)}])\n"
