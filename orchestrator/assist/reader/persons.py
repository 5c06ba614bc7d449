"""Which person a request is about, out of what all clauses say. In doubt, nobody."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from orchestrator.assist.plans import Person
from orchestrator.assist.reader.body import deaccent
from orchestrator.assist.reader.bystanders import find_bystanders, find_candidates, find_presented, is_introduction
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.owning import Kind, Owner

MAX_PEOPLE = 50


def is_same(one: Person, other: Person) -> bool:
    """True when two namings can be one person: what both give is equal."""
    if one.login or other.login:
        return one.login == other.login
    common = [(getattr(one, part), getattr(other, part)) for part in ("firstname", "lastname")]
    both = [(a, b) for a, b in common if a and b]
    return bool(both) and all(deaccent(a) == deaccent(b) for a, b in both)


def merge(people: Iterable[Person]) -> list[Person]:
    """Distinct people, each as fully as he is named; first named first."""
    distinct: list[Person] = []
    for person in people:
        at = next((index for index, known in enumerate(distinct) if is_same(known, person)), None)
        if at is None:
            distinct.append(person)
        elif _fullness(person) > _fullness(distinct[at]):
            distinct[at] = person
    return distinct


def _fullness(person: Person) -> int:
    return bool(person.firstname) + bool(person.lastname)


def _is_signature(clause: Clause) -> bool:
    """Last words that only name somebody, and perhaps a job."""
    return clause.has("NAME") and all(item.tag in ("NAME", "JOB", "PLACE", ",", "OF") for item in clause.items)


class Context:
    """Everybody whom a text names outside greetings, signatures and quotes."""

    def __init__(self, clauses: list[Clause]) -> None:
        last = next((clause for clause in reversed(clauses) if not clause.in_title), None)
        candidates = [
            item
            for clause in clauses
            for item in find_candidates(clause)
            if clause is not last or not _is_signature(clause)
        ]
        self.unreadable = any(item.mention and item.mention.person is None for item in candidates)
        self.unreadable |= len(candidates) > MAX_PEOPLE
        bystanders = [person_of(item) for clause in clauses for item in find_bystanders(clause)]
        self.bystanders = merge(person for person in bystanders[:MAX_PEOPLE] if person)
        self.people = merge(person for item in candidates[:MAX_PEOPLE] if (person := person_of(item)))
        self.author = _introduced(clauses)
        everybody = [*candidates, *(item for clause in clauses for item in find_bystanders(clause))][:MAX_PEOPLE]
        self.namesakes = [person for person in self.people if _is_couple(person, everybody)]

    def only_one(self) -> Person | None:
        """The one person named in the text; None for none, several, or one that cannot be read."""
        if len(self.people) != 1 or self.unreadable or self.namesakes:
            return None
        only = self.people[0]
        return only if all(is_same(only, other) for other in self.bystanders) else None

    def in_full(self, person: Person) -> Person:
        """The same person as fully as the text names him; unchanged when two people could be meant."""
        alike = [known for known in self.people if is_same(known, person)]
        return alike[0] if len(alike) == 1 else person

    def is_ambiguous(self, person: Person) -> bool:
        """True when two people of the text answer to this naming."""
        return sum(is_same(known, person) for known in self.people) > 1 or any(
            is_same(known, person) for known in self.namesakes
        )


def _is_couple(person: Person, items: list[Item]) -> bool:
    """True when "Mme X" and "M. X" both answer to this naming: they are two."""
    said = {
        item.mention.is_woman
        for item in items
        if item.mention and item.mention.person and is_same(item.mention.person, person)
    }
    return {True, False} <= said


def person_of(item: Item) -> Person | None:
    """The person of a name in the text."""
    return item.mention.person if item.mention else None


def _introduced(clauses: list[Clause]) -> Person:
    said = [
        item
        for clause in clauses
        for at, item in enumerate(clause.items)
        if item.tag == "NAME" and is_introduction(clause.items, at)
    ]
    for clause, following in pairwise(clauses):
        if following.has("I") and not following.has("POSS3") and (presented := find_presented(clause)):
            said.append(presented)
    person = person_of(said[0]) if said and all(item is said[0] for item in said) else None
    return (
        Person(firstname=person.firstname, lastname=person.lastname, is_author=True)
        if person
        else Person(is_author=True)
    )


def find_person(owner: Owner, context: Context) -> Person | None:
    """The person that an owner stands for."""
    match owner.kind:
        case Kind.AUTHOR:
            return context.author
        case Kind.NAMED:
            person = person_of(owner.item) if owner.item else None
            return None if person is None or context.is_ambiguous(person) else context.in_full(person)
        case Kind.THIRD:
            return context.only_one()
    return None
