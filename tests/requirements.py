"""What this project promises, one line each: a stable id, the promise, where it comes from.

A test names the promise it proves: `@pytest.mark.requirement("P-01")`. tests/test_requirements.py checks that every
promise has a test and that no test names a promise that is not here.
Sources: brief (the customer), sheet (contracts: measured facts), own (our choice, see docs/decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise."""

    id: str
    promise: str
    source: Literal["brief", "sheet", "own"]


REQUIREMENTS = (
    # the newcomer
    Requirement("N-01", "`widip demo --once` ends with 0 only when ticket and e-mail are in GLPI", "brief"),
    Requirement("N-02", "Ctrl-C leaves no process behind, and neither does kill -9 of the demo", "brief"),
    Requirement("N-03", "var/demo.json lets a script connect to every program", "brief"),
    Requirement("N-04", "a program that lacks a setting names it, and prints no other", "own"),
    # installation
    Requirement(
        "I-01", "every service runs without root, is watched, and is given every setting that its program needs", "own"
    ),
    Requirement("I-02", "each server answers at its historical SSE URL behind the gateway on port 5678", "brief"),
    Requirement("I-03", "the gateway says at once that a server is away, and the others go on", "own"),
    Requirement("I-04", "a silent stream stays open, and a client that leaves frees its place at once", "own"),
    Requirement("I-05", "no token of a header or a URL is in the gateway's log", "own"),
    # MCP servers
    Requirement(
        "M-01", "every server speaks SSE at /sse and at its historical prefix, and Streamable HTTP at /mcp", "brief"
    ),
    Requirement("M-02", "no call without a valid token, and only what the token allows", "own"),
    Requirement("M-03", "what is unforeseen reaches a client as a reference number only", "own"),
    Requirement("M-04", "unknown arguments are refused by name; the brief's `operation` is accepted", "brief"),
    Requirement(
        "M-05", "a write under one idempotency key happens once and a repeat is answered from the record", "own"
    ),
    Requirement("M-06", "a write whose owner died is looked up before it is repeated", "own"),
    Requirement("M-07", "a foreign Host gets 421", "sheet"),
    Requirement("M-08", "a tool list stays under 2,000 tokens", "own"),
    Requirement("M-09", "READ_ONLY and TOOLS filter at registration", "brief"),
    Requirement("M-10", "an oversized POST over SSE does not hang its caller past the deadline", "sheet"),
    # secrets
    Requirement("S-01", "a sealed reference opens once, for its caller, purpose and subject, and nobody else", "brief"),
    Requirement("S-02", "Redis holds a sealed value for ten minutes at most, unreadable and bound to its name", "own"),
    Requirement("S-03", "a repeated call finds the value that it sealed first", "own"),
    Requirement("S-04", "a secret in arguments or results is not recorded, not even as a plain digest", "brief"),
    Requirement("S-06", "a sealed link is opened in the one mail to its recipient, and left nowhere else", "brief"),
    Requirement("S-05", "a server whose writes need Redis refuses them without it", "brief"),
    # MCP client
    Requirement("C-01", "one server down does not stop the others and is named", "own"),
    Requirement("C-02", "a lost answer is asked again only when that is harmless", "own"),
    Requirement("C-03", "a client survives restarts of its servers", "own"),
    # GLPI
    Requirement("G-01", "a web page with status 200 is an outage, not a success", "sheet"),
    Requirement("G-02", "text reads back as it was written on GLPI 9.5, 10 and 11", "sheet"),
    Requirement("G-03", "after a lost answer the mark finds our own write, and never a stranger's", "sheet"),
    Requirement("G-04", "an e-mail leaves with string names and a send time, and its trace has no body", "sheet"),
    Requirement("G-05", "a category is found by path or by its only child; otherwise candidates are listed", "brief"),
    Requirement("G-06", "a write that GLPI does after we gave up is found, not repeated", "own"),
    # Observium
    Requirement("O-01", "a cache hit makes no upstream request, and fresh_after bypasses an older entry", "brief"),
    Requirement("O-02", "sw1 is never answered with sw10", "sheet"),
    Requirement("O-03", "no SNMP secret reaches cache, log or answer", "sheet"),
    Requirement("O-04", "ports of a down device are marked stale", "sheet"),
    Requirement("O-05", "an outage of Redis costs time only", "own"),
    # the model
    Requirement(
        "L-01", "every quirk of the model's tool calls ends in a call, a changed question or a clear error", "sheet"
    ),
    Requirement("L-02", "a call leaked into text is recovered for read tools only", "sheet"),
    Requirement("L-03", "identity and health patterns are masked before the model", "brief"),
    Requirement("L-04", "a waiting chat gets the lock before batch work", "brief"),
    Requirement("L-05", "a lock left by a dead owner is freed at the next start", "sheet"),
    # the engine
    Requirement("E-01", "a row and the workflow that it causes are stored in one commit", "own"),
    Requirement("E-02", "after kill -9 a workflow runs again, and writes what is missing", "own"),
    Requirement("E-03", "the private parts of DBOS that we use are as we know them", "own"),
    # Proactif
    Requirement("P-01", "a port-down webhook becomes one ticket, one diagnosis and one e-mail", "brief"),
    Requirement("P-02", "the same delivery twice opens one ticket", "sheet"),
    Requirement("P-03", "kill -9 in the middle of any effect: it happens once", "own"),
    Requirement("P-04", "without Ollama or Redis rules and templates finish", "brief"),
    Requirement("P-05", "the lock is released whatever happens", "brief"),
    Requirement("P-06", "the operator is accused by evidence only (rules F1 and F2)", "sheet"),
    Requirement("P-07", "a hostile model can do nothing but read its own site", "own"),
    Requirement("P-08", "strangers' text reaches people without markup and links", "own"),
    Requirement("P-09", "nothing secret is in the journal", "own"),
    Requirement("P-10", "alerts of one site within minutes are one incident: one ticket, one mail", "sheet"),
    Requirement("P-11", "a recovery is noted, solves the ticket after a hold, and is told to who was told", "brief"),
    Requirement("P-12", "a ticket that a person has in hand is left to him", "own"),
    Requirement("P-13", "a recovery without an incident is recorded and does nothing", "sheet"),
    Requirement("P-14", "the establishment is written to once, after the settle window, at 0.6 or more", "sheet"),
    Requirement("P-15", "what is over within the hold-down is nobody's outage", "sheet"),
    Requirement("P-16", "more than 20 incidents in 5 minutes are one parent ticket and one mail", "own"),
    Requirement("P-17", "without the lock in time the rules finish, and the ticket says that no model was used", "own"),
    Requirement("P-18", "a lost webhook is made up for within a minute, under the same key", "sheet"),
    Requirement("P-19", "a ticket that a technician ends takes its incident with it", "own"),
    Requirement("P-20", "what cannot be told apart accuses nobody", "own"),
    Requirement("P-21", "a delivery that cannot be read is looked for in Observium's list at once", "own"),
    # Assist: reading tickets
    Requirement("R-01", "one's own password or account is read as the author's, however it is typed", "brief"),
    Requirement("R-02", "a colleague is the person where the grammar gives the account to the name", "own"),
    Requirement("R-03", "an account that is not surely somebody's is nobody's, and the person is asked for", "own"),
    Requirement("R-04", "several requests in one ticket are several", "brief"),
    Requirement("R-05", "quoted mails, signatures, disclaimers and hidden markup ask nothing and name nobody", "own"),
    Requirement("R-06", "how-to questions, denials and past facts ask no act", "own"),
    Requirement("R-07", "passwords of other systems are questions", "own"),
    Requirement("R-08", "orders to software, administrators' and machines' accounts are left to people", "own"),
    Requirement("R-09", "a name with letters in disguise is nobody; invisible characters hide nothing", "own"),
    Requirement("R-10", "French days are read relative to the day of the ticket", "brief"),
    Requirement("R-11", "an arrival gives job, service, days and whose rights to copy; a move its place", "brief"),
    Requirement("R-12", "any text is read without error, 100 kB at most, in linear time", "own"),
    Requirement("R-13", "quotes and names are the author's own words", "own"),
    Requirement("R-14", "at least 85 % of realistic tickets get their plans, and none a wrong person", "own"),
    Requirement("R-15", "what is not about IT is not ours", "own"),
)
