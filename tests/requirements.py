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
    # confirmations and approvals
    Requirement("C-11", "reading a confirmation page changes nothing; its form's answer moves the request on", "brief"),
    Requirement(
        "C-12", "a link that is used, old, forged or about what has changed answers nothing, and is told alike", "brief"
    ),
    Requirement("C-13", "no row, journal or log leads to a confirmation link", "own"),
    Requirement("C-14", "public pages are plain text of ours: nothing foreign, no script, no copy, no referrer", "own"),
    Requirement("C-15", "the public port shows confirmation pages and nothing else, so often per address", "own"),
    Requirement("C-16", "an operator reads who asks what on whom; his decision is kept and moves it on", "brief"),
    Requirement(
        "C-17", "author, requester, editor, target, confirmer and recipient decide on nothing of theirs", "brief"
    ),
    Requirement("C-18", "an approval is decided once, in its time, for exactly one action", "brief"),
    Requirement("C-19", "only a named approver decides; without operators nobody, and the reason is told", "brief"),
    Requirement("C-20", "a fault of the operators file is told with its line; tokens are kept as hashes only", "own"),
    Requirement(
        "C-21", "the strictest of switches and sites.toml wins; where nothing is said a plan is suggested", "brief"
    ),
    Requirement("C-22", "a switch is changed by an administrator, with name and reason in the journal", "brief"),
    Requirement("C-23", "caps per account, site, hour and day hold among replicas; a request counts once", "brief"),
    # GLPI
    Requirement("G-01", "a web page with status 200 is an outage, not a success", "sheet"),
    Requirement("G-02", "text reads back as it was written on GLPI 9.5, 10 and 11", "sheet"),
    Requirement("G-03", "after a lost answer the mark finds our own write, and never a stranger's", "sheet"),
    Requirement("G-04", "an e-mail leaves with string names and a send time, and its trace has no body", "sheet"),
    Requirement("G-05", "a category is found by path or by its only child; otherwise candidates are listed", "brief"),
    Requirement("G-07", "a file comes whole to its ticket, once; what is too large or no file does not", "brief"),
    Requirement("G-06", "a write that GLPI does after we gave up is found, not repeated", "own"),
    Requirement("G-20", "a delivery of GLPI 11, of a private text too, leads to its ticket", "sheet"),
    Requirement("G-21", "a plugin's delivery with a plain token and encoded text leads to its ticket", "sheet"),
    Requirement("G-22", "only GLPI's deliveries are accepted, hours late too; a repeat is known by its key", "sheet"),
    Requirement("G-23", "GLPI's challenge is answered, and nothing else is signed for who asks", "sheet"),
    Requirement("G-24", "no change is lost or told twice, whatever changes while it is read", "sheet"),
    Requirement("G-25", "a clock that differs, a late write or a date from the future hides no change", "sheet"),
    Requirement("G-26", "of a delivery's body only a ticket's number is used, whatever its shape", "own"),
    Requirement("G-27", "what we did ourselves is no news, what anybody else did is, by GLPI's history", "sheet"),
    Requirement("G-30", "a GLPI account is bound to a directory account by GLPI's LDAP link alone", "sheet"),
    Requirement("G-31", "the history names who wrote, whatever writer, source, requester or From claim", "sheet"),
    Requirement("G-32", "who changed a title, a description or a text, and when, is told", "sheet"),
    Requirement("G-33", "the public part of a timeline holds nothing private, in its history neither", "sheet"),
    Requirement("G-34", "the simulated GLPI and directory know the same people by the same GUIDs", "own"),
    Requirement("G-35", "what a ticket or followup says of how it came in is told, and is a claim", "sheet"),
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
    # Assist when things fail
    Requirement("E-10", "kill -9 in every step of a reset: one mail with the one working password", "own"),
    Requirement(
        "E-11", "kill -9 in a creation, a confirmation, an approval: each effect and each question once", "own"
    ),
    Requirement(
        "E-12", "a system that fails in any step is waited for; nothing is done twice, no answer missed", "own"
    ),
    Requirement("E-13", "what waits for GLPI goes on at once when it is back", "own"),
    Requirement("E-14", "a hand-over says exactly what was done and what may have been; nothing follows it", "own"),
    Requirement("E-15", "a password whose link waited too long is replaced, and its link shows nothing", "own"),
    Requirement("E-16", "what is no longer allowed between two writes is not done; the ticket says what was", "own"),
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
    Requirement("A-70", "reads tell whom every write would refuse as protected", "own"),
    Requirement("A-71", "of a colleague's groups none but those that a person approved are copied", "own"),
    Requirement("A-72", "what a copy of groups would do is told before, and changes nothing", "own"),
    Requirement("A-74", "a write that names its account by objectGUID, too, changes no other of that login", "own"),
    Requirement("A-73", "that anything else of the domain has an address is told, and not who", "own"),
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
    # the desk
    Requirement("D-01", "a code sent to the directory's address signs a person in, once, also with GLPI down", "brief"),
    Requirement("D-02", "a code is good for ten minutes and five tries, a sign-in for its hours", "brief"),
    Requirement("D-03", "who asks for a code does not learn who exists, and asks a few times an hour", "own"),
    Requirement("D-04", "a sign-in is signed, ends when it is ended, and its cookie serves our pages only", "own"),
    Requirement("D-05", "a header names a person only with the proxy's secret and from its address", "brief"),
    Requirement("D-06", "no code and no token is kept in clear, in the database or the log", "own"),
    Requirement("D-07", "whatever a client sends, it gets an answer and never a failure of ours", "brief"),
    Requirement("D-08", "the desk's tables are made by migrations, with the indexes of a million tickets", "brief"),
    Requirement("D-09", "what is old goes; what is kept of a person is told, and forgotten, when asked", "brief"),
    Requirement(
        "D-50", "a photo becomes an upright JPEG of 2 MB at most, without anything else that was in it", "brief"
    ),
    Requirement("D-51", "what is no photo, too large or too many pixels is refused, by its content", "brief"),
    Requirement("D-52", "a photo reaches the GLPI ticket of its own person once, and is then not kept", "brief"),
    Requirement("D-53", "OpenID Connect signs in the living account of the vouched objectGUID or address", "brief"),
    Requirement("D-54", "a provider's answer counts if it is its own, for us, now, and for this browser's try", "own"),
    Requirement(
        "D-55", "the journal's lines on a person are told and erased for an administrator, nobody else", "brief"
    ),
    Requirement("D-10", "a problem becomes a ticket here and in GLPI by a yes, a correction, or answers", "brief"),
    Requirement("D-11", "two clicks at once make one ticket", "brief"),
    Requirement("D-12", "a session lives half an hour, is used once, survives a restart; four clear errors", "brief"),
    Requirement("D-13", "nobody reports in another's name, nor without measure", "brief"),
    Requirement("D-14", "confidence, symptoms, validation and tries go to GLPI as one private followup", "brief"),
    Requirement("D-15", "the orchestrator, and nobody else, learns who was signed in for which text", "brief"),
    Requirement("D-16", "GLPI's account is the requester only where GLPI links it to the directory's", "sheet"),
    Requirement("D-17", "anonymous reports are taken by setting only, and prove nobody", "brief"),
    Requirement("D-20", "with GLPI down a problem is registered, and reaches GLPI once when it is back", "brief"),
    Requirement(
        "D-21", "after an outage: four at a time, each requester's in order, new ones not kept waiting", "brief"
    ),
    Requirement("D-22", "numbers have no gap in a year, whoever fails and however many write", "brief"),
    Requirement("D-23", "what GLPI refuses is said, and costs neither a ticket nor the others their turn", "own"),
    Requirement("D-24", "killed between any two writes, a click is one ticket and one note on both sides", "brief"),
    Requirement("D-30", "a webhook brings what technicians did within seconds, and nothing private", "brief"),
    Requirement("D-31", "a poll heals lost webhooks; each of GLPI's states has our word", "brief"),
    Requirement("D-32", "our changes reach GLPI and are no news when they come back", "brief"),
    Requirement("D-33", "conflicts are decided per field by rule, and history says so", "brief"),
    Requirement("D-34", "deleted tickets are noticed", "brief"),
    Requirement("D-35", "one sees one's own tickets, a referent those of the establishment", "brief"),
    Requirement("D-36", "a followup reaches GLPI with its author, and the status that GLPI would have given", "brief"),
    Requirement("D-37", "the Sync button tells the truth; lists are there with GLPI down", "brief"),
    Requirement("D-38", "feedback is about one's own conversation", "own"),
    Requirement("D-39", "news come over the WebSocket within seconds, and none is lost over a cut", "brief"),
    # desk: reading what an employee writes
    Requirement("D-40", "rules find the category of at least 75 % of labelled messages, seen and unseen", "brief"),
    Requirement("D-41", "no message is validated into a wrong category, whatever GLPI's list holds", "brief"),
    Requirement("D-42", "any text of any length is analysed without error, its first 20,000 characters", "brief"),
    Requirement("D-43", "text that gives orders to a program chooses neither category, urgency nor action", "brief"),
    Requirement("D-44", "several problems in one message are said to be several, and a person confirms", "brief"),
    Requirement("D-45", "what is unclear is asked in at most two precise French questions", "brief"),
    Requirement("D-46", "care in danger and a stopped site have priority 5; a capital letter has not", "own"),
    Requirement("D-47", "GLPI's own categories are understood by their words, whatever they are called", "brief"),
    Requirement("D-48", "site, equipment and symptoms are told when said, and what is missing is named", "brief"),
    Requirement("D-49", "a directory account is told from the password of another system", "own"),
    # desk: beside the orchestrator and the model
    Requirement("D-60", "what a signed-in person asks at the desk is done without asking them again by mail", "brief"),
    Requirement("D-61", "a model's second look comes over the WebSocket, behind the rules' answer", "brief"),
    Requirement("D-62", "the model reads the masked text, and its author is shown what it read", "brief"),
    Requirement("D-63", "the model chooses among GLPI's categories, and never makes a summary auto_validate", "brief"),
    Requirement("D-64", "without the model, or late, the rules' summary stays and the person is told", "brief"),
    Requirement("D-65", "a chat goes first in the line for the model, and its answer is short", "brief"),
    Requirement("D-66", "the demo has a conversation at the desk, from the sign-in to a technician's word", "brief"),
    # The desk: at scale, and over time
    Requirement("D-70", "every night what only one side has is named: our tickets, and those of our account", "brief"),
    Requirement("D-71", "a closed ticket that GLPI merges away or purges is noticed at night", "brief"),
    Requirement("D-72", "five hundred tickets of an outage are told in turn, a new one is told before them", "brief"),
    Requirement("D-73", "no request made from the OpenAPI document, good or bad, makes the desk fail", "brief"),
    Requirement(
        "D-74", "categories and people are kept for when GLPI or the directory is away, with their age", "brief"
    ),
    Requirement("D-75", "the desk's own queries on a million tickets are answered along an index", "brief"),
    Requirement("D-120", "what the desk does by itself on a million tickets walks over none of its tables", "brief"),
    Requirement("D-121", "numbers of removed rows are not given again: nothing new is taken for what was", "own"),
    Requirement("D-122", "a look at GLPI that began before our change reached it does not undo that change", "brief"),
    Requirement("D-123", "a webhook's ticket is looked at at once, however many others are due", "brief"),
    Requirement(
        "D-80", "with LLM_BACKEND=openai any compatible endpoint does what Ollama does, fails as it does", "brief"
    ),
    Requirement("D-81", "a model off the site is asked only where that is allowed, which is told at start", "brief"),
    Requirement(
        "D-82", "requests, confirmations, approvals and deliveries of a person are told and forgotten", "brief"
    ),
    Requirement("D-83", "who has a ticket that was merged into another sees into which", "brief"),
    Requirement("D-84", "a text too long to be read whole is known as the one its signed-in author wrote", "own"),
    Requirement("D-85", "who comes back from the provider and is not signed in sees a page that says why", "brief"),
    Requirement("D-86", "the desk has a GLPI account, tokens and a database of its own", "brief"),
    Requirement("D-87", "the desk says which of database, Redis and GLPI is away, and when it is back", "brief"),
    Requirement("D-88", "people behind one proxy are counted apart, and only a known proxy names them", "own"),
    Requirement("D-124", "a change whose webhook is lost is told after the next poll, a minute by default", "brief"),
    Requirement("D-125", "whose sign-in has ended is asked who he is, also where anybody may report", "own"),
    Requirement("D-126", "who was forgotten stays so: no look at GLPI brings words back", "own"),
    Requirement("D-127", "an answer that comes while the ticket is agreed to is not lost", "own"),
    Requirement("D-128", "a WebSocket ends with the sign-in, however much there is to tell", "own"),
    Requirement("D-89", "a sign-in ends when the directory has no living account for it any more", "own"),
    # Assist: what a model adds
    Requirement("N-10", "what rules cannot tell a model may, in the author's own words; else the rules stay", "brief"),
    Requirement("N-11", "without the model a ticket is acknowledged, in time, and the journal says why", "brief"),
    Requirement("N-12", "a model's category, urgency, paragraph and one question come to the ticket", "brief"),
    Requirement("N-13", "names that rules read in a ticket do not go to the model that is to say what it asks", "own"),
    # A hostile model and hostile texts
    Requirement("H-01", "no tool that writes is ever called by a model, whatever it was granted", "brief"),
    Requirement("H-02", "a model reads its own ticket and its own site only, with arguments that are bound", "brief"),
    Requirement("H-03", "no private text of a ticket reaches a model", "brief"),
    Requirement("H-04", "no call of a model or for a model after its budget of calls or of time", "brief"),
    Requirement("H-05", "a model's words to people are capped: no link, number to call, other's name, secret", "brief"),
    Requirement("H-06", "a model gives a category of the list and a step of urgency, where nobody has chosen", "brief"),
    Requirement("H-07", "no text ends the fence in which a model is shown it", "own"),
    Requirement("H-08", "a model is asked nothing, and changes nothing, where the rules have decided", "own"),
    Requirement("H-09", "no plan of a model for a person whom the author's own text does not name", "brief"),
    Requirement("H-10", "no account work without a proven author who alone had a hand in the text", "brief"),
    Requirement("H-11", "a plan that a model named is confirmed by its author, even when he is signed in", "own"),
    # the same, in the whole running system
    Requirement(
        "H-20", "whatever is written and whatever a model says, what nobody confirmed changes no account", "brief"
    ),
    Requirement(
        "H-21", "who confirms changes his own account only, and only as the mail says that he confirmed", "brief"
    ),
    Requirement("H-22", "a mail goes only to the directory's address of a proven author of the ticket", "brief"),
    Requirement("H-23", "a model is shown nothing private, of another ticket or site, or of the directory", "brief"),
    Requirement(
        "H-24", "what everybody reads of us has no link, address, secret or person that the ticket lacks", "brief"
    ),
    Requirement(
        "H-25", "in GLPI followups, solution, category, urgency and status of this ticket are written only", "brief"
    ),
    Requirement(
        "H-26", "no attack decides an approval, and none waits for a stranger's or a protected account", "brief"
    ),
    Requirement("H-27", "no text of a stranger makes a run of ours fail", "own"),
    # Assist: who wrote a text
    Requirement("I5-01", "an author is proven by GLPI's history and his account's LDAP link, by nothing else", "sheet"),
    Requirement("I5-02", "mails, forged writers, edits and texts of several people prove nobody", "sheet"),
    Requirement("I5-03", "an account that is local, disabled or gone proves nobody", "sheet"),
    Requirement("I5-04", "the desk vouches for exactly the texts that one signed-in person wrote", "brief"),
    Requirement("I5-05", "the description and public followups ask, each as it was when it was read", "brief"),
    Requirement("I5-40", "what came by mail, or may have, proves nobody, whoever the history names", "own"),
    # Assist: what may be done
    Requirement("Y-01", "each situation is decided by the first row of the table that fits it", "brief"),
    Requirement("Y-02", "every situation has a verdict and a code; what no row allows is refused", "brief"),
    Requirement("Y-03", "without a proven author nothing is done, asked, confirmed or approved", "brief"),
    Requirement("Y-04", "nothing is done unconfirmed unless its author was signed in at the desk", "brief"),
    Requirement(
        "Y-05", "a colleague's account is changed for a referent of his site, approved, or not at all", "brief"
    ),
    Requirement("Y-06", "a protected account is refused, whoever said yes", "brief"),
    Requirement("Y-07", "a plan that is off or suggests does nothing and writes to nobody but technicians", "brief"),
    Requirement("Y-08", "a no, a used-up cap, a changed fact or a doubtful address is never overruled", "brief"),
    Requirement("Y-09", "an unknown site, or a new account that no referent asks for, needs an approval", "brief"),
    Requirement("Y-10", "what is missing is asked once, and nothing is done without it", "brief"),
    Requirement("Y-11", "each plan is done for its kind of account only: one's own, a colleague's, a new one", "brief"),
    Requirement("Y-12", "who is no referent learns nothing of other people's accounts", "own"),
    # A hostile model
    Requirement("Y-20", "an account is of the one site whose OUs hold it, compared part by part", "own"),
    Requirement("Y-21", "a referent is who alone has the address of one in the directory", "brief"),
    Requirement("Y-22", "an author who gives another name than his account's is noticed", "own"),
    Requirement("Y-23", "a colleague is the one account of the site whose name or login fits", "brief"),
    Requirement(
        "Y-24", "a new account's login and place follow the site's rules, and look like nobody's title", "brief"
    ),
    Requirement("Y-25", "who is written to alone has that address in the directory; owners are told", "brief"),
    Requirement("Y-26", "an account moves to a unit of its own site that is named, or not at all", "own"),
    Requirement("Y-27", "every code has a sentence that betrays nobody and a detail for technicians", "brief"),
    Requirement(
        "Y-30", "sites.toml says how accounts are named, placed and told of; faults come with their line", "own"
    ),
    # Assist: what triggers it
    Requirement("W-01", "each plan has its effect in the directory, the mailbox and the ticket", "brief"),
    Requirement("W-02", "a plan that only suggests tells the technician and nobody else", "brief"),
    Requirement("W-03", "nobody but a referent has anything done to somebody else's account", "brief"),
    Requirement("W-04", "an account that no site claims is changed by an approval only", "brief"),
    Requirement("W-10", "sixty tickets end in their effects and no other; no secret is told but in its mail", "brief"),
    Requirement("W-11", "of several requests each is a plan; the ticket is solved when all are done", "brief"),
    Requirement("W-12", "account work asks no model, and waits neither for one nor behind what does", "brief"),
    Requirement("W-13", "the journal says the seconds from settled to done", "brief"),
    Requirement("W-15", "what is asked for a later day is done on that day, and not before", "brief"),
    Requirement("W-14", "a day begins in France; who has left is not asked for when", "own"),
    Requirement("T-01", "a ticket that GLPI tells of becomes its requests, each of which is worked on", "brief"),
    Requirement("R-20", "sixty tickets say what must come of each, on people of the demo's world", "brief"),
    Requirement("R-21", "of several who may be meant it is nobody; what is excepted or denied is not acted on", "own"),
    Requirement("R-22", "a request for another system, for a resident or sent earlier is left to people", "own"),
    Requirement("R-23", "a list, a form and a headline name whom they are about", "own"),
    Requirement("T-02", "a text is read once for its author, and again only when it was changed", "own"),
    Requirement("T-03", "a description that asks nothing is a question, a followup that asks nothing is none", "own"),
    Requirement("T-04", "its author's answer goes on from the request that we asked about, and from no other", "brief"),
    Requirement("T-05", "no reminder and no correction is a second request", "own"),
    Requirement("T-06", "our own, technicians', private and too many texts are no requests, now or later", "own"),
    Requirement("T-07", "a password that somebody types into his ticket is not kept", "own"),
    Requirement("T-08", "only who knows GLPI's secret or the plugin's token may deliver", "brief"),
    Requirement("T-09", "GLPI's challenge is answered, and nothing else is signed", "brief"),
    Requirement("T-10", "a replayed delivery is answered and starts nothing", "brief"),
    Requirement("T-11", "what is about no ticket is ignored; what cannot be read is kept and made up for", "own"),
    Requirement("T-12", "a plugin of GLPI 10 delivers with a plain token", "brief"),
    Requirement("T-13", "our own account's writes never trigger us; the desk's do", "brief"),
    Requirement("T-14", "one look at a time per ticket; the same change twice is one run", "brief"),
    Requirement("T-15", "what was written before Assist began, or is seen a week late, is left to people", "own"),
    Requirement("T-16", "open requests see the end of their ticket and the change of their text", "own"),
    Requirement(
        "T-17", "what GLPI's absence or a crash interrupts is looked at later, and not while it is down", "brief"
    ),
    Requirement("T-19", "closed requests go with what hangs on them; no ticket is forgotten too soon", "own"),
    Requirement("T-18", "a lost webhook is made up for by the poll, which tells a change once", "brief"),
    # Assist: attacks
    Requirement("V-01", "what a model named is not done unconfirmed, though its author is signed in", "own"),
    Requirement("V-02", "what only the desk's title says is not done unconfirmed", "own"),
    Requirement("V-03", "an edit counts, however long the history before it is", "own"),
    Requirement("V-04", "a site that is switched off is not written to in public", "own"),
    Requirement("V-05", "what is switched off while a model thinks is not written", "own"),
    Requirement("V-07", "a newcomer is given nobody else's address", "own"),
    Requirement("V-08", "who became the requester does not decide", "own"),
    Requirement("V-09", "what its author takes back is not done, and a day that may be another is a person's", "own"),
    Requirement("V-10", "nobody is flooded with confirmations", "own"),
    Requirement("V-11", "a system that fails a plan that is only suggested is told to technicians alone", "own"),
    # web pages
    Requirement("B-01", "the pages' types are made from the two OpenAPI documents, and may not drift", "brief"),
    Requirement("B-02", "pages run scripts of their own files only, framed by nobody; unbuilt, they say so", "brief"),
    Requirement("B-03", "a page's files come compressed as the browser takes them, and are kept for ever", "brief"),
    Requirement("B-04", "a problem is a ticket after two clicks, and the technician's answer arrives live", "brief"),
    Requirement("B-05", "with GLPI down the page says that a problem is kept, and when it has gone", "brief"),
    Requirement("B-06", "a sign-in that ends meanwhile costs nothing that was typed", "brief"),
    Requirement("B-07", "without a connection a text is kept in the browser, and leaves by itself afterwards", "brief"),
    Requirement("B-08", "the whole way can be gone with the keyboard alone", "brief"),
    Requirement("B-09", "the model's reading is offered with what was masked; the card can be corrected", "brief"),
    Requirement("B-10", "at most two questions, which can be answered or left", "brief"),
    Requirement("B-11", "followups, photo, solution, reopening and an opinion with its reason", "brief"),
    Requirement("B-12", "requests about accounts show as whom one is signed in; a human can always be called", "brief"),
    Requirement("B-13", "the chat speaks French and English, and asks no other server for anything", "brief"),
    Requirement(
        "B-14", "axe finds nothing in any state of the chat, light or dark, and 360 pixels are enough", "brief"
    ),
    Requirement("B-15", "converters and hooks of the pages are tested on their own", "brief"),
    Requirement("B-16", "a first visit of the chat loads less than 180 kB", "brief"),
    Requirement("B-17", "anybody may know how to sign in, whom to call, and whether GLPI is away", "own"),
    Requirement("B-18", "symptoms that a person takes out reach neither the note nor the history as agreed", "own"),
    Requirement("B-20", "whose site the directory tells is not asked for it", "own"),
    Requirement("B-21", "signing in with the organisation's account goes on with what was typed", "brief"),
    Requirement("B-22", "chat: unsigned reports by setting; account work leads to signing in", "brief"),
    Requirement("B-23", "chat: with the model away it says that a person sorts, and takes the problem", "brief"),
    Requirement("B-24", "chat: a merged ticket says so and leads to where it goes on", "own"),
    Requirement("B-19", "what was just added shows before GLPI has it, and one's opinion is remembered", "own"),
    # the operators' console
    Requirement(
        "K-51",
        "an operator's session is a cookie that no script reads, Secure but on this machine, kept here as a digest",
        "own",
    ),
    Requirement(
        "K-52",
        "a session ends when nothing is done, at the latest after its hours, and when its owner signs out",
        "own",
    ),
    Requirement("K-53", "what a page reads by itself does not keep a session alive", "own"),
    Requirement("K-54", "wrong names and wrong passwords get one answer, cost the same and lock alike", "own"),
    Requirement("K-55", "tries at once are counted one by one; a locked name is free again after its time", "own"),
    Requirement("K-56", "one address may try so often a minute; no name that nobody has is in the audit", "own"),
    Requirement(
        "K-57",
        "viewers look, operators retry and turn plans down, approvers decide, administrators turn plans up",
        "brief",
    ),
    Requirement("K-58", "no page of anybody else can use an operator's cookie for a change", "own"),
    Requirement("K-59", "who is disabled in the operators file is out at once; a broken file changes nothing", "own"),
    Requirement("K-60", "the organisation's provider signs in the operator whom it names, and nobody else", "brief"),
    Requirement(
        "K-61",
        "changes of incidents, runs, approvals and switches are told live, and after a lost connection what was missed",
        "brief",
    ),
    Requirement("K-62", "who comes back too late or to another replica is told to read everything again", "own"),
    Requirement("K-63", "one screen says breaker, lock, queues, servers and the open incidents of each site", "brief"),
    Requirement("K-64", "a timeline has each step, call, decision and effect with what it cost, in pages", "brief"),
    Requirement(
        "K-65",
        "evidence stands beside its verdict; links lead to the ticket and the device; Markdown says the same",
        "brief",
    ),
    Requirement("K-66", "a read-only re-run judges anew and writes nothing", "brief"),
    Requirement("K-67", "the same delivery again does nothing a second time", "brief"),
    Requirement("K-68", "statistics agree by hour and by day, with percentiles from receipt", "brief"),
    Requirement("K-69", "the journal is searched in pages and exported as CSV and JSON", "brief"),
    Requirement("K-70", "a line of the audit that is changed, moved or taken out breaks the chain there", "own"),
    Requirement("K-71", "retention cuts the beginning of the chain and says so in it", "own"),
    Requirement("K-72", "two replicas write one chain", "own"),
    Requirement(
        "K-73", "an approval says who asks, step by step what would be done, why, and why you may not decide", "brief"
    ),
    Requirement("K-74", "any operator turns a plan down, an administrator alone turns it up", "own"),
    Requirement("K-75", "policies are shown with each plan's mode and who says so", "own"),
    Requirement("K-76", "every act of an operator is a line of the chain, and a changed line is named", "brief"),
    Requirement("K-77", "what came to nothing is listed with its reason and whether trying again helps", "brief"),
    Requirement("K-78", "what came to nothing is tried again by the same door, once", "own"),
    Requirement("K-79", "a request is decided on again without a write to anything", "own"),
    Requirement("K-80", "a request told again is done once", "own"),
    Requirement("K-83", "who is signed out is told nothing more, on streams that are open too", "own"),
    Requirement("K-81", "the tools of a re-run refuse every write", "own"),
    Requirement(
        "K-82", "passwords are set and operators disabled from the terminal; the file keeps its comments", "own"
    ),
    Requirement("B-40", "console: an approval says all; yes in two clicks with a reason, and it is done", "brief"),
    Requirement(
        "B-41", "console: an alert becomes a ticket live; its verdict, timeline, links, Markdown and replay", "brief"
    ),
    Requirement("B-42", "console: a hostile ticket is refused with its reason, and what it says is only text", "brief"),
    Requirement("B-43", "console: a lost connection shows, heals, and brings what was missed", "brief"),
    Requirement(
        "B-44", "console: axe finds nothing on any view, light or dark; nobody scrolls sideways at 360 px", "brief"
    ),
    Requirement("B-45", "console: signing in, out, and back to where one was when a session has ended", "brief"),
    Requirement("B-46", "console: what a role may not do is not offered, and says so", "brief"),
    Requirement("B-47", "console: a plan is stopped in two clicks with a reason, seen by all at once", "brief"),
    Requirement("B-48", "console: dead letters are replayed; the audit is searched, exported, verified", "brief"),
    Requirement("B-49", "console: a decision needs no mouse, and English is whole", "brief"),
    Requirement("B-52", "console: the organisation's account signs in an operator, and nobody else", "brief"),
    Requirement("B-50", "console: every code and situation of policy has its words in both languages", "own"),
    Requirement("B-51", "console: a first visit loads less than its budget, each view by itself", "brief"),
)
