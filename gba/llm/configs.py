"""Language models described in YAML: `configs/llm/*.yaml`, and a folder of the user's own.

    defaults: [hf]                          # inherits these, the later ones over the earlier ones, and itself over all
    backend:
      model: openchat/openchat-3.5-0106     # ??? in a config that is inherited: has to be given

``_target_`` names what is made of a mapping, its other keys are the arguments; with ``_partial_: true`` it becomes a
function that takes the rest of them. That is how hydra writes it, but a config cannot run code of its choice: a target
has to be one of `TARGETS`, and an argument one that it has.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from gba.errors import ConfigError
from gba.llm.backend import LanguageBackend

__all__ = ["TARGETS", "config_names", "folders", "instantiate", "load_llm", "read_config"]

TARGETS: Mapping[str, str] = {
    "gba.LlamaInProcess": "gba.backends.inprocess",
    "gba.LlamaServer": "gba.backends.server",
    "gba.Sampling": "gba.backends.base",
    "gba.Transformers": "gba.backends.transformers",
    "gba.llm.LanguageBackend": "gba.llm.backend",
}
"""What a config can make, and the module of each."""

_MORE: Mapping[str, tuple[str, ...]] = {
    "gba.LlamaInProcess": ("flash_attn_type", "main_gpu", "split_mode", "tensor_split", "use_mlock", "use_mmap"),
    "gba.Transformers": (
        "attn_implementation",
        "cache_dir",
        "device_map",
        "dtype",
        "local_files_only",
        "max_memory",
        "offload_folder",
        "quantization_config",
        "revision",
        "subfolder",
        "token",
        "variant",
    ),
}
"""Arguments that a target hands on. ``trust_remote_code`` is none of them: a config runs no code."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_MISSING = "???"
_LONGEST = 100_000
_DEEPEST = 32


def folders() -> tuple[Path, ...]:
    """Where configs are looked for, in this order: GBA_CONFIGS, ``~/.config/gba/llm`` (XDG_CONFIG_HOME), gba's own."""
    own = os.environ.get("GBA_CONFIGS")
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    package = Path(__file__).parents[1]
    installed = package / "_configs" / "llm"
    packaged = installed if installed.is_dir() else package.parent / "configs" / "llm"
    return (*([Path(own).expanduser()] if own else []), home / "gba" / "llm", packaged)


def config_names() -> list[str]:
    """The names of all configs, sorted."""
    return sorted({path.stem for folder in folders() if folder.is_dir() for path in folder.glob("*.yaml")})


