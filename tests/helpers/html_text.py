"""Reads HTML: what a reader sees of it, whether its tags are balanced, and what it would fetch or run."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["Seen", "see"]

_VOID = {"meta", "link", "br", "input", "img"}
_FETCHES = {"src", "href", "action", "srcset", "data", "poster"}


class Seen(HTMLParser):
    """``text``: what is shown. ``tags``: of all elements. ``classes``: text by the class of the innermost element.
    ``fetched``: the addresses in it; ``scripts``: whether anything in it would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.fetched = "", [], []
        self.scripts = self.broken = False
        self.by_class: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.scripts |= tag == "script" or any(name.startswith("on") for name in named)
        self.fetched += [value for name, value in attrs if name in _FETCHES]
        if tag not in _VOID:
            self._open.append((tag, named.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        self.broken |= not self._open or self._open.pop()[0] != tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in ("style", "title"):
            return
        self.text += data
        for name in self._open[-1][1].split() if self._open else ():
            self.by_class.setdefault(name, []).append(data)

    def close(self) -> None:
        super().close()
        self.broken |= bool(self._open)


def see(html: str) -> Seen:
    """What is in a text of HTML."""
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen
