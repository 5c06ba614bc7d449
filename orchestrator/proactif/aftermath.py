"""What comes after the first mail: changes noted on the ticket, the settled verdict, the recovery, the solution."""

from __future__ import annotations

from datetime import UTC, datetime

from orchestrator.proactif.case import Case, Facts, RunEnd
from orchestrator.proactif.diagnosis import Rule, Verdict
from orchestrator.proactif.incidents import Closed
from orchestrator.proactif.investigation import read_uptimes
from orchestrator.proactif.investigator import Investigator
from orchestrator.proactif.letters import (
    contact_html,
    contact_subject,
    may_write_to_contact,
    note_text,
    over_html,
    over_subject,
    refused_text,
    settled_text,
    solution_text,
    storm_html,
    storm_subject,
)
from orchestrator.proactif.records import END
from orchestrator.proactif.rules import judge_recovery, micro_outage
from orchestrator.proactif.storms import judge_storm, places_of
from orchestrator.proactif.texts import Stage
from shared.sites import Role, Site

CLOSED = ("solved", "closed")


class Aftermath:
    """The works of an incident that has its ticket and its first mail."""

    def __init__(self, investigator: Investigator) -> None:
        self._investigator = investigator

    async def note(self, case: Case) -> None:
        """One followup with all that changed since the last; after a recovery, with what it showed."""
        effect = f"note-{case.tried_as}"
        decided = case.find_kept(effect) or await case.keep(effect, await self._word_note(case))
        await case.add_followup(effect, decided["text"])
        changes: Facts = {"noted_at": datetime.now(UTC)}
        if decided["verdict"]:
            changes["verdict"] = decided["verdict"]
        noted = {int(number): state for number, state in decided["noted"].items()}
        await case.finish(noted=noted, run=RunEnd("done", {"ticket_id": case.ticket_id}), **changes)

    async def _word_note(self, case: Case) -> Facts:
        verdict = await _judge_afterwards(case)
        return {
            "text": note_text(case.incident, verdict=verdict),
            "verdict": verdict.model_dump(mode="json") if verdict else None,
            "noted": {str(alert.id): alert.state for alert in case.incident.unnoted},
        }

    async def settle(self, case: Case) -> None:
        """The window is over: look again, confirm or correct, and only now write to the establishment."""
        effect = f"settled{case.once}"
        decided = case.find_kept(effect) or await case.keep(effect, await self._decide_settled(case))
        await case.add_followup(effect, decided["text"])
        told = list(case.incident.row["told"])
        for name in ("correction", "contact"):
            if not decided[name]:
                continue
            recipient = decided[name]["recipient"]
            if await case.try_mail(f"{name}{case.once}", decided[name]):
                told.append(recipient)
            else:
                await case.add_followup(f"{name}-refused{case.once}", refused_text(recipient))
        settled = {"same": decided["correction"] is None, "responsible": decided["verdict"]["responsible"]}
        case.journal.note("settled", settled)
        summary = {"ticket_id": case.ticket_id, "verdict": decided["verdict"], "told": sorted(set(told))}
        await case.finish(
            run=RunEnd("done", summary),
            verdict=decided["verdict"],
            settled_at=datetime.now(UTC),
            told=sorted(set(told)),
        )

    async def _decide_settled(self, case: Case) -> Facts:
        before = Verdict.model_validate(case.incident.row["verdict"])
        storm = case.incident.is_storm
        places = await places_of(case) if storm else []
        verdict = await judge_storm(case) if storm else await self._investigator.judge(case)
        same = (verdict.responsible, verdict.rule) == (before.responsible, before.rule)
        quiet = storm or not may_write_to_contact(verdict) or await case.is_overtaken()
        contact = None if quiet else _contact_of(case.site)
        decided: Facts = {"verdict": verdict.model_dump(mode="json"), "correction": None, "contact": None}
        decided["text"] = settled_text(verdict, same=same, contact=contact, places=places)
        if contact and case.site:
            decided["contact"] = {
                "recipient": contact,
                "subject": contact_subject(case.site, case.ticket_id),
                "body": contact_html(case.site, verdict, since=case.incident.failed_at, ticket_id=case.ticket_id),
                "ticket_id": case.ticket_id,
            }
        if not same:
            decided["correction"] = await self._word_correction(case, verdict, places)
        return decided

    async def _word_correction(self, case: Case, verdict: Verdict, places: list[str]) -> Facts:
        if not case.incident.is_storm:
            found = {"verdict": verdict.model_dump(mode="json"), "finding": None, "model": False}
            return await self._investigator.word_mail(case, found, Stage.CORRECTED)
        return {
            "recipient": case.services.settings.noc_email,
            "subject": storm_subject(case.ticket_id, len(places)),
            "body": storm_html(verdict, places, ticket_id=case.ticket_id, provisional=False),
            "ticket_id": case.ticket_id,
        }

    async def solve(self, case: Case) -> None:
        """Recovered and quiet since: solve the ticket unless a person has it in hand, and tell who was told.

        Whatever failed again since this was due, and before this try, is over for nobody.
        """
        effect, is_back = f"{END}{case.tried_as}", case.incident.recovered_at is None
        # Decided by an earlier try: that the ticket is solved by now may be that try's own work.
        decided = case.find_kept(effect)
        if decided is None and is_back:
            await case.finish()
            return
        decided = decided or await self._decide_end(case)
        state, text = Closed(decided["state"]), decided["text"]
        if state in (Closed.TECHNICIAN, Closed.DELETED):
            await _close(case, state, told=[])
            return
        await case.keep(effect, decided)
        if state is Closed.LEFT:
            await case.add_followup(effect, f"{text.splitlines()[0]}\nTicket laissé au technicien qui s'en occupe.")
        else:
            solution = {"ticket_id": case.ticket_id, "solution": text, "notify": False}
            await case.tools.write("glpi_solve_ticket", solution, key=case.effect(effect))
        # Of a storm's incident, those who were told before it became one: to the others its storm speaks.
        told = [] if is_back else case.incident.row["told"]
        place = _place(case)
        for recipient in told:
            mail = {
                "recipient": recipient,
                "subject": over_subject(place, case.ticket_id),
                "body": over_html(case.incident, place, ticket_id=case.ticket_id, left=state is Closed.LEFT),
                "ticket_id": case.ticket_id,
            }
            await case.try_mail(f"over-{case.tried_as}-{recipient}", mail)
        await _close(case, state, told=told)

    async def _decide_end(self, case: Case) -> Facts:
        verdict = Verdict.model_validate(case.incident.row["verdict"]) if case.incident.row["verdict"] else None
        state = await _look_at_ticket(case)
        return {"state": state.value, "text": solution_text(case.incident, case.site, verdict)}