def load_llm(config: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> LanguageBackend:
    """The model that a config describes: the name of one, or a file that ends in ``.yaml``.

    ``overrides`` goes over it, as a config that inherits it would. Raises ConfigError, and what the backend raises.
    """
    content = _merged(read_config(config), overrides or {})
    made = instantiate(content, where=str(config))
    if not isinstance(made, LanguageBackend):
        raise ConfigError(f"{config}: _target_ at the top has to be gba.llm.LanguageBackend", config=str(config))
    return made


def read_config(config: str | os.PathLike[str]) -> dict[str, Any]:
    """A config with all that it inherits. Nothing is made of it. Raises ConfigError."""
    return _resolved(_find(os.fspath(config), None), ())


def instantiate(node: Any, where: str = "", at: str = "") -> Any:
    """What a config makes: each mapping with a ``_target_`` is called, the innermost first. Raises ConfigError.

    ``where``: the config's name, and ``at``: the keys up to the node; both are for messages.
    """
    if isinstance(node, list):
        return [instantiate(one, where, f"{at}[{index}]") for index, one in enumerate(node)]
    if not isinstance(node, Mapping):
        if node == _MISSING:
            raise ConfigError(f"{where}: {at} has to be given: write a config that inherits this one", where, at)
        return node
    if "_target_" not in node:
        if "_partial_" in node:
            raise ConfigError(f"{where}: {at or 'the top'} has _partial_ without _target_", where, at)
        return {key: instantiate(value, where, _below(at, key)) for key, value in node.items()}
    name, partial = node["_target_"], node.get("_partial_", False)
    given = {key: value for key, value in node.items() if key not in ("_target_", "_partial_")}
    target = _target(name, where, at)
    _check(name, target, given, where, at, partial=partial is True)
    if not isinstance(partial, bool):
        raise ConfigError(f"{where}: {_below(at, '_partial_')} has to be true or false", where, at)
    arguments = {key: instantiate(value, where, _below(at, key)) for key, value in given.items()}
    if name == "gba.LlamaInProcess" and isinstance(path := arguments.get("model_path"), str):
        from gba.models import resolve

        arguments["model_path"] = resolve(path)
    return functools.partial(target, **arguments) if partial else target(**arguments)


def _target(name: Any, where: str, at: str) -> Any:
    if not isinstance(name, str) or name not in TARGETS:
        raise ConfigError(
            f"{where}: _target_ of {at or 'the top'} is {name!r}{_perhaps(name, TARGETS)}. "
            f"A config can make {', '.join(TARGETS)}, and nothing else: it must not run code of its own choice",
            where,
            _below(at, "_target_"),
        )
    return getattr(import_module(TARGETS[name]), name.rpartition(".")[2])


def _check(name: str, target: Any, given: Mapping[str, Any], where: str, at: str, *, partial: bool) -> None:
    """Raise ConfigError for arguments that the target does not have, and for those that are missing."""
    parameters = inspect.signature(target).parameters.values()
    plain = [each for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]
    known = [*(each.name for each in plain), *_MORE.get(name, ())]
    for key in given:
        if key not in known:
            raise ConfigError(
                f"{where}: {name} has no {key!r}{_perhaps(key, known)} (at {_below(at, key)}). "
                f"It has {', '.join(known)}",
                where,
                _below(at, key),
            )
    missing = [each.name for each in plain if each.default is inspect.Parameter.empty and each.name not in given]
    if missing and not partial:
        raise ConfigError(f"{where}: {at or 'the top'} needs {' and '.join(missing)} for {name}", where, at)


def _find(config: str, beside: Path | None) -> Path:
    """The file of a config; the parents of one may lie beside it."""
    if config.endswith((".yaml", ".yml")) and beside is None:
        path = Path(config).expanduser()
        if path.is_file():
            return path
        raise ConfigError(f"there is no file {config}: check the path", config)
    if not _NAME.fullmatch(config):
        raise ConfigError(f"{config!r} is no name of a config: letters, digits, dots, dashes", config)
    places = dict.fromkeys([*([beside] if beside else []), *folders()])
    found = next((path for folder in places if (path := folder / f"{config}.yaml").is_file()), None)
    if found is None:
        names = config_names()
        raise ConfigError(
            f"there is no config {config!r}{_perhaps(config, names)}. There are {', '.join(names)}; your own belong "
            f"into {folders()[0]}, or are named by their path",
            config,
        )
    return found


def _resolved(path: Path, within: tuple[Path, ...]) -> dict[str, Any]:
    if path in within:
        raise ConfigError(f"{path}: inherits itself, by way of {' and '.join(p.stem for p in within)}", str(path))
    content = _read(path)
    parents = content.pop("defaults", [])
    listed = [parents] if isinstance(parents, str) else parents
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise ConfigError(f"{path}: defaults has to be a list of names of configs", str(path), "defaults")
    result: dict[str, Any] = {}
    for name in listed:
        result = _merged(result, _resolved(_find(name, path.parent), (*within, path)))
    return _merged(result, content)


def _read(path: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise ConfigError("configs need pyyaml: pip install 'grammar-based-agents[agents]'", str(path)) from error
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > _LONGEST:
            raise ConfigError(f"{path} has {len(text)} characters: a config has {_LONGEST} at most", str(path))
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise ConfigError(f"{path}: references (*{event.anchor}) are not read: write it out", str(path))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ConfigError(f"{path} is nested deeper than {_DEEPEST} levels", str(path))
        content = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", str(path)) from error
    if not isinstance(content, dict) or not _texts(content):
        raise ConfigError(f"{path} has to be a mapping, of keys that are texts", str(path))
    return content


def _texts(node: Any) -> bool:
    """Whether all keys are texts."""
    if isinstance(node, dict):
        return all(isinstance(key, str) and _texts(value) for key, value in node.items())
    return not isinstance(node, list) or all(map(_texts, node))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are joined, all else is replaced; so is a mapping that has another target."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        joined = isinstance(old, Mapping) and isinstance(value, Mapping)
        same = joined and value.get("_target_", old.get("_target_")) == old.get("_target_")  # type: ignore[union-attr]
        result[key] = _merged(old, value) if same else value  # type: ignore[arg-type]
    return result


def _below(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _perhaps(name: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(name), list(known), n=1)
    return f". Did you mean {near[0]!r}?" if near else ""
