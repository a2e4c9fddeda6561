"""Files in a folder of their own: questions about their texts, and new, changed, moved and deleted files."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gba.environments.answers import says
from gba.environments.base import Act, Facts, Function, Functions, Split, Task, Tool, World, draw, nearness, share, spec
from gba.environments.folder import Folder
from gba.environments.words import CITIES, FIRST_NAMES, THINGS

__all__ = ["Files"]

_FOLDERS = "notes plans letters reports recipes travel archive drafts orders music sport work school house bank".split()
_TOPICS = "garden kitchen summer office family project holiday market winter concert".split()
_NAMES = (
    "list plan budget garden menu summary contacts schedule ideas packing minutes agenda review draft invoice poem "
    "guide report diary letter checklist outline speech survey memo"
).split()
_WHO = "The meeting is led by {}."
_WHERE = "The next stop is {}."
_WHAT = "Please bring the {}."
_SENTENCES: Mapping[str, tuple[str, Sequence[str], str]] = {
    _WHO: ("Who leads the meeting, as {path} says?", FIRST_NAMES, "The meeting is led by {}."),
    _WHERE: ("What is the next stop, as {path} says?", CITIES, "The next stop is {}."),
    _WHAT: ("What is to be brought, as {path} says?", THINGS, "The {} are to be brought."),
}

_PATH = {"type": "string", "description": "Path of the file, such as notes/plan.txt."}
_TEXT = {"type": "string", "description": "The whole text."}
_TOOLS = (
    spec("list_files", "List the files in a folder.", folder={"type": "string", "description": "A folder; . is all."}),
    spec("read_file", "Read a file.", path=_PATH),
    spec("write_file", "Write a file; one that is there is replaced.", path=_PATH, text=_TEXT),
    spec("move_file", "Move or rename a file.", path=_PATH, to={"type": "string", "description": "Its new path."}),
    spec("delete_file", "Delete a file.", path=_PATH),
)

State = dict[str, str]


@dataclass(frozen=True)
class _Goal:
    """The files in the end (None: as they were), and what the answer has to say."""

    files: State | None = None
    value: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Problem:
    kind: str
    request: str
    acts: tuple[Act, ...]
    answer: str
    goal: _Goal


class Files:
    """See `Environment`."""

    name = "files"
    system = "There is a folder with text files. Use the tools to read and change them."

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """See `Environment.task`."""
        return draw(self.name, index, split, seed, lambda rng: _task(rng, index, split), lambda task: task.request)

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`: a new folder, which is removed in the end."""
        state, goal = task.data
        with TemporaryDirectory(prefix="gba-files-") as root:
            folder = Folder(Path(root))
            for path, text in state.items():
                folder.write(path, text)
            yield _Desk(folder, state, goal)


class _Desk(Functions):
    def __init__(self, folder: Folder, state: State, goal: _Goal) -> None:
        runs: Sequence[Function] = (folder.listed, folder.read, folder.write, folder.move, folder.delete)
        super().__init__([Tool(each, run) for each, run in zip(_TOOLS, runs, strict=True)])
        self._folder, self._goal = folder, goal
        self._before: Facts = Counter(state.items())

    def reward(self, answer: str) -> float:
        """For a change how much of it is done; for a question 1 or 0."""
        now, goal = self._folder.facts(), self._goal
        if goal.files is not None:
            return nearness(self._before, Counter(goal.files.items()), now)
        return float(says(answer, goal.value, goal.others) and self.looked and now == self._before)


def _task(rng: random.Random, index: int, split: Split) -> Task:
    state, said = _state(rng, split)
    problem = rng.choice(_KINDS)(rng, state, said)
    return Task(
        Files.name,
        split,
        index,
        problem.kind,
        problem.request,
        problem.acts,
        "I have done it." if problem.goal.files is not None else "I have read it.",
        problem.answer,
        hard=problem.kind == "several",
        data=(state, problem.goal),
    )


def _state(rng: random.Random, split: Split) -> tuple[State, dict[str, tuple[str, str]]]:
    """Some files; and for each the sentence in it, with the word that is filled in."""
    folders, state, said = rng.sample(_FOLDERS, 2), State(), dict[str, tuple[str, str]]()
    for name in rng.sample(share(_NAMES, split), rng.randint(3, 5)):
        sentence = rng.choice(list(_SENTENCES))
        word = rng.choice(_SENTENCES[sentence][1])
        path = f"{rng.choice(folders)}/{rng.choice(_TOPICS)}-{name}.txt"
        state[path], said[path] = sentence.format(word), (sentence, word)
    return state, said


def _list() -> Act:
    return Act("list_files", {"folder": "."}, "I see which files there are.")


def _question(rng: random.Random, state: State, said: Mapping[str, tuple[str, str]]) -> _Problem:
    """What a file says. The file is named, or has to be found by its name."""
    path = rng.choice(sorted(state))
    sentence, word = said[path]
    asked, pool, answer = _SENTENCES[sentence]
    acts = [Act("read_file", {"path": path}, f"I read {path}.")]
    name = path
    if rng.random() < 0.5:
        name = f"the file {path.rpartition('/')[2]}"
        acts.insert(0, _list())
    goal = _Goal(value=word, others=tuple(pool))
    return _Problem("question", asked.format(path=name), tuple(acts), answer.format(word), goal)


Change = tuple[str, Act, Callable[[State], State]]
"""A change in words, its call, and what it makes of the files."""


def _new(rng: random.Random, state: State) -> Change:
    folder = rng.choice(sorted(state)).partition("/")[0]
    path = f"{folder}/{rng.choice(['today', 'tomorrow', 'monday', 'friday', 'summer', 'winter'])}.txt"
    text = rng.choice([_WHO.format(rng.choice(FIRST_NAMES)), _WHERE.format(rng.choice(CITIES))])
    words = f"write the file {path} with the text: {text}"
    act = Act("write_file", {"path": path, "text": text}, f"I write {path}.")
    return words, act, lambda files: {**files, path: text}


def _moved(rng: random.Random, path: str) -> Change:
    folder, _, name = path.rpartition("/")
    if rng.random() < 0.5:
        to, words = f"old/{name}", f"move {path} into the folder old"
    else:
        stem = name.removesuffix(".txt")
        to = f"{folder}/{stem}-{rng.randint(2, 99)}.txt"
        words = f"rename {path} to {to.rpartition('/')[2]}"
    act = Act("move_file", {"path": path, "to": to}, f"I move {path}.")
    return words, act, lambda files: {to if name == path else name: text for name, text in files.items()}


def _deleted(rng: random.Random, path: str) -> Change:
    act = Act("delete_file", {"path": path}, f"I delete {path}.")
    return (
        rng.choice(["delete {}", "remove the file {}"]).format(path),
        act,
        lambda files: {name: text for name, text in files.items() if name != path},
    )


def _change(rng: random.Random, state: State, path: str) -> tuple[str, Change]:
    kind = rng.choice(["new", "move", "delete"])
    if kind == "new":
        return kind, _new(rng, state)
    return kind, _moved(rng, path) if kind == "move" else _deleted(rng, path)


def _changed(kind: str, state: State, changes: Sequence[Change]) -> _Problem:
    after = state
    for _, _, change in changes:
        after = change(after)
    # the text of a file ends with a full stop of its own
    request = " ".join(f"{words[0].upper()}{words[1:].removesuffix('.')}." for words, _, _ in changes)
    answer = "It is done." if len(changes) == 1 else "All of it is done."
    return _Problem(kind, request, tuple(act for _, act, _ in changes), answer, _Goal(after))


def _single(rng: random.Random, state: State, _: Mapping[str, tuple[str, str]]) -> _Problem:
    kind, change = _change(rng, state, rng.choice(sorted(state)))
    return _changed(kind, state, [change])


def _several(rng: random.Random, state: State, _: Mapping[str, tuple[str, str]]) -> _Problem:
    """Three changes, of different files."""
    paths = rng.sample(sorted(state), 3)
    made = [_new(rng, state), *(rng.choice([_moved(rng, path), _deleted(rng, path)]) for path in paths[1:])]
    rng.shuffle(made)
    return _changed("several", state, made)


def _copy(rng: random.Random, state: State, _: Mapping[str, tuple[str, str]]) -> _Problem:
    """What one file says is to be in another one, too."""
    path = rng.choice(sorted(state))
    to = f"{path.partition('/')[0]}/copy-{rng.randint(2, 99)}.txt"
    text = state[path]
    acts = (
        Act("read_file", {"path": path}, f"I read {path}."),
        Act("write_file", {"path": to, "text": text}, "I write the same text."),
    )
    return _Problem(
        "copy", f"Copy {path} to {to}, with exactly the same text.", acts, "It is done.", _Goal({**state, to: text})
    )


_KINDS: Sequence[Callable[[random.Random, State, Mapping[str, tuple[str, str]]], _Problem]] = (
    _question,
    _question,
    _single,
    _single,
    _several,
    _copy,
)
