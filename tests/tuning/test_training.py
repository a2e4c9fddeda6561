"""Training on packed examples: what is learnt, that a run goes on as if it had not been interrupted, and its file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from gba.backends.base import Sampling
from gba.backends.hub_model import load_hub_model
from gba.backends.inprocess import LlamaInProcess
from gba.chat.messages import Message
from gba.environments import environment
from gba.errors import BackendError
from gba.trajectory import read_all
from gba.tuning.collect import Collection, collect
from gba.tuning.dataset import IGNORED, Dialogue
from gba.tuning.examples import Example, of_run, write_examples
from gba.tuning.expert import Expert
from gba.tuning.training import TuneConfig, TuningError, read_config
from gba.tuning.training.batches import load_data, pack, steps_of
from gba.tuning.training.export import export_gguf
from gba.tuning.training.learner import Learner, deterministic
from gba.tuning.training.plan import plan
from gba.tuning.training.run import open_run
from gba.tuning.training.tokenizing import tokenizer_of
from gba.tuning.training.trainer import Progress, learning_rate
from tests.helpers.gguf_factory import write_gguf

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft's own call

SAID = ("Hello!", "Hello, what can I do?")
CONFIGS = sorted(Path(__file__).parents[2].glob("configs/tuning/*.yaml"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("model") / "random.gguf")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some runs and some general dialogue."""
    folder = tmp_path_factory.mktemp("data")
    runs = folder / "runs"
    collect(environment("arithmetic"), lambda task: Expert(task=task), Collection("arithmetic", tasks=6), runs)
    talk = [
        Example(
            f"talk-{number}", "general", "talk", (Message("user", f"{number} {SAID[0]}"), Message("assistant", SAID[1]))
        )
        for number in range(6)
    ]
    write_examples(folder / "examples.jsonl", [*map(of_run, read_all(runs)), *talk])
    return folder


def config(model: Path, data: Path, out: Path, **more: Any) -> TuneConfig:
    given = {"length": 1024, "sequences": 1, "epochs": 2, "learning_rate": 0.01, "threads": 1, "checkpoint_every": 1}
    lora = {"rank": 4, "alpha": 8, "dropout": 0.1}
    return TuneConfig.model_validate({"model": str(model), "data": data, "out": out, "lora": lora, **given, **more})


def trained(wanted: TuneConfig, *, resume: bool = False, until: int | None = None) -> list[Progress]:
    done: list[Progress] = []
    for progress in open_run(wanted, resume=resume).train(lambda: until is not None and len(done) + 1 >= until):
        done.append(progress)
    return done


