"""Whose account each clause of a text means, with what the other clauses say. In doubt, nobody's."""

from __future__ import annotations

from functools import cached_property

from orchestrator.assist.plans import Asked, Person, Plan
from orchestrator.assist.reader.bystanders import find_candidates, is_list
from orchestrator.assist.reader.clauses import Clause
from orchestrator.assist.reader.gathering import Found
from orchestrator.assist.reader.owners import find_owners, names_others
from orchestrator.assist.reader.owning import Kind, Owner, is_plural
from orchestrator.assist.reader.persons import Context, find_person, merge, person_of

_MOVEMENTS = {Plan.CREATE_ACCOUNT: "ARRIVE", Plan.DISABLE: "LEAVE", Plan.ENABLE: "RETURN", Plan.MOVE: "MOVE"}
_CONTRARY = {"ARRIVE": "LEAVE", "LEAVE": "ARRIVE", "RETURN": "LEAVE"}


class People:
    """Everybody whom a text names, and what it says of them."""

    def __init__(self, clauses: list[Clause]) -> None:
        self.clauses = clauses
        self.context = Context(clauses)

    def find(self, clause: Clause, asked: Asked) -> list[Found]:
        """One for each person that a clause asks its plan for; one with nobody where that is not said."""
        owners = find_owners(clause)
        if not owners and asked.plan not in (Plan.PASSWORD_RESET, Plan.UNLOCK) and (only := Context([clause]).people):
            names = [item for item in clause.items if item.tag == "NAME" and person_of(item) in only]
            owners = [Owner(Kind.NAMED, names[0])] if len(only) == 1 and names else []
        if any(owner.kind is Kind.NAMED for owner in owners) and names_others(clause, owners):
            owners = [Owner(Kind.SOMEBODY)]
        vague = all(owner.kind is Kind.THIRD for owner in owners)
        if vague and is_plural(clause) and len(several := self._movers(asked.plan) or self._listed(asked.plan)) > 1:
            return [Found(asked.plan, Owner(Kind.THIRD), each, clause, asked.certainty, [clause]) for each in several]
        if not owners:
            person = self._moving(asked.plan) or self._understood
            return [Found(asked.plan, Owner(Kind.UNSAID), person, clause, asked.certainty, [clause])]
        return [
            Found(asked.plan, owner, self._person(owner, asked.plan), clause, asked.certainty, [clause])
            for owner in owners
        ]

    def _person(self, owner: Owner, plan: Plan) -> Person | None:
        mover = self._mover(plan) if owner.kind is Kind.THIRD else None
        return mover or find_person(owner, self.context)

    def _mover(self, plan: Plan) -> Person | None:
        movers = self._movers(plan)
        return movers[0] if len(movers) == 1 else None

    def _movers(self, plan: Plan) -> list[Person]:
        """Of whom the text says that he comes or goes, as the plan has it; empty when one of them is unreadable."""
        tag = _MOVEMENTS.get(plan)
        contrary = {"ARRIVE": "LEAVE", "LEAVE": "ARRIVE", "RETURN": "LEAVE"}.get(tag or "", "")
        moves = [clause for clause in self.clauses if tag and clause.has(tag) and not clause.has(contrary)]
        movers = [item for clause in moves if is_list(clause) for item in find_candidates(clause)]
        people = merge(person for item in movers if (person := person_of(item)))
        return people if all(person_of(item) for item in movers) else []

    def _listed(self, plan: Plan) -> list[Person]:
        """Those for whom "accounts to create" is followed by a list of names, and by nothing else with a name."""
        if plan is not Plan.CREATE_ACCOUNT or self.context.unreadable:
            return []
        lists = [clause for clause in self.clauses if sum(item.fold == "\n" for item in clause.items) > 1]
        named = [clause for clause in self.clauses if find_candidates(clause)]
        return (
            self.context.people
            if len(lists) == 1 and named == lists and not lists[0].has("NOT", "LEAVE", "WHOSE")
            else []
        )

    def _moving(self, plan: Plan) -> Person | None:
        """The one person of the text, where it says that he comes, goes, or comes back."""
        return self.context.only_one() if self._movers(plan) else None

    @cached_property
    def _understood(self) -> Person | None:
        """Whose account "the account" is: that of the only one of whose the text speaks, when it names nobody else."""
        owners = [
            owner
            for clause in self.clauses
            if not clause.has("MAILBOX", "OTHER", "THING")
            for owner in find_owners(clause)
        ]
        if not owners:
            return self.context.author if self._speaks_of_himself else self._only_login()
        people = [find_person(owner, self.context) for owner in owners]
        first = people[0]
        if first is None or any(person != first for person in people):
            return None
        others = self.context.people or self.context.unreadable
        return (None if others else first) if first.is_author else self.context.only_one()

    def _only_login(self) -> Person | None:
        only = self.context.only_one()
        return only if only is not None and only.login else None

    @cached_property
    def _speaks_of_himself(self) -> bool:
        """The author says "I", and nobody and no place else that an account could be of."""
        own = [clause for clause in self.clauses if not clause.in_title]
        others = any(clause.has("NAME", "STAFF", "JOB", "POSS3", "OUR", "PLACE", "YOUR") for clause in self.clauses)
        nobody = not self.context.people and not self.context.unreadable
        return not others and nobody and any(clause.has("I", "MY") for clause in own)
