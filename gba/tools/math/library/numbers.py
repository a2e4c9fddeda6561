"""Combinatorics and number theory: the functions whose values grow fastest."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer
from sympy.ntheory.modular import crt

from gba.errors import MathError
from gba.tools.math.bounds import BITS, ITEMS, at_most, bits, check_items, natural, too_large

__all__ = ["FUNCTIONS"]

_FACTORED_BITS = 400
_TESTED_BITS = 8_192


def _limited(function: Callable[..., Any], limit: int, what: str) -> Callable[..., Any]:
    """The function, of a number up to the limit."""

    def guarded(value: Any, *others: Any) -> Any:
        at_most(f"The argument of {what}", value, limit)
        for other in others:
            at_most(f"The argument of {what}", other, limit)
        return function(value, *others)

    return guarded


def _whole(function: Callable[..., Any], most_bits: int, least: int = 0) -> Callable[..., Any]:
    """The function, of whole numbers of bounded length."""

    def guarded(*values: Any) -> Any:
        for value in values:
            if not getattr(value, "is_Integer", False) or value < least:
                raise MathError(f"This takes whole numbers from {least} on.", kind="domain")
            if bits(value) > most_bits:
                raise too_large(f"The number has more than {int(most_bits * 0.30103)} digits")
        return function(*(int(value) for value in values))

    return guarded


def _choose(n: Any, k: Any) -> Any:
    """The binomial coefficient; its size is bounded by min(k, n - k) times the length of n."""
    if n.is_Integer and k.is_Integer:
        least = min(abs(k), abs(n - k)) if n >= k else abs(k)
        if least * (bits(n) + 1) > 2 * BITS:
            raise too_large("The binomial coefficient has too many digits")
        if 0 <= k <= n:
            return Integer(math.comb(int(n), int(k)))
    at_most("The argument of binomial", k, 10_000)
    return sympy.binomial(n, k)


def _arrangements(n: Any, k: Any = None) -> Any:
    """The number of ways to put k out of n things in order."""
    number = natural("The number of things", n, 10**9)
    count = number if k is None else natural("The number of places", k, 10**9)
    if count * (number.bit_length() + 1) > 2 * BITS:
        raise too_large("The number of arrangements has too many digits")
    return Integer(math.perm(number, count))


def _rising(n: Any, k: Any) -> Any:
    at_most("The number of factors", k, 2_000)
    return sympy.rf(n, k)


def _falling(n: Any, k: Any) -> Any:
    at_most("The number of factors", k, 2_000)
    return sympy.ff(n, k)


def _common(function: Callable[..., Any], plain: Callable[..., int]) -> Callable[..., Any]:
    def of_all(*values: Any) -> Any:
        found = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple)) else list(values)
        if all(getattr(value, "is_Integer", False) for value in found):
            return Integer(plain(*(int(value) for value in found)))
        return function(found)

    return of_all


def _primes(first: Any, last: Any = None) -> Any:
    start, stop = (Integer(2), first) if last is None else (first, last)
    at_most("The end of the range", stop, 10**15)
    at_most("The length of the range", stop - start, 150_000)
    found = list(sympy.primerange(start, stop))
    check_items(Integer(len(found)))
    return found


def _divisors(value: int) -> Any:
    if sympy.divisor_count(value) > ITEMS:
        raise too_large("The number has too many divisors to list")
    return sympy.divisors(value)


def _inverse(value: int, modulus: int) -> int:
    if modulus == 0 or math.gcd(value, modulus) != 1:
        raise MathError(f"{value} has no inverse modulo {modulus}.", kind="domain")
    return pow(value, -1, abs(modulus))


def _remainders(moduli: Any, remainders: Any) -> Any:
    found = crt([int(value) for value in moduli], [int(value) for value in remainders])
    if found is None:
        raise MathError("No number has these remainders.", kind="domain")
    return found[0]


def _digits(value: Any) -> Any:
    whole = natural("The number", abs(value), 10**10_000)
    return [int(digit) for digit in str(whole)]


def _whole_root(value: Any, degree: Any) -> Any:
    if degree <= 0 or value < 0:
        raise MathError("integer_nthroot takes a number from 0 on and a degree from 1 on.", kind="domain")
    root, exact = sympy.integer_nthroot(int(value), natural("The degree", degree, 10**6))
    return (root, exact)


def _perfect_power(value: int) -> Any:
    found = sympy.perfect_power(value)
    return False if found is False else tuple(found)


def _perfect(value: int) -> bool:
    return value > 1 and bool(sympy.divisor_sigma(value) == 2 * value)


def _square(value: int) -> bool:
    return math.isqrt(value) ** 2 == value


def _multiplicity(prime: int, value: int) -> Any:
    return sympy.multiplicity(prime, value)


def _primitive_root(value: int) -> Any:
    found = sympy.primitive_root(value)
    if found is None:
        raise MathError(f"There is no primitive root modulo {value}.", kind="domain")
    return found


def _discrete_log(modulus: int, value: int, base: int) -> Any:
    at_most("The modulus", modulus, 10**12)
    return sympy.discrete_log(modulus, value, base)


def _factors(value: Any) -> Any:
    return sympy.factorint(int(value)) if value.is_Integer and bits(value) <= _FACTORED_BITS else _refused()


def _refused() -> Any:
    raise too_large("Only whole numbers of up to 120 digits are taken apart")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "factorial": _limited(sympy.factorial, 9_000, "factorial"),
    "factorial2": _limited(sympy.factorial2, 15_000, "factorial2"),
    "subfactorial": _limited(sympy.subfactorial, 5_000, "subfactorial"),
    "fibonacci": _limited(sympy.fibonacci, 150_000, "fibonacci"),
    "lucas": _limited(sympy.lucas, 100_000, "lucas"),
    "catalan": _limited(sympy.catalan, 5_000, "catalan"),
    "bernoulli": _limited(sympy.bernoulli, 500, "bernoulli"),
    "bell": _limited(sympy.bell, 300, "bell"),
    "harmonic": _limited(sympy.harmonic, 3_000, "harmonic"),
    "prime": _limited(sympy.prime, 200_000, "prime"),
    "primepi": _limited(sympy.primepi, 10**9, "primepi"),
    "primorial": _limited(sympy.primorial, 3_000, "primorial"),
    "npartitions": _limited(sympy.functions.partition, 50_000, "npartitions"),
    "binomial": _choose,
    "comb": _choose,
    "binom": _choose,
    "perm": _arrangements,
    "rf": _rising,
    "ff": _falling,
    "gcd": _common(sympy.gcd, math.gcd),
    "igcd": _common(sympy.gcd, math.gcd),
    "lcm": _common(sympy.lcm, math.lcm),
    "ilcm": _common(sympy.lcm, math.lcm),
    "isprime": _whole(sympy.isprime, _TESTED_BITS, -(10**3000)),
    "is_prime": _whole(sympy.isprime, _TESTED_BITS, -(10**3000)),
    "nextprime": _whole(sympy.nextprime, 1_024, -(10**300)),
    "prevprime": _whole(sympy.prevprime, 1_024),
    "primerange": _primes,
    "factorint": _factors,
    "primefactors": _whole(sympy.primefactors, _FACTORED_BITS),
    "divisors": _whole(_divisors, _FACTORED_BITS),
    "divisor_count": _whole(sympy.divisor_count, _FACTORED_BITS),
    "divisor_sigma": _limited(sympy.divisor_sigma, 10**120, "divisor_sigma"),
    "totient": _whole(sympy.totient, _FACTORED_BITS, 1),
    "mobius": _whole(sympy.mobius, _FACTORED_BITS, 1),
    "primeomega": _whole(sympy.primeomega, _FACTORED_BITS, 1),
    "primenu": _whole(sympy.primenu, _FACTORED_BITS, 1),
    "isqrt": _whole(math.isqrt, BITS),
    "perfect_power": _whole(_perfect_power, 4_096),
    "is_square": _whole(_square, BITS),
    "is_perfect": _whole(_perfect, _FACTORED_BITS),
    "primitive_root": _whole(_primitive_root, _FACTORED_BITS, 1),
    "mod_inverse": _whole(_inverse, 8_192, -(10**2400)),
    "integer_nthroot": _whole_root,
    "n_order": _whole(sympy.n_order, _FACTORED_BITS, 1),
    "jacobi_symbol": _whole(sympy.jacobi_symbol, 8_192, -(10**2400)),
    "legendre_symbol": _whole(sympy.legendre_symbol, 2_048, -(10**600)),
    "multiplicity": _whole(_multiplicity, BITS, 2),
    "crt": _remainders,
    "digits": _digits,
    "discrete_log": _whole(_discrete_log, 64),
    "numer": lambda value: sympy.numer(value),
    "denom": lambda value: sympy.denom(value),
    "fraction": lambda value: sympy.fraction(value),
}
