"""What the clauses of one ticket ask together: who is meant, when, and what is still to be asked."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from orchestrator.assist.plans import Asked, Missing, Plan, Request
from orchestrator.assist.reader.asking import (
    has_second_order,
    is_echo,
    is_for_somebody,
    read_clause,
    read_need,
    reads_arrival,
)
from orchestrator.assist.reader.clauses import Clause
from orchestrator.assist.reader.dates import Day, find_days
from orchestrator.assist.reader.details import Form, find_form, find_job, find_model, find_place, find_service
from orchestrator.assist.reader.gathering import Found, merge_found
from orchestrator.assist.reader.leaving import says_gone
from orchestrator.assist.reader.objects import is_pronoun_order
from orchestrator.assist.reader.owning import Kind, Owner
from orchestrator.assist.reader.persons import person_of
from orchestrator.assist.reader.systems import is_about_resident, is_desktop, is_other_system
from orchestrator.assist.reader.troubles import has_second_thing, is_trouble
from orchestrator.assist.reader.unasked import is_spam, quote_of
from orchestrator.assist.reader.whose import People

MAX_REQUESTS = 20
MAX_ASKED = 100


class Reading:
    """One ticket: its title, what its author wrote, and the clauses of both."""

    def __init__(self, subject: str, body: str, clauses: list[Clause], today: date, *, is_reply: bool) -> None:
        self.subject, self.body, self.clauses, self.today = subject, body, clauses, today
        self.people = People(clauses)
        self.form = find_form(body)
        self.model = find_model(clauses)
        self.is_reply = is_reply

    def requests(self, *, hidden: bool) -> list[Request]:
        """What the ticket asks of accounts; empty for nothing. hidden: the text shows itself in another order."""
        if any(clause.has("AWAY") or (clause.has("DONE") and not clause.in_title) for clause in self.clauses):
            return []
        if is_spam(self.clauses):
            return []
        asked = self._asked()
        ours = [(clause, found) for clause, found in asked if not self._is_elsewhere(clause, found.plan)]
        acts = merge_found([found for clause, what in ours for found in self.people.find(clause, what)])
        if not acts and self._is_arrival_form():
            acts = [
                Found(
                    Plan.CREATE_ACCOUNT,
                    Owner(Kind.UNSAID),
                    self.form.person if self.form else None,
                    self.clauses[0],
                    0.7,
                    [],
                )
            ]
        leavers = sum(found.plan is Plan.DISABLE for found in acts)
        requests = [self._request(found, hidden=hidden, is_only_leaver=leavers == 1) for found in acts[:MAX_REQUESTS]]
        if requests and (trouble := self._trouble(ours)) is not None:
            requests.append(trouble)
        return requests

    def _asked(self) -> list[tuple[Clause, Asked]]:
        current = [clause for clause in self.clauses if not self._is_old(clause)]
        asked: list[tuple[Clause, Asked]] = []
        for clause in current:
            found = read_clause(clause)
            if found is None and asked and is_echo(clause):
                found = Asked(asked[-1][1].plan, 0.7, 0)
            if found and self._has_object(clause, found):
                asked.append((clause, found))
        if not any(found.plan is Plan.CREATE_ACCOUNT and not clause.in_title for clause, found in asked):
            comes = any(map(reads_arrival, current))
            busy = {id(clause) for clause, _ in asked}
            free = [each for each in current if id(each) not in busy and (comes or is_for_somebody(each))]
            asked += [(clause, found) for clause in free if (found := read_need(clause))]
        return asked[:MAX_ASKED]

    def _has_object(self, clause: Clause, asked: Asked) -> bool:
        """ "Je suis bloquée" asks something of an account only where the text speaks of one."""
        if clause.items and is_pronoun_order(clause, asked.at) and asked.plan is Plan.PASSWORD_RESET:
            others = any(each.has("DEVICE", "OTHER", "MAILBOX", "THING", "HOUSE") for each in self.clauses)
            return not others and any(each.has("SECRET") for each in self.clauses)
        return self._speaks_of_account or clause.has("NAME", "MOVE")

    @cached_property
    def _speaks_of_account(self) -> bool:
        return any(clause.has("ACCOUNT", "SECRET") for clause in self.clauses)

    def _is_old(self, clause: Clause) -> bool:
        """The title of an answer repeats what was asked before."""
        return clause.in_title and self.is_reply

    def _is_elsewhere(self, clause: Clause, plan: Plan) -> bool:
        """It is about another system, or about an administrator's or a machine's account: people look at it."""
        if any(item.mention and item.mention.privileged for item in clause.items):
            return True
        if is_other_system(clause, plan) or is_about_resident(clause):
            return True
        if clause.has("OTHER", "THING"):
            return False
        signs_in = plan in (Plan.PASSWORD_RESET, Plan.UNLOCK)
        tags = ("OTHER", "MAILBOX") if signs_in else ("OTHER",)
        others = [other for other in self.clauses if other.has(*tags) and (signs_in or other.in_title)]
        return bool(others) and not is_desktop(clause) and not self._is_desktop_text()

    def _is_desktop_text(self) -> bool:
        return any(is_desktop(clause) and not clause.has("OTHER", "MAILBOX") for clause in self.clauses)

    def _is_arrival_form(self) -> bool:
        entry = any(clause.has("ARRIVE") for clause in self.clauses)
        return (
            self.form is not None
            and entry
            and not any(clause.has("DISABLE") or (clause.in_title and clause.has("LEAVE")) for clause in self.clauses)
        )

    def _request(self, found: Found, *, hidden: bool, is_only_leaver: bool) -> Request:
        person = None if hidden else found.person
        if self.form and found.plan is Plan.CREATE_ACCOUNT and found.owner.kind is not Kind.NAMED:
            person = None if hidden else self.form.person
        if person is not None and person.is_author and found.plan in (Plan.CREATE_ACCOUNT, Plan.DISABLE):
            person = None
        model = (
            person_of(self.model)
            if self.model and not hidden and found.plan in (Plan.CREATE_ACCOUNT, Plan.MOVE)
            else None
        )
        arrival, departure = self._days(found)
        details = self._details(found)
        request = Request(
            plan=found.plan,
            person=person,
            same_rights_as=model,
            arrival=arrival,
            departure=departure,
            quote=quote_of(found.clause, self._text_of(found.clause)),
            confidence=round(found.certainty - (0.3 if person is None else 0), 2),
            **details,
        )
        is_gone = any(says_gone(clause) for clause in (self.clauses if is_only_leaver else found.clauses))
        return request.model_copy(update={"missing": missing_of(request, is_gone=is_gone)})

    def _text_of(self, clause: Clause) -> str:
        return self.subject if clause.in_title else self.body

    def _details(self, found: Found) -> dict[str, str | None]:
        if found.plan is Plan.CREATE_ACCOUNT:
            around = [*found.clauses, *(clause for clause in self.clauses if clause.has("ARRIVE"))]
            around.sort(key=lambda clause: clause.in_title)
            job = next((job for clause in around if (job := find_job(clause))), None)
            form = self.form or Form(None)
            return {"job": form.job or job, "service": form.service or find_service(self.body, 0, len(self.body))}
        if found.plan is Plan.MOVE:
            return {"place": self._place()}
        return {}

    def _place(self) -> str | None:
        for clause in self.clauses:
            if not clause.in_title and (at := clause.first("MOVE", "ARRIVE")) >= 0:
                end = clause.items[-1].end
                if place := find_place(self.body, clause.items[at].start, end):
                    return place
        return None

    def _days(self, found: Found) -> tuple[date | None, date | None]:
        if found.plan in (Plan.PASSWORD_RESET, Plan.UNLOCK):
            return None, None
        days = self._days_near(found)
        starts = {day.day for day in days if not day.is_end}
        ends = {day.day for day in days if day.is_end}
        if found.plan is Plan.DISABLE:
            starts, ends = set(), starts | ends
        return (starts.pop() if len(starts) == 1 else None), (ends.pop() if len(ends) == 1 else None)

    def _days_near(self, found: Found) -> list[Day]:
        """The days of the sentences that ask it; else of the whole text."""
        numbers = {clause.number for clause in found.clauses if not clause.in_title}
        for wanted in (numbers, {clause.number for clause in self.clauses if not clause.in_title}):
            near: list[Day] = []
            for clause in self.clauses:
                if clause.number in wanted and not clause.in_title:
                    near += find_days(
                        self.body, today=self.today, start=clause.items[0].start, end=clause.items[-1].end
                    )
            if near:
                return near
        return find_days(self.subject, today=self.today)

    def _trouble(self, ours: list[tuple[Clause, Asked]]) -> Request | None:
        """A second thing in the ticket that somebody must look at: another order, a device, another system."""
        acting = {id(clause) for clause, _ in ours}
        for clause, asked in ours:
            if has_second_order(clause, asked) or has_second_thing(clause, asked.plan):
                return Request(plan=Plan.QUESTION, quote=quote_of(clause, self._text_of(clause)), confidence=0.5)
        for clause in self.clauses:
            if id(clause) not in acting and not clause.in_title and is_trouble(clause):
                return Request(plan=Plan.QUESTION, quote=quote_of(clause, self.body), confidence=0.6)
        return None


def missing_of(request: Request, *, is_gone: bool = False) -> tuple[Missing, ...]:
    """What a request for an account lacks. is_gone: whoever leaves has left, or is to be shut out at once."""
    missing: list[Missing] = []
    person = request.person
    if person is None:
        missing.append(Missing.PERSON)
    elif not person.is_author and not person.login:
        missing += [Missing.LASTNAME] if not person.lastname else []
        missing += [Missing.FIRSTNAME] if not person.firstname and request.plan is Plan.CREATE_ACCOUNT else []
    if request.plan is Plan.CREATE_ACCOUNT:
        missing += [Missing.ARRIVAL] if not request.arrival else []
    if request.plan is Plan.DISABLE and not request.departure and not is_gone:
        missing.append(Missing.DEPARTURE)
    if request.plan is Plan.MOVE and not request.place:
        missing.append(Missing.PLACE)
    return tuple(missing)
