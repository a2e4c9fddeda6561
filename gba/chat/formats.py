"""Chat formats: what stands between the messages of a conversation, as text for the tokenizer.

A format is a table of *glue*: the text between the content of one message and that of the next. A conversation is
then the glue and the contents in turn, so that what was rendered once never changes when messages are added: that is
what keeps the prompt append-only, also for templates that rewrite their history. Glue may contain control tokens,
contents never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gba.errors import ConversationError

__all__ = ["BUILT_IN", "ChatFormat", "Place", "from_template", "named"]

Place = Literal["start", "system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class ChatFormat:
    """How messages become one text.

    ``glue[(before, after)]`` stands between a message of role ``before`` (``start``: the beginning) and one of role
    ``after``; where ``after`` is ``assistant`` it ends where the model starts to write. ``lead`` is white space that
    the model itself is expected to write first. ``stops`` are texts that show that a model has gone past its turn.
    ``native_tools`` tells whether tool results are turns of their own (else they are wrapped into user turns).
    ``bos``: whether a prompt begins with the BOS token whatever the model's metadata says.
    """

    name: str
    glue: Mapping[tuple[Place, Place], str] = field(repr=False)
    lead: str = ""
    stops: tuple[str, ...] = ()
    native_tools: bool = False
    bos: bool = False

    def between(self, before: Place, after: Place) -> str:
        """The glue between two messages. Neighbours that a format does not know are joined as one turn."""
        known = self.glue.get((before, after))
        if known is not None:
            return known
        if before == after or (before, after) in {("user", "system"), ("system", "tool")}:
            return "\n\n"
        if before == "start":
            return self.between("start", "user") + (self.between("user", "assistant") if after == "assistant" else "")
        if before == "system" and after == "assistant":
            return self.between("system", "user") + self.between("user", "assistant")
        return self.between("user" if before == "tool" else before, "user" if after in {"tool", "system"} else after)


def _turns(name: str, begin: str, end: str, *, tool: str | None = None, **options: Any) -> ChatFormat:
    """A format whose turns all look alike: ``begin`` with the role's name, the content, ``end``."""
    roles: dict[Place, str] = {"system": "system", "user": "user", "assistant": "assistant"}
    if tool:
        roles["tool"] = tool
    glue: dict[tuple[Place, Place], str] = {("start", role): begin.format(role=text) for role, text in roles.items()}
    for before in roles:
        for after, text in roles.items():
            glue[before, after] = end + begin.format(role=text)
    return ChatFormat(name, glue, native_tools=bool(tool), **options)


def _inst(name: str, *, system: tuple[str, str], again: str) -> ChatFormat:
    """The [INST] formats: the system text lives inside of the first user turn."""
    return ChatFormat(
        name,
        {
            ("start", "system"): "[INST] " + system[0],
            ("system", "user"): system[1],
            ("start", "user"): "[INST] ",
            ("user", "assistant"): " [/INST]",
            ("assistant", "user"): again,
        },
        lead=" ",
        stops=("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
        bos=True,
    )


_SYS = ("<<SYS>>\n", "\n<</SYS>>\n\n")

BUILT_IN: Mapping[str, ChatFormat] = {
    "llama-2": _inst("llama-2", system=_SYS, again=" </s><s>[INST] "),
    "codellama": _inst("codellama", system=_SYS, again=" </s><s>[INST] "),
    "mistral": _inst("mistral", system=("", "\n\n"), again="</s>[INST] "),
    "chatml": _turns("chatml", "<|im_start|>{role}\n", "<|im_end|>\n", stops=("<|im_start|>", "<|im_end|>")),
    "llama-3": _turns(
        "llama-3",
        "<|start_header_id|>{role}<|end_header_id|>\n\n",
        "<|eot_id|>",
        tool="ipython",
        stops=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        bos=True,
    ),
}
"""The formats for files without a template, by name."""


def named(name: str) -> ChatFormat:
    """The built-in format of that name. Raises ConversationError, which lists the names."""
    if name not in BUILT_IN:
        raise ConversationError(f"there is no chat format {name!r}. Built in are: {', '.join(sorted(BUILT_IN))}.")
    return BUILT_IN[name]


def from_template(template: str, *, bos: str = "", eos: str = "") -> ChatFormat:
    """The format that a GGUF's Jinja template describes (``bos``, ``eos``: how it spells these tokens).

    The template renders short conversations of marked contents in a sandbox; what it puts between the marks is the
    glue. Raises ConversationError for a template that cannot be rendered or that loses contents.
    """
    from gba.chat.template import extract

    return extract(template, bos=bos, eos=eos)
