"""What only the Transformers backend has to do, and that it does what llama.cpp does with the same file."""

from __future__ import annotations

import codecs
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BertConfig, LlamaConfig, LlamaForCausalLM, T5Config

from gba import ChatLlamaCpp, Grammar, LlamaInProcess, Transformers, create_agent
from gba.backends.base import Sampling, Timings
from gba.backends.generation import GenerationRequest
from gba.backends.sampler import CANDIDATE
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.errors import BackendError, GrammarError, ModelFileError, UnknownModelError
from gba.models import packaged
from gba.schema.tools import ToolSpec
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, write_gguf

GREEDY = Sampling(temperature=0)
TEXTS = ["Hello <tool_call> world </s> x", "<|im_start|>user\nhé 日本 😀", "  two  spaces\n\n\tx", " a", "", "é"]


@pytest.fixture(scope="module")
def byte_level(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("byte-level")
    return write_gguf(folder / "bytes.gguf", byte_level=True, chat_template=CHATML_WITH_TOOLS, name="bytes")


@pytest.fixture(scope="module", params=["SentencePiece", "byte-level"])
def pair(request: pytest.FixtureRequest, random_gguf: Path, byte_level: Path) -> Iterator[tuple[Any, Any]]:
    path = random_gguf if request.param == "SentencePiece" else byte_level
    with Transformers(path, context=1024, slots=2) as ours, LlamaInProcess(path, context=1024) as theirs:
        yield ours, theirs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, byte_level: Path) -> Path:
    """The byte-level model, as `save_pretrained` writes it."""
    place = tmp_path_factory.mktemp("saved") / "small-model"
    where = {"pretrained_model_name_or_path": str(byte_level.parent), "gguf_file": byte_level.name}
    read = AutoModelForCausalLM.from_pretrained(**where)
    config = LlamaConfig(**{key: value for key, value in read.config.to_dict().items() if "quant" not in key})
    plain = LlamaForCausalLM(config)
    plain.load_state_dict(read.state_dict())
    plain.save_pretrained(place)
    AutoTokenizer.from_pretrained(**where).save_pretrained(place)
    return place


class Counter:
    """How many tokens a model has evaluated since `reset`."""

    def __init__(self, backend: Transformers) -> None:
        self.tokens = 0
        backend._owner.resource._model.register_forward_pre_hook(self._count, with_kwargs=True)  # type: ignore[attr-defined]

    def _count(self, _module: Any, _args: Any, kwargs: Any) -> None:
        self.tokens += kwargs["input_ids"].numel()

    def reset(self) -> int:
        count, self.tokens = self.tokens, 0
        return count


def written(backend: Any, prompt: list[int], **arguments: Any) -> tuple[str, list[int], Timings]:
    chunks = list(backend.complete(prompt, **{"sampling": GREEDY, "max_tokens": 24, **arguments}))
    assert chunks[-1].timings is not None
    return (
        "".join(chunk.text for chunk in chunks),
        [token for chunk in chunks for token in chunk.tokens],
        chunks[-1].timings,
    )


@pytest.mark.parametrize("special", [False, True])
def test_tokens_and_texts_are_those_of_llama_cpp(pair: tuple[Any, Any], special: bool) -> None:
    ours, theirs = pair
    for text in TEXTS:
        tokens = ours.tokenize(text, special=special)
        assert tokens == theirs.tokenize(text, special=special)
        assert ours.detokenize(tokens) == theirs.detokenize(tokens) == text
    size = ours._owner.resource.vocabulary.size
    assert [ours.detokenize([token]) for token in range(size)] == [theirs.detokenize([token]) for token in range(size)]


