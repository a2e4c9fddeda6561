"""Exported files: llama.cpp computes what torch computes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'tuning'")
gguf = pytest.importorskip("gguf", reason="needs the extra 'tuning'")

from models.tiny.export import CHAT_TEMPLATE, read_vocabulary, read_weights, write_blank, write_gguf  # noqa: E402
from models.tiny.model import Llama, ModelShape  # noqa: E402
from models.tiny.tasks import iter_texts  # noqa: E402
from models.tiny.tokenizer import END, Vocabulary, learn  # noqa: E402
from models.tiny.wiring import wire_copying  # noqa: E402


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return learn(iter_texts(100), size=600)


def llama_logits(path: Path, tokens: list[int]) -> np.ndarray:
    llama_cpp = pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
    model = llama_cpp.Llama(str(path), n_ctx=512, logits_all=True, n_threads=1, verbose=False)
    try:
        model.eval(tokens)
        return np.array(model.scores[: len(tokens)], dtype=np.float32)
    finally:
        model.close()


@pytest.mark.parametrize(
    "layers, width, heads, kv_heads, hidden", [(2, 128, 2, 2, 192), (3, 128, 4, 2, 256), (2, 192, 3, 3, 320)]
)
def test_logits_agree(
    vocabulary: Vocabulary, tmp_path: Path, layers: int, width: int, heads: int, kv_heads: int, hidden: int
) -> None:
    torch.manual_seed(1)
    model = Llama(ModelShape(len(vocabulary), layers, width, heads, kv_heads, hidden, context=512))
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_((weight * 3).half().float() if weight.dim() == 2 else weight + 0.1 * torch.randn_like(weight))
    path = tmp_path / "model.gguf"
    write_gguf(path, model, vocabulary, name="test")
    tokens = torch.randint(5, len(vocabulary), (200,)).tolist()
    theirs = llama_logits(path, tokens)
    with torch.no_grad():
        ours = model(torch.tensor([tokens]))[0].numpy()
    assert np.abs(ours - theirs).max() < 0.02 * np.abs(ours).max()
    assert (ours.argmax(-1) == theirs.argmax(-1)).mean() > 0.95  # random weights have near ties


def test_a_half_split_rotation_would_be_noticed(vocabulary: Vocabulary, tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = Llama(ModelShape(len(vocabulary), 2, 192, 3, 3, 192, context=512))
    wire_copying(model)
    path = tmp_path / "model.gguf"
    halves = torch.arange(64).reshape(2, 32).T.flatten()
    tokens = torch.randint(5, len(vocabulary), (100,)).tolist()
    with torch.no_grad():
        ours = model(torch.tensor([tokens]))[0].numpy()
        for layer in model.layers:
            for weight in (layer.attention.q.weight, layer.attention.k.weight):
                weight.copy_(weight.unflatten(0, (3, 64))[:, halves].flatten(0, 1))
    write_gguf(path, model, vocabulary, name="permuted")
    theirs = llama_logits(path, tokens)
    assert np.abs(ours - theirs).max() > 0.1 * np.abs(ours).max()


def test_metadata(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "blank.gguf"
    write_blank(path, vocabulary)
    fields = gguf.GGUFReader(path).fields
    assert fields["tokenizer.chat_template"].contents() == CHAT_TEMPLATE
    assert fields["tokenizer.ggml.eos_token_id"].contents() == vocabulary.id(END)
    assert fields["tokenizer.ggml.add_space_prefix"].contents() is False
    assert fields["tokenizer.ggml.add_bos_token"].contents() is False
    assert fields["general.license"].contents() == "mit"


def test_the_backend_reads_it(vocabulary: Vocabulary, tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
    from gba.backends.inprocess import LlamaInProcess

    path = tmp_path / "blank.gguf"
    write_blank(path, vocabulary, context=777)
    backend = LlamaInProcess(str(path), threads=1)
    try:
        properties = backend.properties()
    finally:
        backend.close()
    assert properties.chat_template == CHAT_TEMPLATE
    assert properties.eos == vocabulary.id(END)
    assert properties.eos in properties.eog
    assert not properties.add_bos


def test_a_file_is_read_back(vocabulary: Vocabulary, tmp_path: Path) -> None:
    torch.manual_seed(1)
    shape = ModelShape(len(vocabulary), 2, 128, 2, 2, 192, context=512)
    written, read = Llama(shape), Llama(shape)
    write_gguf(tmp_path / "model.gguf", written, vocabulary, name="test")
    read_weights(tmp_path / "model.gguf", read)
    for name, weight in written.state_dict().items():
        assert torch.equal(read.state_dict()[name], weight.half().float() if weight.dim() == 2 else weight), name


@pytest.mark.parametrize("added", [1, 2])
def test_a_layer_that_is_added_changes_nothing_until_it_is_trained(
    vocabulary: Vocabulary, tmp_path: Path, added: int
) -> None:
    torch.manual_seed(1)
    shape = ModelShape(len(vocabulary), 2, 128, 2, 2, 192, context=512)
    model, deeper = Llama(shape), Llama(replace(shape, layers=3))
    write_gguf(tmp_path / "model.gguf", model, vocabulary, name="test")
    read_weights(tmp_path / "model.gguf", model)
    read_weights(tmp_path / "model.gguf", deeper, added=added)
    tokens = torch.randint(5, len(vocabulary), (2, 50))
    assert torch.equal(deeper(tokens), model(tokens))
    deeper(tokens).square().mean().backward()
    new = deeper.layers[added]
    assert new.attention.output.weight.grad.abs().max() > 0 < new.feed_forward.down.weight.grad.abs().max()
    with pytest.raises(ValueError, match="another shape"):
        read_weights(tmp_path / "model.gguf", deeper)


def test_a_file_of_another_model_is_refused(vocabulary: Vocabulary, tmp_path: Path) -> None:
    write_blank(tmp_path / "blank.gguf", vocabulary)
    with pytest.raises(ValueError, match="another shape"):
        read_weights(tmp_path / "blank.gguf", Llama(ModelShape(len(vocabulary), 1, 64, 1, 1, 32)))


def test_a_vocabulary_is_read_back(vocabulary: Vocabulary, tmp_path: Path) -> None:
    write_blank(tmp_path / "blank.gguf", vocabulary)
    read = read_vocabulary(tmp_path / "blank.gguf")
    assert [(piece.text, piece.kind) for piece in read.pieces] == [
        (piece.text, piece.kind) for piece in vocabulary.pieces
    ]
    assert [piece.score for piece in read.pieces] == pytest.approx([piece.score for piece in vocabulary.pieces])
