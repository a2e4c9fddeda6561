"""Distributions and special functions: the values are scipy's (1.17), to as many digits as it is good for."""

from __future__ import annotations

import pytest

from gba.errors import MathError
from gba.tools.math import evaluate, language
from gba.tools.math.library import SCIPY

VALUES = [
    ("scipy.stats.norm.pdf(2.11, 0.5, 2.5)", 0.12969143004188766),
    ("scipy.stats.norm.pdf(2.26)", 0.031031932215008273),
    ("scipy.stats.norm.cdf(2.24, 0.8)", 0.925066300465673),
    ("scipy.stats.norm.cdf(3.34)", 0.9995811080505497),
    ("scipy.stats.norm.sf(-0.93, -0.6)", 0.6293000189406536),
    ("scipy.stats.norm.sf(-0.2, 0.6, 0.8)", 0.8413447460685429),
    ("scipy.stats.expon.pdf(1.22)", 0.2952301669240142),
    ("scipy.stats.expon.pdf(0.05)", 0.951229424500714),
    ("scipy.stats.expon.cdf(0.45, 0.9, 1.8)", 0.0),
    ("scipy.stats.expon.cdf(2.13)", 0.8811627061475904),
    ("scipy.stats.expon.sf(3.83, 0.8)", 0.04831563812606777),
    ("scipy.stats.expon.sf(1.07, 0.9)", 0.8436648165963836),
    ("scipy.stats.uniform.pdf(0.51, 0.2, 0.5)", 2.0),
    ("scipy.stats.uniform.pdf(2.54, -0.9)", 0.0),
    ("scipy.stats.uniform.cdf(1.4, -0.4, 1.7)", 1.0),
    ("scipy.stats.uniform.cdf(-0.12, -0.5, 2.8)", 0.13571428571428573),
    ("scipy.stats.uniform.sf(0.79, -0.2)", 0.010000000000000009),
    ("scipy.stats.uniform.sf(0.83)", 0.17000000000000004),
    ("scipy.stats.norm.ppf(0.975)", 1.959963984540054),
    ("scipy.stats.norm.ppf(0.2, 10, 3)", 7.475136299281258),
    ("scipy.stats.norm.cdf(85, loc=80, scale=10)", 0.6914624612740131),
    ("scipy.stats.norm.sf(6)", 9.865876450376946e-10),
    ("scipy.stats.binom.pmf(4, 25, 0.62)", 2.799708478255638e-06),
    ("scipy.stats.poisson.pmf(3, 0.8)", 0.03834273827133624),
    ("scipy.stats.binom.pmf(6, 10, 0.34)", 0.061555737526991776),
    ("scipy.stats.poisson.pmf(5, 5.4)", 0.1728213330760574),
    ("scipy.stats.binom.pmf(11, 11, 0.46)", 0.00019513543842077235),
    ("scipy.stats.poisson.pmf(9, 4.5)", 0.023164579582659196),
    ("scipy.stats.binom.cdf(10, 28, 0.86)", 1.3542353374319497e-09),
    ("scipy.stats.poisson.cdf(0, 2.7)", 0.06720551273974976),
    ("scipy.stats.binom.cdf(2, 5, 0.34)", 0.7801491456),
    ("scipy.stats.poisson.cdf(9, 2.2)", 0.9998991117368217),
    ("scipy.stats.binom.cdf(4, 7, 0.28)", 0.9787004485632),
    ("scipy.stats.poisson.cdf(8, 0.6)", 0.999999983791745),
    ("scipy.stats.binom.sf(9, 24, 0.31)", 0.18025747672226441),
    ("scipy.stats.poisson.sf(1, 3.8)", 0.8926202950904052),
    ("scipy.stats.binom.sf(21, 26, 0.31)", 2.3686247061692944e-08),
    ("scipy.stats.poisson.sf(7, 1.1)", 2.012394526191016e-05),
    ("scipy.stats.binom.sf(-1, 4, 0.99)", 1.0),
    ("scipy.stats.poisson.sf(8, 5.5)", 0.10564332219241376),
    ("scipy.special.comb(10, 3)", 120.0),
    ("scipy.special.comb(3, 5)", 0.0),
    ("scipy.special.perm(5, 2)", 20.0),
    ("scipy.special.factorial(7)", 5040.0),
    ("scipy.special.gamma(4.5)", 11.63172839656745),
    ("scipy.special.gammaln(20)", 39.339884187199495),
    ("scipy.special.beta(2.5, 3)", 0.050793650793650794),
    ("scipy.special.erf(0.3)", 0.3286267594591274),
    ("scipy.special.erfc(1.2)", 0.08968602177036462),
    ("scipy.special.expit(0.7)", 0.6681877721681662),
    ("scipy.special.binom(6, 2)", 15.0),
    ("scipy.special.zeta(3)", 1.2020569031595942),
]


def test_the_tables_are_the_same() -> None:
    assert {module: set(functions) for module, functions in SCIPY.items()} == {
        module: set(functions) for module, functions in language.SCIPY.items()
    }


@pytest.mark.parametrize("program, value", VALUES)
def test_values_are_scipys(program: str, value: float) -> None:
    module = program.partition("(")[0].rpartition(".")[0]
    found = evaluate(f"import {module}\nresult = {program}", timeout=60).value
    assert float(found) == pytest.approx(value, rel=1e-9, abs=1e-14)


def test_names_are_imported() -> None:
    program = "from scipy.stats import norm\nfrom scipy.special import comb as choose\nfrom scipy import stats\n"
    assert float(evaluate(program + "result = norm.cdf(0) + choose(4, 2) + stats.norm.cdf(0)").value) == 7


@pytest.mark.parametrize("program", ["from scipy.integrate import quad\nresult = 1", "import scipy.io\nresult = 1",
                                     "from scipy.stats import ttest_ind\nresult = 1"])  # fmt: skip
def test_what_is_not_there_is_refused_by_name(program: str) -> None:
    with pytest.raises(MathError, match=r"scipy") as caught:
        evaluate(program)
    assert caught.value.kind == "forbidden"
