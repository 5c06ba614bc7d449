"""People's names in a sentence. A name that cannot be read for sure is still found, without a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrator.assist.plans import Person
from orchestrator.assist.reader.first_names import FIRST_NAMES
from orchestrator.assist.reader.french import Sentence, Word, is_known, parse_sentences
from orchestrator.assist.reader.lexicon import INSTITUTIONS, PRIVILEGED
from orchestrator.assist.reader.naming import (
    PARTICLES,
    checked_person,
    is_first_name,
    is_service_account,
    person_from_words,
)
from orchestrator.assist.reader.words import word_set

_CIVILITIES = word_set("mme mmes madame monsieur mr mlle mademoiselle melle dr docteur mrs miss")
_IS_WOMAN = {
    **dict.fromkeys(("mme", "madame", "mlle", "mademoiselle", "melle", "mrs", "miss"), True),
    **dict.fromkeys(("m", "mr", "monsieur"), False),
}
_LOGIN_CUES = word_set("login identifiant samaccountname utilisateur user username")
_LOGIN = re.compile(r"\s{0,2}(?:est|de|:|=|\()?\s{0,2}[\"'«]?\s?([A-Za-z][A-Za-z0-9._-]{1,19})(?![\w@-])")
_ANOTHER_LOGIN = re.compile(r"[\"'»]?\s{0,2}(?:\bou\b|\bet\b|/|,|&)\s{0,2}[\"'«]?[a-z][a-z0-9._-]{4,19}(?![\w'@-])")
_ONSETS = word_set("bl br ch cl cr dr fl fr gl gr gn kl kr ph pl pr ps qu rh sc sk sl sm sn sp sq st th tr ts vr wh wr")
_VOWELS = "aeiouy"
_COUNTED = re.compile(r"\d+(?:er|e|eme|h\d*|ans|j)$")
MAX_NAME_WORDS = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named between two words of a sentence. person is None when the name cannot be trusted.

    is_woman: said by "Mme" or "M."; None where the text does not say.
    """

    first: int
    after: int
    person: Person | None
    privileged: bool = False
    is_woman: bool | None = None


def find_mentions(sentence: Sentence, text: str) -> list[Mention]:
    """Every name in a sentence, left to right. text: what the sentence stands in."""
    words = sentence.words
    capitals = sum(word.text.isupper() and len(word.text) > 1 for word in words)
    shouting = capitals > 0.6 * sum(len(word.text) > 1 and word.text[0].isalpha() for word in words) and capitals > 3
    found: list[Mention] = []
    at = 0
    while at < len(words):
        mention = _mention_at(words, at, text=text, shouting=shouting)
        if mention is None:
            at += 1
            continue
        found.append(replace(mention, person=None) if sentence.cut else mention)
        at = mention.after
    return found


def _mention_at(words: Sequence[Word], at: int, *, text: str, shouting: bool) -> Mention | None:
    word = words[at]
    if word.fold in PRIVILEGED or is_service_account(word.fold):
        return Mention(at, at + 1, None, privileged=True)
    if _is_civility(word, text):
        return _after_civility(words, at, shouting=shouting)
    if _is_initial(words, at, text):
        return Mention(at, at + 2, None)
    if login := _login_after(words, at, text):
        return login
    if not shouting and word.is_capital:
        return _capitalised(words, at, text)
    return _small_letters(words, at)


def _is_civility(word: Word, text: str) -> bool:
    if _is_title(word):
        return True
    return word.text == "M" and text[word.end : word.end + 1] in (".", " ")


def _is_initial(words: Sequence[Word], at: int, text: str) -> bool:
    """ "J. Moreau": somebody, of whom the text does not say enough."""
    word = words[at]
    if len(word.text) != 1 or not word.is_capital or text[word.end : word.end + 1] != ".":
        return False
    following = words[at + 1 : at + 2]
    return bool(following) and following[0].is_capital and following[0].start - word.end <= 2


def _is_title(word: Word) -> bool:
    return word.fold in _CIVILITIES


def _after_civility(words: Sequence[Word], at: int, *, shouting: bool) -> Mention | None:
    start = at + 1
    if start >= len(words):
        return None
    informative = not shouting and words[start].is_capital
    after = _end_of_capitals(words, start, known_too=True) if informative else _end_of_small(words, start)
    if after == start:
        return None
    mention = _mention(at, after, words[start:after], following=words[after : after + 1], civility=True)
    return replace(mention, is_woman=_IS_WOMAN.get(words[at].fold))


def _end_of_capitals(words: Sequence[Word], start: int, *, known_too: bool = False) -> int:
    """The end of a run of capitalised words: particles may stand between, known words may not (but right after Mme)."""
    at = start
    while at < min(len(words), start + MAX_NAME_WORDS):
        word = words[at]
        adjacent = at == start or words[at].start - words[at - 1].end <= 1
        if not adjacent or not word.text[0].isalpha() or _is_title(word):
            break
        if (
            word.is_capital
            and (
                word.fold in PARTICLES
                or not is_known(word.fold)
                or word.fold in FIRST_NAMES
                or _in_name(words, at, start, known_too)
            )
        ) or (word.fold in PARTICLES and at > start and _leads_to_name(words, at)):
            at += 1
        else:
            break
    while at > start and words[at - 1].fold in PARTICLES:
        at -= 1
    return at


