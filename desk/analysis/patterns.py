"""Written words and phrases turned into something that finds them in a clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from desk.analysis.text import stems_of

Phrase = tuple[str, ...]
Label = TypeVar("Label")
LONGEST = 4  # words of a phrase


@dataclass(frozen=True, slots=True)
class Patterns(Generic[Label]):
    """phrases: what stands side by side. pairs: by the first part, the second and its label, anywhere in the clause."""

    phrases: Mapping[Phrase, tuple[Label, ...]]
    pairs: Mapping[Phrase, tuple[tuple[Phrase, Label], ...]] = field(default_factory=dict)

    def find(self, grams: Mapping[Phrase, int]) -> Iterator[tuple[Label, Phrase, int]]:
        """Each label that the clause has, with the phrase that says so and where it begins."""
        for gram, place in grams.items():
            for label in self.phrases.get(gram, ()):
                yield label, gram, place
            for other, label in self.pairs.get(gram, ()):
                if other in grams:
                    yield label, gram + other, place

    def stems(self) -> Iterator[str]:
        """Every stem that a pattern is made of."""
        for phrase in self.phrases:
            yield from phrase
        for first, seconds in self.pairs.items():
            yield from first
            for second, _ in seconds:
                yield from second


def build_patterns(lines: Iterable[tuple[Label, str]]) -> Patterns[Label]:
    """Patterns of lines such as `imprimante|bourrage papier|lien + cliquer`."""
    phrases: dict[Phrase, tuple[Label, ...]] = {}
    pairs: dict[Phrase, tuple[tuple[Phrase, Label], ...]] = {}
    for label, line in lines:
        for written in filter(None, line.split("|")):
            first, *rest = (stems_of(part) for part in written.split(" + "))
            if rest:
                pairs[first] = (*pairs.get(first, ()), (rest[0], label))
            else:
                phrases[first] = (*phrases.get(first, ()), label)
    return Patterns(phrases, pairs)


def grams_of(stems: list[str]) -> dict[Phrase, int]:
    """Every run of up to LONGEST stems, with the place of its first occurrence."""
    found: dict[Phrase, int] = {}
    for start in range(len(stems)):
        for end in range(start + 1, min(start + LONGEST, len(stems)) + 1):
            found.setdefault(tuple(stems[start:end]), start)
    return found
