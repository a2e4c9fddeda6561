"""Chat formats: the built-in ones, and those read out of a GGUF's Jinja template."""

from __future__ import annotations

import pytest

from gba.backends.base import Properties
from gba.chat.formats import BUILT_IN, Conversation, from_template, named
from gba.chat.io import Compute, Tokenize
from gba.chat.messages import Message
from gba.chat.pick import guess, pick
from gba.errors import ConversationError

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
    "<start_of_turn>{{ 'model' if m.role == 'assistant' else 'user' }}\n{{ m.content | trim }}<end_of_turn>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
ALTERNATING = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{% set ns = 1 %}[INST] <<SYS>>\n{{ m.content }}"
    "\n<</SYS>>\n\n{% elif m.role == 'user' %}{% if loop.index0 == 0 or messages[loop.index0 - 1].role != 'system' %}"
    "[INST] {% endif %}{{ m.content }} [/INST]{% elif m.role == 'assistant' %} {{ m.content }} {{ eos_token }}"
    "{% else %}{{ raise_exception('only user and assistant') }}{% endif %}{% endfor %}"
)
FORGETFUL = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' and not loop.last %}{{ m.content.split('</think>')[-1].lstrip('\n') }}"
    "{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GROUPED = (
    "{% for m in messages %}{% if m.role == 'tool' %}"
    "{% if loop.first or messages[loop.index0 - 1].role != 'tool' %}<|im_start|>user{% endif %}"
    "{{ '\n<tool_response>\n' + m.content + '\n</tool_response>' }}"
    "{% if loop.last or messages[loop.index0 + 1].role != 'tool' %}<|im_end|>\n{% endif %}"
    "{% else %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QUOTED = (
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ 'ipython' if m.role == 'tool' else m.role }}"
    "<|end_header_id|>\n\n{{ m.content | tojson if m.role == 'tool' else m.content }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)


def write(chat_format, *turns):
    """A conversation without tools as text, ready for the assistant."""
    layout = chat_format.layout(Conversation(tuple(Message(role, content) for role, content in turns)))
    assert len(layout.turns) == sum(role == "assistant" for role, _ in turns)
    return layout.text()


def test_llama_2_as_published():
    written = write(
        BUILT_IN["llama-2"], ("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Bye")
    )
    assert written == ("[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]")
    assert write(BUILT_IN["llama-2"], ("user", "Hi")) == "[INST] Hi [/INST]"


def test_chatml_as_published():
    written = write(BUILT_IN["chatml"], ("system", "S"), ("user", "U"), ("assistant", "A"), ("user", "V"))
    assert written == (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n"
    )