def test_keys_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "tune.yaml"
    for text, said in (
        ("model: m\ndata: d\nout: o\nlearning_rat: 1", "there is no key learning_rat; did you mean learning_rate?"),
        ("model: m\ndata: d\nout: o\nlora: {ranks: 1}", "there is no key lora.ranks; did you mean rank?"),
        ("model: m\ndata: d", "the key out is missing"),
        ("model: m\ndata: d\nout: o\nlength: many", "length: Input should be a valid integer"),
        ("model: m\ndata: d\nout: o\nloss: all\nforced: true", "every token is learnt already"),
        ("model: m\ndata: d\nout: o\nbetas: [0.9, 1]", "betas: both have to be"),
        ("- a list", "has to be a mapping"),
        ("model: [", "is no YAML"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TuningError, match=said.replace("?", r"\?").replace("[", r"\[")):
            read_config(path)
    with pytest.raises(TuningError, match="cannot be read"):
        read_config(tmp_path / "none.yaml")
    path.write_text("model: m\ndata: d\nout: o\nlearning_rate: 2e-4", encoding="utf-8")
    assert read_config(path, {"steps": 3}).learning_rate == 2e-4


def test_examples_are_packed_and_each_epoch_has_all(model: Path, data: Path, tmp_path: Path) -> None:
    wanted = config(model, data, tmp_path)
    loaded = load_data(data, tokenizer_of(load_hub_model(str(model), {})), wanted)
    assert (len(loaded.of("agent")), len(loaded.of("general"))) == (6, 6)
    for packed in (each for step in steps_of(loaded, wanted) for each in step):
        assert len(packed.tokens) == len(packed.labels) == len(packed.places) == len(packed.parts) <= wanted.length
        begins = np.flatnonzero(packed.places == 0)
        assert packed.parts[begins].tolist() == list(range(len(begins)))
    tokens = sum(len(packed.tokens) for step in steps_of(loaded, wanted) for packed in step)
    assert tokens == wanted.epochs * loaded.tokens
    first, again = steps_of(loaded, wanted), steps_of(loaded, wanted)
    assert [[one.tokens.tolist() for one in step] for step in first] == [
        [one.tokens.tolist() for one in step] for step in again
    ]
    assert len(steps_of(loaded, wanted.model_copy(update={"steps": 1}))) == 1
    short = load_data(data, tokenizer_of(load_hub_model(str(model), {})), wanted.model_copy(update={"length": 160}))
    assert short.dropped == {"longer than 160 tokens": 6}
    with pytest.raises(TuningError, match="no example to learn from: 12 longer than 16 tokens"):
        load_data(data, tokenizer_of(load_hub_model(str(model), {})), wanted.model_copy(update={"length": 16}))


def test_what_is_learnt(model: Path, data: Path, tmp_path: Path) -> None:
    backend = tokenizer_of(load_hub_model(str(model), {}))
    outputs, forced, everything = (
        load_data(data, backend, config(model, data, tmp_path, **more))
        for more in ({}, {"forced": True}, {"loss": "all"})
    )
    assert outputs.learnt < forced.learnt < everything.learnt
    assert outputs.tokens == forced.tokens == everything.tokens
    assert everything.tokens - everything.learnt <= len(everything.dialogues)
    assert len({each.digest for each in (outputs, forced, everything)}) == 3


def test_examples_in_one_sequence_do_not_see_each_other(model: Path, data: Path, tmp_path: Path) -> None:
    wanted = config(model, data, tmp_path, lora={"rank": 2})
    loaded = load_data(data, tokenizer_of(load_hub_model(str(model), {})), wanted)
    learner = Learner(load_hub_model(str(model), {"dtype": "float32"}), wanted)
    dialogues = [loaded.dialogues[number] for number in (0, 7, 8)]
    (together,) = pack(dialogues, 10_000)
    with torch.no_grad():
        apart = [learner.loss(packed).item() for each in dialogues for packed in pack([each], 10_000)]
        assert learner.loss(together).item() == pytest.approx(sum(apart), rel=1e-4)
    ids = torch.from_numpy(dialogues[0].tokens.astype(np.int64))[None]
    chosen = torch.from_numpy(dialogues[0].labels.astype(np.int64))
    with torch.no_grad():
        logits = learner.model(input_ids=ids).logits[0]
    expected = torch.nn.functional.cross_entropy(logits, chosen, ignore_index=IGNORED, reduction="sum")
    assert apart[0] == pytest.approx(expected.item(), rel=1e-4)


def test_the_rate_rises_and_falls(model: Path, data: Path, tmp_path: Path) -> None:
    wanted = config(model, data, tmp_path, warmup=0.1)
    rates = [learning_rate(wanted, step, 100) for step in range(1, 101)]
    assert rates[:10] == pytest.approx([0.001 * step for step in range(1, 11)])
    assert rates[10] == pytest.approx(0.01)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 1e-5


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_run_that_was_stopped_goes_on_bit_by_bit(model: Path, data: Path, tmp_path: Path, method: str) -> None:
    whole = trained(config(model, data, tmp_path / "whole", method=method))
    assert whole[-1].loss < whole[0].loss
    stopped = config(model, data, tmp_path / "stopped", method=method)
    assert len(trained(stopped, until=2)) == 2
    assert not (tmp_path / "stopped" / "run.json").exists()
    rest = trained(stopped, resume=True)
    assert [each.step for each in rest] == list(range(3, len(whole) + 1))
    assert [each.loss for each in rest] == [each.loss for each in whole[2:]]
    for folder in ("adapter", "model"):
        for file in (tmp_path / "whole" / folder).glob("*.safetensors"):
            assert file.read_bytes() == (tmp_path / "stopped" / folder / file.name).read_bytes()
    lines = (tmp_path / "stopped" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, len(whole) + 1))
    assert trained(stopped, resume=True) == []  # nothing is left
    with pytest.raises(TuningError, match="is not empty"):
        open_run(stopped)
    with pytest.raises(TuningError, match="begun with another config"):
        trained(stopped.model_copy(update={"seed": 1}), resume=True)