async def _look_at_ticket(case: Case) -> Closed:
    """What became of the ticket: SOLVED says that it may be."""
    ticket = (await case.tools.call("glpi_get_ticket_info", {"ticket_id": case.ticket_id})).data
    ended = closed_in_glpi(ticket)
    if ended:
        return ended
    ours = ticket.get("writer_id")
    if any(number != ours for number in ticket.get("technician_ids", [])):
        return Closed.LEFT
    return Closed.LEFT if await _has_foreign_text(case, ours) else Closed.SOLVED


def closed_in_glpi(ticket: Facts) -> Closed | None:
    """How a technician ended a ticket, if he did."""
    if ticket.get("deleted"):
        return Closed.DELETED
    return Closed.TECHNICIAN if ticket.get("status") in CLOSED else None


async def _has_foreign_text(case: Case, ours: int | None) -> bool:
    """Somebody but us wrote on the ticket; author 0 is GLPI itself."""
    start: int | None = 0
    while start is not None:
        arguments = {"ticket_id": case.ticket_id, "start": start, "limit": 100}
        page = (await case.tools.call("glpi_get_ticket_timeline", arguments)).data
        if any(entry["author_id"] not in (0, ours) for entry in page["entries"]):
            return True
        start = page.get("next_start")
    return False


async def _close(case: Case, why: Closed, *, told: list[str]) -> None:
    summary = {"ticket_id": case.ticket_id, "closed": why.value, "told": told}
    case.journal.note("closed", summary)
    await case.finish(run=RunEnd("done", summary), ends=why)


async def _judge_afterwards(case: Case) -> Verdict | None:
    """What a recovery shows: a micro-outage, or for a dead site that nobody could explain what restarted meanwhile."""
    incident = case.incident
    if incident.recovered_at is None or incident.is_storm:
        return None
    if incident.was_micro(case.pace):
        return micro_outage(incident.lasted)
    # X1 alone saw the whole site silent: after any other verdict an uptime says nothing of a line that nobody saw cut.
    if case.site is None or (incident.row["verdict"] or {}).get("rule") != Rule.X1:
        return None
    edges = frozenset(device.id for device in case.site.device if device.id and device.role is Role.EDGE)
    return judge_recovery(await read_uptimes(case.tools, case.site), incident.lasted, edges=edges)


def _contact_of(site: Site | None) -> str | None:
    """Whom to write to at an establishment: its contact, else its referent. Never its operator."""
    people = [*site.contacts, *site.referents] if site else []
    return people[0].email if people else None


def _place(case: Case) -> str:
    if case.incident.is_storm:
        return "incident majeur"
    return case.site.name if case.site else "site inconnu"