def test_llama_3_as_published():
    written = write(BUILT_IN["llama-3"], ("user", "U"), ("assistant", "A"), ("tool", "T"))
    assert written == (
        "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
        "<|start_header_id|>ipython<|end_header_id|>\n\nT<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def test_mistral_as_published():
    assert write(BUILT_IN["mistral"], ("user", "U"), ("assistant", "A"), ("user", "V")) == (
        "[INST] U [/INST] A</s>[INST] V [/INST]"
    )


def test_gemma_as_published():
    written = write(BUILT_IN["gemma"], ("system", "S"), ("user", "U"), ("assistant", "A"), ("user", "V"))
    assert written == (
        "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
        "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n"
    )


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_built_in_format_joins_every_pair_of_roles(name):
    for before in ("start", "system", "user", "assistant", "tool"):
        for after in ("user", "assistant", "tool", "system"):
            if (before, after) != ("assistant", "assistant"):
                assert BUILT_IN[name].between(before, after) != "" or (before, name) == ("start", "mistral")


def test_unknown_name_lists_the_names():
    with pytest.raises(ConversationError, match=r"llama-2.*mistral"):
        named("alpaca")


def test_template_with_all_roles():
    found = from_template(CHATML)
    assert found.dialect.tools
    assert not found.bos
    assert found.stops == ("<|im_end|>", "<|im_start|>")
    assert write(found, ("system", "S"), ("user", "U"), ("assistant", "A"), ("tool", "T")) == (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        "<|im_start|>tool\nT<|im_end|>\n<|im_start|>assistant\n"
    )


def test_template_that_knows_no_calls_gets_those_of_gba_and_says_why():
    found = from_template(CHATML)
    assert found.syntax.name == "gba"
    assert "leaves calls out" in found.why
    assert found.why in found.describe()


def test_template_without_system_puts_it_into_the_first_user_turn():
    found = from_template(NO_SYSTEM, bos="<bos>")
    assert found.bos
    assert write(found, ("system", "S"), ("user", "U")) == (
        "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\n"
    )


def test_template_that_tells_results_like_a_user_gives_wrapped_ones():
    found = from_template(NO_SYSTEM, bos="<bos>")
    assert not found.dialect.tools
    assert write(found, ("user", "U"), ("assistant", "A"), ("tool", "T")) == (
        "<start_of_turn>user\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
        "<start_of_turn>user\n<tool_response>\nT\n</tool_response><end_of_turn>\n<start_of_turn>model\n"
    )


def test_template_that_refuses_tools_gives_wrapped_ones_and_its_lead():
    found = from_template(ALTERNATING, bos="<s>", eos="</s>")
    assert not found.dialect.tools
    assert found.bos
    assert write(found, ("system", "S"), ("user", "U")) == "[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST]"
    assert write(found, ("user", "U"), ("assistant", "A"), ("user", "V")) == "[INST] U [/INST] A </s>[INST] V [/INST]"
    assert write(found, ("user", "U"), ("assistant", "A"), ("tool", "T")) == (
        "[INST] U [/INST] A </s>[INST] <tool_response>\nT\n</tool_response> [/INST]"
    )


def test_template_that_rewrites_history_is_linear_all_the_same():
    found = from_template(FORGETFUL)
    assert write(found, ("user", "U"), ("assistant", "<think>x</think>A"), ("user", "V")) == (
        "<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n<think>x</think>A<|im_end|>\n"
        "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n"
    )


def test_template_that_groups_tool_results():
    found = from_template(GROUPED)
    assert found.dialect.tools
    assert write(found, ("user", "U"), ("assistant", "A"), ("tool", "T"), ("tool", "V")) == (
        "<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\n"
        "<tool_response>\nT\n</tool_response>\n<tool_response>\nV\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
    )


def test_template_that_quotes_tool_results():
    found = from_template(QUOTED, bos="<|begin_of_text|>")
    assert found.changes["tool"] == "as JSON"
    assert write(found, ("user", "U"), ("assistant", "A"), ("tool", 'a "T"')) == (
        "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
        '<|start_header_id|>ipython<|end_header_id|>\n\n"a \\"T\\""<|eot_id|>'
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}",
        "{{ raise_exception('never') }}",
        "constant",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for m in messages %}{{ m.role }}{% endfor %}",
    ],
)
def test_unusable_template_is_refused_with_the_remedy(template):
    with pytest.raises(ConversationError, match="chat_format="):
        from_template(template)


def picked(wanted, properties, *special):
    """What `pick` returns for a vocabulary with these control tokens."""
    task, send = pick(wanted, properties), None
    try:
        while True:
            ask = task.send(send)
            if isinstance(ask, Compute):
                send = ask.function()
            else:
                assert isinstance(ask, Tokenize)
                assert ask.special
                send = [7] if ask.text in special else [1, 2, 3]
    except StopIteration as stop:
        return stop.value


def test_choice_of_the_format():
    assert picked("mistral", Properties(1)).name == "mistral"
    assert picked(None, Properties(1, chat_template=CHATML), "<|im_start|>").name == "template"
    # llama-server invents a ChatML template for files without one
    assert picked(None, Properties(1, chat_template=CHATML, model="llama-2-70b-chat.Q4_0.gguf")).name == "llama-2"
    assert picked(None, Properties(1, model="codellama-7b-instruct.gguf")).name == "codellama"


@pytest.mark.parametrize(
    "token, name",
    [("<|im_start|>", "chatml"), ("<start_of_turn>", "gemma"), ("<|start_header_id|>", "llama-3"), ("", "llama-2")],
)
def test_without_template_and_name_the_vocabulary_decides(token, name):
    assert picked(None, Properties(1, model="unheard-of.gguf"), token).name == name
    assert picked(None, Properties(1, model="unheard-of.gguf", chat_template=CHATML), token).name == (
        "template" if name == "chatml" else name
    )


def test_guess_from_names():
    assert guess("models/Meta-Llama-3-8B-Instruct.gguf").name == "llama-3"
    assert guess("Mixtral-8x7B-Instruct.gguf").name == "mistral"
    assert guess("Qwen2.5-7B.gguf").name == "chatml"
    assert guess("gemma-3-270m-q4_k_m.gguf").name == "gemma"
    assert guess("gemma-4-12b.gguf") is None  # its turns are written in another way
    assert guess("unheard-of.gguf") is None
