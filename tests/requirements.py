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
    Requirement("N-05", "the demo resets a password; the link in its mail opens, and the password signs in", "brief"),
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
    Requirement(
        "M-11", "the official Inspector lists and calls every server's tools over SSE and Streamable HTTP", "own"
    ),
    Requirement("M-12", "the Inspector shows an error as an error, and is refused with a wrong token", "own"),
    Requirement("M-13", "no tool's schema gives the Inspector's strict check anything to say", "own"),
    Requirement("M-14", "the official conformance suite fails only where it asks for what we do not offer", "own"),
    Requirement("M-15", "blanks around a header's value are no part of it", "sheet"),
    # secrets
    Requirement("S-01", "a sealed reference opens once, for its caller, purpose and subject, and nobody else", "brief"),
    Requirement("S-02", "Redis holds a sealed value for ten minutes at most, unreadable and bound to its name", "own"),
    Requirement("S-03", "a repeated call finds the value that it sealed first", "own"),
    Requirement("S-04", "a secret in arguments or results is not recorded, not even as a plain digest", "brief"),
    Requirement("S-06", "a sealed link is opened in the one mail to its recipient, and left nowhere else", "brief"),
    Requirement("S-08", "no client can have a link told to somebody else by the mail that it is in", "own"),
    Requirement("S-07", "a reset leaves password and link in no log, store, prompt or traffic of a client", "brief"),
    Requirement("S-05", "a server whose writes need Redis refuses them without it", "brief"),
    # Active Directory
    Requirement("A-01", "accounts are found by login, e-mail or part of the name; capped, and it says so", "brief"),
    Requirement("A-02", "no text of a caller changes an LDAP filter or a name", "brief"),
    Requirement("A-03", "locked out, disabled, expired and must change password are told apart", "brief"),
    Requirement("A-04", "an objectGUID finds its account whatever it is called and wherever it is", "brief"),
    Requirement("A-05", "a caller sees and touches nothing outside the OUs of its token; none means nothing", "own"),
    Requirement("A-06", "the OUs that a caller may use are listed", "brief"),
    Requirement(
        "A-07", "create_user makes one account with a strong sealed password, to be changed at the first logon", "brief"
    ),
    Requirement(
        "A-08",
        "a repeated create_user completes what its key began, and never takes over somebody else's account",
        "brief",
    ),
    Requirement(
        "A-09",
        "reset_password sets a sealed password, asks for another at the next logon and unlocks, all or nothing",
        "brief",
    ),
    Requirement(
        "A-10", "a repeated reset sets the same password, and never undoes what its owner has chosen since", "brief"
    ),
    Requirement("A-11", "a password of the caller's needs a scope, and one in clear another", "brief"),
    Requirement(
        "A-12", "unlock, disable, enable and move compare the state: what is so already is said, not an error", "brief"
    ),
    Requirement("A-13", "disable and enable change one bit, and never what somebody else changed meanwhile", "sheet"),
    Requirement("A-14", "a move stays within the caller's OUs", "brief"),
    Requirement(
        "A-15", "groups are copied one by one with an outcome each; never a privileged or a foreign one", "brief"
    ),
    Requirement("A-16", "protected accounts are refused whatever the delegation allows", "brief"),
    Requirement(
        "A-17", "a write goes to the account that was checked, though it is renamed or promoted meanwhile", "own"
    ),
    Requirement("A-18", "a write without an answer is outcome_unknown, looked at, and never repeated blindly", "sheet"),
    Requirement("A-19", "what was surely not done is tried again: DC down, restarted, frozen, busy", "sheet"),
    Requirement("A-20", "a refused sign-in is not repeated: the service account never locks itself out", "sheet"),
    Requirement("A-21", "what Active Directory refuses is decided on codes, and its prose is shown to nobody", "sheet"),
    Requirement("A-22", "only LDAPS, and only with a certificate that AD_CA_FILE vouches for", "sheet"),
    Requirement("A-23", "writes to one account are capped per hour, whoever makes them", "own"),
    Requirement(
        "A-24", "every action leaves one line: who, what, on whom, with what outcome, and no secret anywhere", "brief"
    ),
    Requirement("A-25", "without Redis the AD server writes nothing", "own"),
    Requirement("A-26", "/readyz says what a person must mend", "own"),
    Requirement("A-27", "a person's name with accents, apostrophes and hyphens is a name", "brief"),
    Requirement(
        "A-28",
        "a random password has all kinds of characters, fits the domain's policy and holds no part of a name",
        "brief",
    ),
    Requirement(
        "A-29", "distinguished names are compared by their parts, without case, however they are written", "sheet"
    ),
    Requirement("A-30", "what is checked before a write is checked again before each further try of it", "own"),
    Requirement(
        "A-31", "a repeated reset in doubt sets nothing, hands out nothing, and locks nobody out by looking", "own"
    ),
    Requirement("A-32", "what an account was like before a reset is kept longer than the reset may be repeated", "own"),
    Requirement(
        "A-33", "a repeated create_user hands out a password that works or none, and undoes nobody's work", "own"
    ),
    Requirement("A-34", "names that only look alike are two, and one that is listed twice is one", "own"),
    Requirement("A-35", "callers that leave do not add up: eight threads and connections, and a bounded wait", "own"),
    Requirement("A-36", "a group whose privilege cannot be determined counts as privileged", "own"),
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
    Requirement("G-20", "a delivery of GLPI 11, of a private text too, leads to its ticket", "sheet"),
    Requirement("G-21", "a plugin's delivery with a plain token and encoded text leads to its ticket", "sheet"),
    Requirement("G-22", "only GLPI's deliveries are accepted, hours late too; a repeat is known by its key", "sheet"),
    Requirement("G-23", "GLPI's challenge is answered, and nothing else is signed for who asks", "sheet"),
    Requirement("G-24", "no change is lost or told twice, whatever changes while it is read", "sheet"),
    Requirement("G-25", "a clock that differs, a late write or a date from the future hides no change", "sheet"),
    Requirement("G-26", "of a delivery's body only a ticket's number is used, whatever its shape", "own"),
    Requirement("G-27", "what we did ourselves is no news, what anybody else did is, by GLPI's history", "sheet"),
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
    # its database
    Requirement("P-30", "models and migrations agree, on SQLite and on PostgreSQL", "own"),
    Requirement("P-31", "an older database is brought up to date at start, by one program at a time", "own"),
    Requirement("P-32", "a database of a newer program, or of a trial version, is refused with what to do", "own"),
    Requirement("P-33", "two orchestrators on one PostgreSQL: one incident, one ticket, one mail", "own"),
    Requirement("P-34", "PostgreSQL may collide, restart and cut connections: no write is lost or done twice", "own"),
    Requirement("P-35", "what is over long ago is removed, a few rows at a time; what is open or new never", "own"),
    Requirement("P-36", "no delivery is forgotten while its repeat may come", "own"),
    Requirement("P-37", "instants, large numbers and strange text come back the same from both databases", "own"),
    # Proactif when things fail
    Requirement("P-40", "kill -9 in any work of an incident: each effect once, everybody told, back in 10 s", "own"),
    Requirement("P-41", "SIGTERM lets finish what runs, ends with 0, and loses nothing", "own"),
    Requirement("P-42", "a Redis that dies in the middle of a run costs and doubles no ticket and no mail", "own"),
    Requirement("P-43", "GLPI may go away in any work: what is missing is done once when it is back", "brief"),
    Requirement("P-44", "a refused token is told as work for a person, once, and what waited is finished", "own"),
    Requirement("P-45", "a lost answer doubles no ticket, no followup, no mail and no solution", "own"),
    Requirement("P-46", "whatever a model replies, the ticket and the mail come and nothing else is done", "own"),
    Requirement("P-47", "an investigation takes 12 model calls at most", "brief"),
    Requirement("P-48", "strangers' text is one line, capped and escaped wherever a person reads it", "own"),
    Requirement(
        "P-49", "every delivery that Observium can make is taken, or refused with its reason and kept", "sheet"
    ),
    Requirement("P-50", "a device without a site has a ticket, and is nobody's whatever its name resembles", "sheet"),
    Requirement("P-51", "the device and the port that an alert names are judged, not their namesakes", "sheet"),
    Requirement("P-52", "with Observium down the verdict is unknown, and ticket and mail say why", "sheet"),
    Requirement("P-77", "while GLPI is known to be down, incidents wait without asking it", "brief"),
    Requirement("P-54", "what fails again while its end is being told is not over: its ticket is open again", "own"),
    Requirement("P-53", "over before GLPI was back: one ticket, said as over", "own"),
    Requirement("P-60", "what comes back after its storm is over stands alone; before, it holds the storm", "own"),
    Requirement("P-61", "what a technician closes does not hold its storm, and still learns of its recovery", "own"),
    Requirement("P-62", "a second wave is a storm of its own, whatever older storm is still open", "own"),
    Requirement("P-63", "a storm is the operator's only while its sites are seen to be cut off", "sheet"),
    Requirement("P-65", "what did not restart accuses the operator only after the whole site was dead", "sheet"),
    Requirement("P-66", "an outage lasts from its first failure on, however often it came back meanwhile", "own"),
    Requirement("P-67", "the establishment is not written to before the hold-down is over", "sheet"),
    Requirement("P-69", "over before the team was told: one mail, which says so", "own"),
    Requirement("P-68", "planned work and silent supervision of one device hide no outage of another", "own"),
    Requirement("P-70", "an alert is over when Observium says twice that it is OK, or has it no more", "sheet"),
    Requirement("P-72", "the hourly mail counts once it has left, and what is wrong is said by every replica", "own"),
    Requirement("P-71", "only a ticket that GLPI does not know closes an incident: no missing tool does", "own"),
    Requirement("P-73", "one ticket that cannot be read, or one list, keeps nothing else from being compared", "own"),
    Requirement("P-74", "a refused recipient stops nothing else; what waits for a person can be tried again", "own"),
    Requirement("P-75", "the model's words name no domain but the site's own devices", "own"),
    Requirement("P-76", "a delivery's token counts in the header or in the URL, whatever stands in the other", "own"),
    Requirement("P-64", "who was told of an outage before a storm took it over is told of its end, once", "own"),
    # Active Directory, simulated and real
    Requirement("A-40", "a bind is refused with its cause, in clear it is refused always", "sheet"),
    Requirement("A-41", "wrong passwords lock an account until it is unlocked or its time is over", "sheet"),
    Requirement("A-42", "a password that breaks the policy is refused with all else that was asked", "sheet"),
    Requirement("A-43", "a reset does not unlock; reset, unlock and must-change are one request", "sheet"),
    Requirement("A-44", "userAccountControl changes by compare-and-set", "sheet"),
    Requirement("A-45", "filters find what Active Directory's find, nested groups and bits included", "sheet"),
    Requirement("A-46", "pages, limits, references and missing bases are answered as measured", "sheet"),
    Requirement("A-47", "members come and go one request each, with their own result codes", "sheet"),
    Requirement("A-48", "a moved or renamed account keeps its GUID and its groups", "sheet"),
    Requirement("A-49", "the delegated account does what its rights say, and nothing else", "sheet"),
    Requirement("A-50", "what AdminSDHolder protects is out of the delegated account's reach", "sheet"),
    Requirement("A-51", "an account comes to be whole, under names that nobody else has, or not at all", "sheet"),
    Requirement("A-52", "constructed attributes are computed when asked for, and written by nobody", "sheet"),
    Requirement("A-53", "what is unknown, missing or against the rules is refused with its code", "sheet"),
    Requirement("A-54", "every difference between the simulated directory and Samba is known", "own"),
    Requirement("A-55", "the simulated directory freezes, goes down, lies and forgets to answer on demand", "own"),
    Requirement("A-56", "the simulated directory is driven over HTTP, and no password is read there", "own"),
    Requirement("A-57", "the simulated directory and the Samba of the tests hold the same people", "own"),
    Requirement("A-58", "who trusts the run's authority reaches the directory by its names only", "sheet"),
    Requirement("A-59", "bytes that are no LDAP end their own connection and nothing else", "own"),
    # MySecret
    Requirement("K-01", "the simulated MySecret answers as Password Pusher 1.40, 1.68 and 2.11 do", "sheet"),
    Requirement("K-02", "the link of a mail opens in a browser: a button, the secret, and then no more", "own"),
    Requirement("K-03", "a caller with `reveal` gets the link of the page with the button, as in the brief", "brief"),
    Requirement("K-04", "every other caller gets the link sealed for a recipient that it may write to", "own"),
    Requirement("K-05", "a sealed password is opened for its caller and account only, else nothing is made", "brief"),
    Requirement("K-06", "a repeat makes no second secret and shows no link in clear", "own"),
    Requirement("K-07", "no log line, error or record leads to a secret; each action is one line of audit", "own"),
    Requirement("K-08", "links begin with the public address; without an account no credentials are sent", "sheet"),
    Requirement("K-09", "after a lost answer or a crash the same key goes on, and no other", "own"),
    Requirement("K-10", "a secret that is looser than asked is ended, or said loudly to live on", "sheet"),
    Requirement("K-11", "a throttled call waits as told, when that is short", "sheet"),
    Requirement("K-12", "redirects, web pages and refused credentials are told apart, with what to check", "sheet"),
    Requirement("K-13", "each version is asked in its own way, and a change of version is noticed", "sheet"),
    Requirement("K-14", "without Redis no secret is made, and one that cannot be remembered is ended", "own"),
    Requirement("K-15", "whether a secret was opened is told without a view, or said to be unknown", "sheet"),
    Requirement("K-16", "an ended secret shows nothing, and ending it again is no error", "own"),
    Requirement("K-17", "a secret is told of and ended for its own caller and account only", "own"),
    Requirement("K-18", "a password goes from its seal to its reader's browser past every client", "brief"),
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
