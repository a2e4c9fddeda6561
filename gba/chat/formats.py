"""Chat formats: how a conversation becomes one text for the tokenizer, and the assistant's turn is read.

A format lays a conversation out as pieces: *structure*, in which names of control tokens are control tokens, and
*content*, anybody's text, in which they are not. `TemplateFormat` (gba.chat.templates) takes both from a model's own
template; `GlueFormat`, for files without one, is a table of what stands between messages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gba.chat.messages import Message
from gba.chat.prompts import answer_text, thought_text
from gba.chat.signature import described, fields, signature
from gba.chat.specials import marks_in
from gba.chat.syntax import CallSyntax, Thinking, Written, written
from gba.chat.syntaxes import GBA, builtin
from gba.errors import ConversationError
from gba.schema.tools import ToolSpec

__all__ = ["BUILT_IN", "ChatFormat", "Conversation", "GlueFormat", "Layout", "TurnRole", "from_template", "named"]

TurnRole = Literal["start", "system", "user", "assistant", "tool"]
Piece = Written


@dataclass(frozen=True)
class Conversation:
    """What is to be laid out. ``response``: the JSON Schema of the answer. ``prompted``: a thought is asked for.

    ``variables``: what the template is given beside its own. ``specials``: the names of control tokens in a text.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    response: Mapping[str, Any] | None = None
    prompted: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)
    specials: Callable[[str], Sequence[str]] = field(default=lambda _: (), repr=False, compare=False)

    @property
    def agent(self) -> bool:
        """Whether the model is to choose: there are tools, or an answer of a given form."""
        return bool(self.tools) or self.response is not None

    @property
    def free_of_marks(self) -> bool:
        """Whether no name of a control token and no mark is in the system texts and tools: those in the system message
        are gba's own then."""
        said = [message.content for message in self.messages if message.role == "system"]
        said += [signature(tool) for tool in self.tools]
        return not any(self.specials(text) for text in (*said, fields(self.response), *described(self.response)))


@dataclass(frozen=True)
class Layout:
    """A conversation as pieces of text, up to where the model goes on.

    ``turns``: for each message of the conversation that is the assistant's, how many pieces there are up to the end of
    what the model itself wrote of it, before whatever closes the turn.
    """

    pieces: tuple[Piece, ...]
    turns: tuple[int, ...] = ()

    def text(self) -> str:
        """All of it."""
        return "".join(piece.text for piece in self.pieces)

    def prompt(self) -> str:
        """The structure at its end: what asks the model to go on."""
        last = self.pieces[-1] if self.pieces else Piece("")
        return "" if last.content else last.text


@dataclass(frozen=True)
class ChatFormat(ABC):
    """How conversations of a model are laid out and its turns are read.

    ``syntax``: how it calls. ``thinking``: how it thinks, None where nothing tells. ``stops``: texts that show that a
    model has gone past its turn. ``bos``: whether a prompt begins with the BOS token whatever the model's metadata
    says. ``why``: why the syntax is not the template's own, "" where it is or where there is no template.
    """

    name: str
    syntax: CallSyntax = GBA
    thinking: Thinking | None = None
    stops: tuple[str, ...] = ()
    bos: bool = False
    why: str = ""

    @abstractmethod
    def layout(self, conversation: Conversation) -> Layout:
        """The pieces of the conversation. Raises ConversationError for what the format cannot tell."""

    def describe(self) -> str:
        """Where turns and calls come from, in a few words: for people, and for the metadata of answers."""
        turns = "the model's own template" if self.name == "template" else f"the built-in format {self.name}"
        if self.syntax.native:
            return f"{turns}, with its own calls"
        return f"{turns}, with calls as in {self.syntax.name!r}" + (f", since {self.why}" if self.why else "")

    def marks(self) -> tuple[str, ...]:
        """The tags of its calls and thoughts, which anybody's text may not become (nor `stops`, those of its turns)."""
        syntax, thinking = self.syntax, self.thinking
        texts = [syntax.first, syntax.middle, syntax.between, syntax.end, syntax.trigger, syntax.answer, *syntax.result]
        texts += [thinking.open, thinking.close] if thinking is not None else []
        texts += syntax.arguments.texts()
        return tuple(dict.fromkeys(mark for text in texts for mark in marks_in(text)))

    def with_syntax(self, syntax: CallSyntax) -> ChatFormat:
        """The same format, calling in another syntax."""
        return replace(self, syntax=syntax)

    def called(self, name: str) -> ChatFormat:
        """The format with the built-in syntax of that name; ``native`` leaves it as it is. Raises ConversationError."""
        return self if name == "native" else self.with_syntax(builtin(name))


def arranged(conversation: Conversation, syntax: CallSyntax, *, form: bool = True) -> list[Message]:
    """The messages with the system texts at the head as one, and the tools in it where the syntax tells of them.

    ``form``: the model has to be told of the form of its answer.
    """
    messages, head = conversation.messages, 0
    while head < len(messages) and messages[head].role == "system":
        head += 1
    system = "\n\n".join(message.content for message in messages[:head])
    if syntax.instructions is not None and conversation.agent:
        system = syntax.instructions(system, conversation.tools, conversation.response, conversation.prompted)
    elif conversation.agent:
        system = thought_text(system) if conversation.prompted else system
        if conversation.response is not None and form:
            system = answer_text(system, conversation.response)
    rest = [Message("user", each.content) if each.role == "system" else each for each in messages[head:]]
    return [Message("system", system), *rest] if system else rest


