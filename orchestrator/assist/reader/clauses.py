"""A sentence cut into clauses, each a row of items: what its words mean, and who is named between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from orchestrator.assist.reader.french import Sentence, tag_at
from orchestrator.assist.reader.names import Mention, find_mentions

_PUNCTUATION = frozenset(',:()/+"«»&•\n')
_VERBS = frozenset({"RESET", "UNLOCK", "CREATE", "DISABLE", "ENABLE"})
_OBJECTS = frozenset({"SECRET", "ACCOUNT", "CELUI"})
_SAYING = (
    frozenset({"FORGOT", "LOCKED", "CANT", "EXPIRED", "REFUSED", "LEAVE", "ARRIVE", "RETURN", "MOVE"})
    | _VERBS
    | _OBJECTS
)
_LISTING = frozenset({"NAME", "JOB", "STAFF", ",", "OF", "PLACE", "GREETING", "ART", "AND", "OUR"})
_PLURAL_VERBS = frozenset({"sont", "ont", "etaient", "avaient", "svp", "stp"})
_THINGS = frozenset({"DEVICE", "THING", "HOUSE"})
_TURNS = (
    "mais ",
    "sinon ",
    "cependant ",
    "par contre ",
    "en revanche ",
    "par ailleurs ",
    "d autre part ",
    "en outre ",
    "car ",
    "parce que ",
    "puisque ",
    "alors que ",
    "sachant que ",
    "en plus ",
)
_TURN_STARTS = frozenset(turn.split()[0] for turn in _TURNS)


@dataclass(frozen=True, slots=True)
class Item:
    """A word or a phrase with one meaning, a name (tag NAME), or a sign (tag ,)."""

    tag: str
    fold: str
    start: int
    end: int
    text: str
    mention: Mention | None = None


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that says one thing. number: the sentence's, the title being 0."""

    items: tuple[Item, ...]
    number: int
    is_question: bool
    in_title: bool

    @cached_property
    def tags(self) -> frozenset[str]:
        """What is spoken of."""
        return frozenset(item.tag for item in self.items)

    def has(self, *tags: str) -> bool:
        """True when one of these is spoken of."""
        return not self.tags.isdisjoint(tags)

    def first(self, *tags: str) -> int:
        """Where one of these is first spoken of; -1 for nowhere."""
        return next((at for at, item in enumerate(self.items) if item.tag in tags), -1) if self.has(*tags) else -1


def parse_clauses(sentence: Sentence, text: str, *, number: int, in_title: bool) -> Iterator[Clause]:
    """The clauses of a sentence: cut at "mais" and where a second order follows a first one."""
    items = _items(sentence, text)
    start = 0
    said: set[str] = set()
    for at in range(1, len(items)):
        said.add(items[at - 1].tag)
        if (
            _turns(items, at)
            or _new_statement(said, items, at)
            or _other_matter(said, items, at)
            or _second_order(said, items, at)
        ):
            yield Clause(tuple(items[start:at]), number, sentence.is_question, in_title)
            start = at
            said.clear()
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
    if items[at].fold not in _TURN_STARTS:
        return _is_numbered(items, at)
    following = " ".join(item.fold for item in items[at : at + 3]) + " "
    return following.startswith(_TURNS)


def _is_numbered(items: list[Item], at: int) -> bool:
    """ "1) … 2) …" in one line."""
    numbered = items[at].fold in ("2", "3", "4", "5") and at > 2 and at + 1 < len(items)
    return numbered and items[at + 1].fold in (")", "/") and _counts_on(items, at)


def _counts_on(items: list[Item], at: int) -> bool:
    lower = str(int(items[at].fold) - 1)
    return any(one.fold == lower and two.fold == items[at + 1].fold for one, two in pairwise(items[:at]))


def _new_statement(said: set[str], items: list[Item], at: int) -> bool:
    """ "…, Mme X est absente", "… et le compte de Mme X marche", "…, ne touchez pas": another matter begins."""
    if items[at].tag != "AND" and items[at].fold not in (",", "(", "\n"):
        return False
    rest = [item for item in items[at + 1 : at + 8] if item.tag != "GREETING"]
    two_names = rest[:1] and rest[0].tag == "NAME" and "NAME" in said and (items[at].fold == "," or said - _LISTING)
    if not rest or not (two_names or said & _SAYING):
        return False
    if rest[0].fold in ("ne", "n") or rest[0].tag == "NOT":
        return True
    if rest[0].tag == "NAME":
        return _has_verb(rest[1:])
    account = [item.tag for item in rest[:3]]
    return account[:1] == ["ART"] and account[1:2] in (["SECRET"], ["ACCOUNT"]) and bool(said & _OBJECTS)


def _has_verb(rest: list[Item]) -> bool:
    """What follows a name is said of it alone: "est absente", ", cadre, valide"; not "sont bloqués"."""
    if rest[:1] and rest[0].fold == ",":
        after = next((at for at, item in enumerate(rest[1:], 1) if item.fold == ","), len(rest))
        return _has_verb(rest[after + 1 :])
    if not rest or rest[0].fold in _PLURAL_VERBS:
        return False
    object_first = [item.tag for item in rest[:2]] == ["ART", "REPLACE"]
    return object_first or rest[0].fold == ":" or rest[0].tag in ("AUX", "NOT", "I", "w", *_SAYING)


def _other_matter(said: set[str], items: list[Item], at: int) -> bool:
    """ "Mon écran clignote et mon mot de passe a expiré", "… et il nous faudrait une souris"."""
    if items[at].tag != "AND":
        return False
    tags = [item.tag for item in items[at + 1 : at + 6]]
    if tags[:1] == ["MY"] and tags[1:2] in (["SECRET"], ["ACCOUNT"]):
        return bool(said & _THINGS) and not said & _OBJECTS
    return bool(said & _OBJECTS) and "NEED" in tags and any(item.tag in _THINGS for item in items[at:])


def _second_order(said: set[str], items: list[Item], at: int) -> bool:
    if items[at].tag not in ("AND", ",") or not said & _VERBS or not said & _OBJECTS:
        return False
    return any(item.tag in _VERBS for item in items[at + 1 : at + 4])
