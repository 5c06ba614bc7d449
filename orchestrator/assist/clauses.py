"""A sentence cut into clauses, each a row of items: what its words mean, and who is named between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.assist.french import Sentence, tag_at
from orchestrator.assist.names import Mention, find_mentions

_PUNCTUATION = frozenset(',:()/+"«»&•\n')
_VERBS = frozenset({"RESET", "UNLOCK", "CREATE", "DISABLE", "ENABLE"})
_OBJECTS = frozenset({"SECRET", "ACCOUNT", "CELUI"})
_TURNS = frozenset({("mais",), ("sinon",), ("cependant",), ("par", "contre"), ("en", "revanche"), ("par", "ailleurs")})


@dataclass(frozen=True, slots=True)
class Item:
    """A word or a phrase with one meaning, a name (tag NAME), or a sign (tag ,)."""

    tag: str
    fold: str
    start: int
    end: int
    text: str
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that says one thing. number: the sentence's, the title being 0."""

    items: tuple[Item, ...]
    number: int
    is_question: bool
    in_title: bool

    @property
    def tags(self) -> frozenset[str]:
        """What is spoken of."""
        return frozenset(item.tag for item in self.items)

    def has(self, *tags: str) -> bool:
        """True when one of these is spoken of."""
        return any(item.tag in tags for item in self.items)

    def first(self, *tags: str) -> int:
        """Where one of these is first spoken of; -1 for nowhere."""
        return next((at for at, item in enumerate(self.items) if item.tag in tags), -1)


def parse_clauses(sentence: Sentence, text: str, *, number: int, in_title: bool) -> Iterator[Clause]:
    """The clauses of a sentence: cut at "mais" and where a second order follows a first one."""
    items = _items(sentence, text)
    start = 0
    for at in range(1, len(items)):
        if _turns(items, at) or _second_order(items[start:at], items[at:]):
            yield Clause(tuple(items[start:at]), number, sentence.is_question, in_title)
            start = at
    if items[start:]:
        yield Clause(tuple(items[start:]), number, sentence.is_question, in_title)


def _items(sentence: Sentence, text: str) -> list[Item]:
    words = sentence.words
    mentions = {mention.first: mention for mention in find_mentions(sentence, text)}
    items: list[Item] = []
    at = 0
    while at < len(words):
        mention = mentions.get(at)
        if mention is not None:
            after, tag = mention.after, "NAME"
        elif words[at].text in _PUNCTUATION:
            after, tag = at + 1, "AND" if words[at].text in "&/+" else ","
        else:
            tag, length = tag_at(words, at)
            after = at + length
            inside = next((first for first in range(at + 1, after) if first in mentions), None)
            if inside is not None:  # a phrase does not swallow a name
                after, tag = at + 1, tag_at(words[at : at + 1], 0)[0]
        start, end = words[at].start, words[after - 1].end
        items.append(Item(tag, " ".join(word.fold for word in words[at:after]), start, end, text[start:end], mention))
        at = after
    return items


def _turns(items: list[Item], at: int) -> bool:
    return (items[at].fold,) in _TURNS or (items[at - 1].fold, items[at].fold) in _TURNS


def _second_order(before: list[Item], rest: list[Item]) -> bool:
    if rest[0].tag not in ("AND", ","):
        return False
    if not any(item.tag in _VERBS for item in before) or not any(item.tag in _OBJECTS for item in before):
        return False
    return any(item.tag in _VERBS for item in rest[1:4])