def test_properties_are_those_of_llama_cpp(pair: tuple[Any, Any]) -> None:
    ours, theirs = (backend.properties() for backend in pair)
    for name in ("context", "chat_template", "bos", "eos", "bos_text", "eos_text", "add_bos", "eog", "tool_template"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.specials >= theirs.specials
    assert ours.specials - theirs.specials <= {"<unk>"}
    assert ours.slots == 2
    assert ours.build.startswith("transformers ")


@pytest.mark.parametrize(
    "grammar",
    [
        None,
        "root ::= [ -~]*",
        'root ::= "{\\"é\\": " [0-9]{2,9} "}"',
        "root ::= [日本é😀]{6}",
        'root ::= "the " [ -`b-~]+',
    ],
)
def test_what_is_written_is_what_llama_cpp_writes(pair: tuple[Any, Any], grammar: str | None) -> None:
    ours, theirs = pair
    for text in ("the number of the city", "x", "question: 日本"):
        prompt = [1, *ours.tokenize(text)]
        assert written(ours, prompt, grammar=grammar)[:2] == written(theirs, prompt, grammar=grammar)[:2]


@pytest.mark.parametrize(
    "grammar",
    [
        str(Grammar.from_json_schema({"type": "object", "properties": {"a": {"type": "string", "maxLength": 4}}})),
        str(Grammar.from_json_schema({"enum": ["日本", "é", "ab", 12.5, None]}, whitespace="flexible")),
        'root ::= ("é" | "😀" | [日-本] | "a"){1,4}',
        "root ::= [^a-z]* | [a-f]+",
    ],
)
def test_the_tokens_that_a_grammar_allows_are_those_of_llama_cpp(pair: tuple[Any, Any], grammar: str) -> None:
    """Along a random sentence, whole vocabularies are compared, inside of characters too."""
    from gba.backends.llama_sampling import GrammarGate
    from gba.backends.matcher_gate import MatcherGate

    ours, theirs = (backend._owner.resource for backend in pair)
    random = torch.Generator().manual_seed(7)
    for _ in range(4):
        gates = MatcherGate(ours._grammar(grammar)), GrammarGate(theirs._lib, theirs.vocabulary, grammar)
        spelled = b""
        for _ in range(12):
            allowed = []
            for gate in gates:
                candidates = torch.zeros(ours.vocabulary.size).numpy().astype(CANDIDATE)
                candidates["id"] = range(ours.vocabulary.size)
                gate.mask(candidates)
                allowed.append([int(one["id"]) for one in candidates if one["logit"] == 0])
            assert set(allowed[0]) <= set(allowed[1])
            for token in set(allowed[1]) - set(allowed[0]):  # llama.cpp lets bytes through that are no UTF-8
                after = spelled + ours.vocabulary.piece(token)
                if not re.search(rb"\xed[\xa0-\xbf]$", after):  # Python's decoder waits for the rest of a surrogate
                    with pytest.raises(UnicodeDecodeError):
                        codecs.getincrementaldecoder("utf-8")().decode(after)
            assert [token for token in range(ours.vocabulary.size) if gates[0].allows(token)] == allowed[0]
            going_on = [token for token in allowed[0] if not ours.vocabulary.is_eog(token)]
            if not going_on:
                break
            token = going_on[int(torch.randint(len(going_on), (1,), generator=random))]
            spelled += ours.vocabulary.piece(token)
            for gate in gates:
                gate.accept(token)
        for gate in gates:
            gate.close()


def test_each_byte_that_a_grammar_allows_can_be_gone_on_from() -> None:
    """Byte by byte, through every character that is not ASCII: no dead end in the middle of one."""
    from gba.backends.matcher_gate import _Place

    start = _Place(Grammar.from_gbnf('root ::= [^"]*').matcher())
    places = [place for byte in range(0x80, 0x100) if (place := start.after(bytes([byte])))]
    characters = 0
    while places:
        place = places.pop()
        following = [after for byte in range(0x80, 0xC0) if (after := place.after(bytes([byte])))]
        assert following, place.begun
        characters += sum(not after.begun for after in following)
        places += [after for after in following if after.begun and len(after.begun) < 3]
    assert characters == 0x800 - 0x80 + 0x10000 - 0x800 - 0x800
    assert start.after(b"\xed\xa0") is None


def test_a_second_step_evaluates_only_what_is_new(random_gguf: Path) -> None:
    """Counted where the model is called, not only told by the backend."""
    with Transformers(random_gguf, context=1024) as backend:
        counter = Counter(backend)
        prompt = [1, *backend.tokenize("the answer to the question is ")]
        first = written(backend, prompt)
        assert counter.reset() == len(prompt) + len(first[1]) - 1
        assert (first[2].cache_n, first[2].prompt_n) == (0, len(prompt))
        more = backend.tokenize("and what is its population")
        second = written(backend, [*prompt, *first[1], *more], max_tokens=1)
        assert counter.reset() == len(more) + 1  # the last token that was written had not been evaluated
        assert second[2].prompt_n == len(more) + 1


def test_the_steps_of_an_agent_evaluate_only_what_is_new(random_gguf: Path) -> None:
    tool = ToolSpec(
        "search", "Searches.", {"type": "object", "properties": {"query": {"type": "string", "maxLength": 9}}}
    )
    with Transformers(random_gguf, context=2048) as backend:
        engine, counter = Engine(backend, options=StepOptions(max_thought_tokens=8)), Counter(backend)
        messages = [Message("user", "Where is it? " * 20)]
        step = engine.step(messages, tools=[tool], tool_choice="search")
        first = counter.reset()
        messages += [step.message(), Message("tool", "There.", call_id=step.calls[0].id, name="search")]
        again = engine.step(messages, tools=[tool], tool_choice="search")
        assert again.calls[0].name == "search"
        assert counter.reset() < first / 2


def test_conversations_that_share_a_beginning(random_gguf: Path) -> None:
    """It is evaluated once, and changes nothing of what is written; a prompt that is cut goes on from the cut."""
    with Transformers(random_gguf, context=1024, slots=3) as backend:
        system = [1, *backend.tokenize("the number of the city is " * 8)]
        prompts = [[*system, *backend.tokenize(text)] for text in ("first", "second", "the third one")]
        results = [written(backend, prompt) for prompt in [*prompts, *prompts]]
        assert [result[0] for result in results[:3]] == [result[0] for result in results[3:]]
        assert all(result[2].cache_n >= len(system) for result in results[1:])
        for prompt, result in zip(prompts, results, strict=False):
            with Transformers(random_gguf, context=1024, slots=1) as fresh:
                assert written(fresh, prompt)[0] == result[0]


def test_a_failed_evaluation_leaves_nothing_behind(random_gguf: Path) -> None:
    with Transformers(random_gguf, context=256, slots=1) as backend:
        prompt = [1, *backend.tokenize("the question")]
        expected = written(backend, prompt)[0]

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("out of memory")

        hook = backend._owner.resource._model.model.layers[1].register_forward_pre_hook(fail)  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="out of memory"):
            written(backend, [*prompt, 300, 301])
        hook.remove()
        assert written(backend, prompt)[0] == expected


def test_a_folder_is_the_same_model(folder: Path, byte_level: Path) -> None:
    with Transformers(folder, dtype="float32") as saved, Transformers(byte_level) as file:
        assert saved.properties().model == "small-model"
        assert saved.properties().chat_template == file.properties().chat_template
        prompt = [1, *saved.tokenize("the number <|im_end|>")]
        assert prompt == [1, *file.tokenize("the number <|im_end|>")]
        assert written(saved, prompt)[:2] == written(file, prompt)[:2]


def test_options_reach_transformers(folder: Path) -> None:
    with Transformers(folder, dtype="bfloat16", device_map="cpu", attn_implementation="eager") as backend:
        model = backend._owner.resource._model  # type: ignore[attr-defined]
        assert model.dtype is torch.bfloat16
        assert model.config._attn_implementation == "eager"
        assert len(written(backend, [1, 300])[1]) == 24


def test_the_cache_of_a_sliding_window_can_be_cut(tmp_path: Path, folder: Path) -> None:
    """Beyond the window, too, where a cache that drops what is out of sight could not be."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    torch.manual_seed(3)
    size = len(AutoTokenizer.from_pretrained(folder))
    config = Gemma3TextConfig(
        vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=4, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, sliding_window=8, max_position_embeddings=512, eos_token_id=4,
        layer_types=["sliding_attention", "full_attention"] * 2,
    )  # fmt: skip
    Gemma3ForCausalLM(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    with Transformers(tmp_path, slots=1) as backend:
        prompt = [1, *range(300, 330)]
        written(backend, [*prompt, *range(330, 350)])
        again = written(backend, prompt)
        assert again[2].prompt_n == 1
        with torch.inference_mode():
            model = backend._owner.resource._model  # type: ignore[attr-defined]
            expected = model(torch.tensor([[*prompt, *again[1]]])).logits[0, len(prompt) - 1 : -1].argmax(-1)
        assert expected.tolist() == again[1]


@pytest.mark.parametrize("name", ["mystery", "dynatemp_range"])
def test_unknown_sampling_parameters(by_transformers: Transformers, name: str) -> None:
    with pytest.raises(BackendError, match=f"unknown sampling parameter in process: {name}"):
        written(by_transformers, [1, 300], sampling=Sampling(extra={name: 1}))


def test_a_refused_grammar_says_where(by_transformers: Transformers) -> None:
    with pytest.raises(GrammarError) as caught:
        written(by_transformers, [1, 300], grammar='root ::= "a" | missing')
    assert (caught.value.line, caught.value.column) == (1, 16)
    with pytest.raises(BackendError, match="dead end"):
        written(by_transformers, [1, 300], grammar="root ::= [b-a]")
    with pytest.raises(GrammarError, match="cannot be followed in text"):
        written(by_transformers, [1, 300], grammar="root ::= <[3]>")
    assert written(by_transformers, [1, 300], grammar='root ::= "fine"')[0] == "fine"


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no config\.json"):
        Transformers(tmp_path)
    with pytest.raises(ModelFileError, match="no model file at"):
        Transformers(tmp_path / "none.gguf")
    with pytest.raises(ModelFileError, match="no model file at"):
        Transformers("./none/of/them")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelFileError, match="transformers cannot load"):
        Transformers(tmp_path)
    (tmp_path / "plain.txt").write_text("no model")
    with pytest.raises(ModelFileError, match="no GGUF file"):
        Transformers(tmp_path / "plain.txt")


def test_a_name_that_the_hub_does_not_have() -> None:
    """Asked for among what was downloaded before: tests have no network."""
    with pytest.raises(
        UnknownModelError, match=r"no model 'nobody/no-such-model'.*Check the name on the Hub"
    ) as caught:
        Transformers("nobody/no-such-model", local_files_only=True)
    assert caught.value.name == "nobody/no-such-model"


def test_a_model_that_does_not_generate(tmp_path: Path, folder: Path) -> None:
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    for config in (BertConfig(), T5Config()):
        config.save_pretrained(tmp_path)
        with pytest.raises(BackendError):
            Transformers(tmp_path)


def test_a_tokenizer_whose_tokens_are_no_bytes(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1, "##b": 2, "</s>": 3}, unk_token="[UNK]"))
    words.decoder = decoders.WordPiece()
    PreTrainedTokenizerFast(tokenizer_object=words, eos_token="</s>").save_pretrained(tmp_path)
    config = LlamaConfig(
        vocab_size=4, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, eos_token_id=3
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    with pytest.raises(BackendError, match="decoded by WordPiece do not spell text byte by byte"):
        Transformers(tmp_path)


def test_a_quantised_model_that_cannot_be_loaded_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import BitsAndBytesConfig, quantizers

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("No GPU or XPU found. A GPU or XPU is needed for quantization.")

    monkeypatch.setattr(quantizers.quantizer_bnb_4bit.Bnb4BitHfQuantizer, "validate_environment", refuse)
    with pytest.raises(BackendError, match=r"cannot be loaded quantised: No GPU.*leave quantization_config out"):
        Transformers(folder, quantization_config=BitsAndBytesConfig(load_in_4bit=True))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, random_gguf: Path) -> None:
    import sys

    for module in ("hub_model", "hub_vocabulary", "torch_decoder"):
        monkeypatch.delitem(sys.modules, f"gba.backends.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(BackendError, match=r"pip install 'grammar-based-agents\[transformers\]'"):
        Transformers(random_gguf)


def schemas() -> list[dict[str, Any]]:
    """60 parameters of functions: each kind of value, required and not, bounded and free."""
    kinds: list[dict[str, Any]] = [
        {"type": "string", "maxLength": 6},
        {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
        {"type": "string", "format": "date"},
        {"type": "integer", "minimum": -5, "maximum": 500},
        {"type": "number", "multipleOf": 0.5, "minimum": 0, "maximum": 20},
        {"type": "boolean"},
        {"enum": ["é", "日本", "a b", 3]},
        {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}, "minItems": 1, "maxItems": 3},
        {"type": "object", "properties": {"x": {"type": "null"}, "y": {"const": "z"}}, "additionalProperties": False},
        {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 1, "maxLength": 3}]},
    ]
    return [
        {
            "type": "object",
            "properties": {f"p{number}": kinds[(first + number * step) % len(kinds)] for number in range(size)},
            "required": [f"p{number}" for number in range(0, size, 2)],
            "additionalProperties": False,
        }
        for first in range(10)
        for step, size in ((1, 1), (1, 2), (3, 2), (3, 3), (7, 1), (7, 3))
    ]


def test_every_call_is_valid(by_transformers: Transformers) -> None:
    """60 functions, random weights, high temperature."""
    engine = Engine(by_transformers, sampling=Sampling(temperature=1.5, seed=1))
    cases = schemas()
    assert len({json.dumps(schema) for schema in cases}) >= 50
    for schema in cases:
        tool = ToolSpec("act", "Acts.", schema)
        step = engine.step([Message("user", "Do it.")], tools=[tool], tool_choice="act")
        jsonschema.validate(
            step.calls[0].arguments, schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
    assert len(cases) == 60


def test_the_packaged_model_calls_as_on_llama_cpp() -> None:
    """Text of a trained model, a call and an answer: a whole agent, through LangChain."""

    def population(city: str) -> int:
        """The population of a city."""
        return len(city)

    path, answers = packaged("tiny-agent"), []
    for backend in (Transformers(path), LlamaInProcess(path)):
        with backend:
            model = ChatLlamaCpp(backend=backend, temperature=0)
            agent = create_agent(model, [population])
            state = agent.invoke({"messages": [("user", "What is the population of Oslo?")]})
            answers.append(
                [(message.type, message.content, getattr(message, "tool_calls", [])) for message in state["messages"]]
            )
    for ours, theirs in zip(*answers, strict=True):
        assert ours[:2] == theirs[:2]
        assert [(call["name"], call["args"]) for call in ours[2]] == [
            (call["name"], call["args"]) for call in theirs[2]
        ]
    assert any(calls for _, _, calls in answers[0])


def test_the_arguments_of_a_request_are_those_of_the_seam() -> None:
    assert list(inspect.signature(Transformers.complete).parameters)[1:] == [
        "prompt", "grammar", "stop", "max_tokens", "sampling", "slot",
    ]  # fmt: skip
    assert {"prompt", "grammar", "seed"} <= set(GenerationRequest.__dataclass_fields__)