def wrapped(message: Message, syntax: CallSyntax) -> list[Piece]:
    """A tool's result, for formats that give it to the model as a user message."""
    opened, closed = syntax.result
    return [Piece(opened, True, own=True), Piece(message.content, True), Piece(closed, True, own=True)]


@dataclass(frozen=True)
class GlueFormat(ChatFormat):
    """A table of glue: ``glue[(before, after)]`` stands between a message of role ``before`` (``start``: the
    beginning) and one of role ``after``; where ``after`` is ``assistant`` it ends where the model starts to write.
    ``lead`` is white space that the model itself is expected to write first. ``tool_turns``: results are turns of
    their own (else they are wrapped into user turns).
    """

    glue: Mapping[tuple[TurnRole, TurnRole], str] = field(default_factory=dict, repr=False)
    lead: str = ""
    tool_turns: bool = False

    def layout(self, conversation: Conversation) -> Layout:
        """See `ChatFormat.layout`."""
        pieces: list[Piece] = []
        turns: list[int] = []
        before: TurnRole = "start"
        for message in arranged(conversation, self.syntax):
            role = "user" if message.role == "tool" and self.syntax.results_of_user else message.role
            glue = self.between(before, role)
            body = glue.rstrip(" ")
            pieces.append(Piece(body))
            added = self._body(message, conversation)
            # spaces at the end of the glue belong to the first word of the content
            added[0] = replace(added[0], text=glue[len(body) :] + added[0].text)
            pieces += added
            if message.role == "assistant":
                turns.append(len(pieces))
            before = role
        return Layout((*pieces, Piece(self.between(before, "assistant"))), tuple(turns))

    def _body(self, message: Message, conversation: Conversation) -> list[Piece]:
        if message.role == "assistant":
            return [Piece(self.lead + written(message, self.syntax, agent=conversation.agent), True, own=True)]
        if message.role == "tool" and (not self.tool_turns or self.syntax.results_of_user):
            return wrapped(message, self.syntax)
        return [Piece(message.content, True, own=message.role == "system" and conversation.free_of_marks)]

    def between(self, before: TurnRole, after: TurnRole) -> str:
        """The text between two messages, by their roles. Two that the format cannot put in a row become one turn."""
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


def _turns(name: str, begin: str, end: str, *, tool: str | None = None, **options: Any) -> GlueFormat:
    """A format whose turns all look alike: ``begin`` with the role's name, the content, ``end``."""
    roles: dict[TurnRole, str] = {"system": "system", "user": "user", "assistant": "assistant"}
    if tool:
        roles["tool"] = tool
    glue: dict[tuple[TurnRole, TurnRole], str] = {
        ("start", role): begin.format(role=text) for role, text in roles.items()
    }
    for before in roles:
        for after, text in roles.items():
            glue[before, after] = end + begin.format(role=text)
    return GlueFormat(name, glue=glue, tool_turns=bool(tool), **options)


def _inst(name: str, *, system: tuple[str, str], again: str) -> GlueFormat:
    """The [INST] formats: the system text lives inside of the first user turn."""
    return GlueFormat(
        name,
        glue={
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

BUILT_IN: Mapping[str, GlueFormat] = {
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
    "gemma": GlueFormat(
        "gemma",
        glue={
            ("start", "system"): "<start_of_turn>user\n",
            ("system", "user"): "\n\n",
            ("start", "user"): "<start_of_turn>user\n",
            ("user", "assistant"): "<end_of_turn>\n<start_of_turn>model\n",
            ("assistant", "user"): "<end_of_turn>\n<start_of_turn>user\n",
        },
        stops=("<start_of_turn>", "<end_of_turn>"),
        bos=True,
    ),
}
"""The formats for files without a template, by name."""


def named(name: str) -> GlueFormat:
    """The built-in format of that name. Raises ConversationError, which lists the names."""
    if name not in BUILT_IN:
        raise ConversationError(f"there is no chat format {name!r}. Built in are: {', '.join(sorted(BUILT_IN))}.")
    return BUILT_IN[name]


def from_template(
    template: str, *, bos: str = "", eos: str = "", variables: Mapping[str, Any] | None = None, plain: str | None = None
) -> ChatFormat:
    """The format that a GGUF's Jinja template describes (``bos``, ``eos``: how it spells these tokens).

    The template renders short conversations of marked contents in a process of its own; what it puts between the marks
    says how turns, thoughts and calls are written. ``variables``: what it is given beside its own; ``plain``: the
    template of conversations without tools, where that is another one. Raises ConversationError for a template that
    cannot be rendered or that loses contents.
    """
    from gba.chat.templates.read import read_format

    return read_format(template, bos=bos, eos=eos, variables=variables or {}, plain=plain)