def test_a_run_that_was_killed_goes_on_bit_by_bit(model: Path, data: Path, tmp_path: Path) -> None:
    given = config(model, data, tmp_path / "killed", epochs=6, method="lora")
    file = tmp_path / "tune.yaml"
    file.write_text(yaml.safe_dump(given.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gba", "tune", str(file)], env=environment, stderr=subprocess.DEVNULL
    )
    metrics = tmp_path / "killed" / "metrics.jsonl"
    while process.poll() is None and not (metrics.exists() and len(metrics.read_bytes().splitlines()) >= 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "run.json").exists(), "it came to its end before it could be killed"
    trained(given, resume=True)
    trained(given.model_copy(update={"out": tmp_path / "whole"}))
    name = Path("adapter", "adapter_model.safetensors")
    assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("method", ["lora", "full"])
def test_llama_cpp_computes_what_was_trained(model: Path, data: Path, tmp_path: Path, method: str) -> None:
    trained(config(model, data, tmp_path / "run", method=method, validation=data / "examples.jsonl"))
    measured = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [line["validation"] for line in measured if "validation" in line]
    assert losses[-1]["agent"] < losses[0]["agent"]
    assert losses[-1]["general"] < losses[0]["general"]
    done = export_gguf(tmp_path / "run", tmp_path / "tuned.gguf", kind="f32", name="tuned")
    assert 0 < done.changed <= done.tensors
    with LlamaInProcess(tmp_path / "tuned.gguf") as tuned, LlamaInProcess(model) as before:
        assert tuned.properties().chat_template == before.properties().chat_template
        compared = 0
        for text in ("user says Hello, what can I do?", "Hello", "what can", "1 2 3", "calculate with", "the"):
            tokens = tuned.tokenize(text)
            after = distribution(tuned, tokens)
            expected = torch.log_softmax(logits_of(tmp_path / "run", model, method, tokens), 0)
            for token, logprob in after.items():
                assert logprob == pytest.approx(expected[token].item(), abs=1e-2)  # llama.cpp caches in half precision
                compared += 1
            assert not after or after != distribution(before, tokens)
        assert compared >= 10


def write_renamed(model: Path, path: Path) -> Path:
    """The model, said to be of an architecture that orders its weights otherwise."""
    path.write_bytes(model.read_bytes().replace(b"llama", b"bloom"))
    return path


def distribution(backend: LlamaInProcess, tokens: list[int]) -> dict[int, float]:
    """The likeliest next tokens; none where the model ends there, of which llama.cpp tells nothing."""
    (first, *_) = backend.complete(tokens, max_tokens=1, sampling=Sampling(temperature=0, extra={"n_probs": 10}))
    return {one.token: one.logprob for told in first.logprobs if told is not None for one in told.top}


def logits_of(run: Path, base: Path, method: str, tokens: list[int]) -> torch.Tensor:
    from peft import PeftModel

    if method == "full":
        model = load_hub_model(str(run / "model"), {"dtype": "float32"}).model
    else:
        model = PeftModel.from_pretrained(load_hub_model(str(base), {"dtype": "float32"}).model, str(run / "adapter"))
    with torch.no_grad():
        logits: torch.Tensor = model.eval()(input_ids=torch.tensor([tokens])).logits[0, -1]
    return logits


def test_an_export_is_quantised_and_refused(model: Path, data: Path, tmp_path: Path) -> None:
    trained(config(model, data, tmp_path / "run", epochs=1))
    whole, small = tmp_path / "f16.gguf", tmp_path / "small.gguf"
    export_gguf(tmp_path / "run", whole)
    export_gguf(tmp_path / "run", small, quantize="q8_0")
    assert small.stat().st_size < whole.stat().st_size
    with LlamaInProcess(small) as backend:
        assert "".join(chunk.text for chunk in backend.complete(backend.tokenize("Hello"), max_tokens=4)) is not None
    other = write_gguf(tmp_path / "other.gguf", byte_level=True)
    for said, arguments in (
        ("there is no type 'f64'", {"kind": "f64"}),
        ("no type 'Q99' to quantise into", {"quantize": "Q99"}),
        ("not the same model|another model", {"base": other}),
        ("only of gemma2, gemma3, llama", {"base": write_renamed(model, tmp_path / "falcon.gguf")}),
        ("is not there: name it with --base", {"base": tmp_path / "none.gguf"}),
    ):
        with pytest.raises((TuningError, BackendError), match=said):
            export_gguf(tmp_path / "run", tmp_path / "bad.gguf", **arguments)  # type: ignore[arg-type]
    assert not list(tmp_path.glob("bad.gguf*"))
    with pytest.raises(TuningError, match="no finished run"):
        export_gguf(tmp_path, tmp_path / "bad.gguf")


def test_nothing_is_left_of_a_dialogue_without_labels() -> None:
    nothing = Dialogue(np.arange(3, dtype=np.int32), np.full(3, IGNORED, dtype=np.int32), "x")
    (packed,) = pack([nothing], 10)
    assert (packed.labels == IGNORED).all()


def test_what_cannot_be_trained(model: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(TuningError, match=r"lora\.targets"):
        open_run(config(model, data, tmp_path / "a", lora={"targets": ["nothing"]})).train().__next__()
    with pytest.raises(TuningError, match="more than the 2048 that the model was made for"):
        open_run(config(model, data, tmp_path / "b", length=4096))
    with pytest.raises(BackendError, match="the device 'nowhere' cannot be used"):
        open_run(config(model, data, tmp_path / "c", device="nowhere")).train().__next__()


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_the_published_settings(file: Path) -> None:
    found = plan(read_config(file))
    billions = float(file.stem.removeprefix("agentlm-").removesuffix("b"))
    assert found.parameters == found.learning
    assert found.parameters / 1e9 == pytest.approx(billions, rel=0.04)
    assert found.memory.total > 16 * found.parameters


def test_a_dry_run_counts_adapters(model: Path, data: Path, tmp_path: Path) -> None:
    wanted = config(model, data, tmp_path)
    found = plan(wanted)
    learner = Learner(load_hub_model(str(model), {}), wanted)
    assert found.learning == sum(weight.numel() for weight in learner.weights().values())
    assert found.parameters == sum(weight.numel() for weight in learner.model.parameters())
    with pytest.raises(TuningError, match="model_type is missing"):
        plan(wanted.model_copy(update={"architecture": {"hidden_size": 64}}))
    with pytest.raises(TuningError, match="architecture"):
        plan(wanted.model_copy(update={"architecture": {"model_type": "unheard-of"}}))


def test_the_same_arithmetic_is_set_and_set_back(model: Path, data: Path, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    with deterministic(config(model, data, tmp_path)):
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 1
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == threads