def _in_name(words: Sequence[Word], at: int, start: int, known_too: bool) -> bool:
    """A known word with a capital is a name after Mme, or after a first name."""
    return (known_too and at == start) or (at > start and words[at - 1].fold in FIRST_NAMES)


def _leads_to_name(words: Sequence[Word], at: int) -> bool:
    following = next((word for word in words[at + 1 : at + 3] if word.fold not in PARTICLES), None)
    return following is not None and following.is_capital and not is_known(following.fold) and not _is_title(following)


def _end_of_small(words: Sequence[Word], start: int) -> int:
    """The end of a name in small letters, or where all is in capitals: one word, two with a first name."""
    at = start
    while at < len(words) and words[at].fold in PARTICLES and at < start + 2:
        at += 1
    if at >= len(words) or not _may_be_name(words[at]):
        return start
    first = at
    at += 1
    if (
        at < len(words)
        and _may_be_name(words[at])
        and (is_first_name(words[first].fold) or is_first_name(words[at].fold))
    ):
        at += 1
    elif at + 1 < len(words) and is_first_name(words[first].fold) and words[at].fold in ("le", "la", "de", "ben", "el"):
        at += 2 if _may_be_name(words[at + 1]) else 0
    return at


def _may_be_name(word: Word) -> bool:
    return word.text[0].isalpha() and len(word.text) > 1 and (word.fold in FIRST_NAMES or not is_known(word.fold))


def _capitalised(words: Sequence[Word], at: int, text: str) -> Mention | None:
    word = words[at]
    if at and (words[at - 1].fold in INSTITUTIONS) and not is_first_name(word.fold):
        return None
    if is_known(word.fold) and not is_first_name(word.fold) and word.fold not in PARTICLES:
        return None
    after = _end_of_capitals(words, at)
    run = words[at:after]
    if len(run) > 2 and not is_first_name(run[0].fold) and is_first_name(run[1].fold) and not run[0].text.isupper():
        at, run = at + 1, run[1:]
    alone = len(run) == 1 and not is_first_name(run[0].fold)
    initials = any(part.text.isupper() and len(part.text) < 2 for part in run)
    if alone or initials or all(part.fold in PARTICLES for part in run):
        return None
    return _mention(at, after, run, following=words[after : after + 1], civility=False)


def _small_letters(words: Sequence[Word], at: int) -> Mention | None:
    if not is_first_name(words[at].fold) or words[at].fold in ("jean", "rose", "prune", "noel", "ange", "marine"):
        return None
    after = _end_of_small(words, at)
    return (
        _mention(at, after, words[at:after], following=words[after : after + 1], civility=False)
        if after > at + 1
        else None
    )


def _mention(first: int, after: int, words: Sequence[Word], *, following: Sequence[Word], civility: bool) -> Mention:
    privileged = any(word.fold in PRIVILEGED or is_service_account(word.fold) for word in words)
    person = None if _goes_on_strangely(words[-1], following) else person_from_words(words, civility=civility)
    return Mention(first, after, person, privileged)


def _goes_on_strangely(last: Word, following: Sequence[Word]) -> bool:
    """ "Claire 0ria": the rest of the name is in disguise, and the part that is read may be somebody else."""
    for word in following[:1]:
        near = word.start - last.end <= 1 and any(letter.isalpha() for letter in word.text)
        if near and word.fold in PARTICLES and word.is_capital and not word.text.isupper():
            return True
        return near and word.is_foreign and not _COUNTED.match(word.fold)
    return False


def _login_after(words: Sequence[Word], at: int, text: str) -> Mention | None:
    word = words[at]
    sure = word.fold in _LOGIN_CUES
    if not sure and word.fold not in ("compte", "session", "mdp", "passe"):
        return None
    found = _LOGIN.match(text, word.end)
    if not found:
        return None
    login = found[1].rstrip(".-_")
    after = next((index for index in range(at + 1, len(words)) if words[index].start >= found.end(1)), len(words))
    folded = login.lower()
    if folded in PRIVILEGED or is_service_account(folded):
        return Mention(at + 1, after, None, privileged=True)
    if is_known(folded) or (not sure and not _looks_like_login(login)) or not login.isascii() or is_first_name(folded):
        return None
    person = None if _ANOTHER_LOGIN.match(text, found.end(1)) else checked_person(login=login)
    return Mention(at + 1, after, person)


def _looks_like_login(login: str) -> bool:
    """A digit, a dot, or an initial before a name: two consonants that no French word starts with."""
    if re.search(r"\d|[._]", login):
        return bool(re.search(r"[A-Za-z]{2}", login))
    start = login[:2].lower()
    return login.islower() and len(login) > 4 and start not in _ONSETS and not set(start) & set(_VOWELS)


def parse_name(text: str) -> Person | None:
    """The one person whose name a text is; None when there is more to it."""
    sentences = list(parse_sentences(text))
    mentions = [mention for sentence in sentences for mention in find_mentions(sentence, text)]
    return mentions[0].person if len(sentences) == 1 and len(mentions) == 1 else None
