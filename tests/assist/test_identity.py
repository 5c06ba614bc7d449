"""Who wrote a text: the forgeries of contracts/glpi.md, section 13, prove nobody."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.assist.codes import Code
from orchestrator.assist.identity import DeskWord, GlpiAccount, Identity, Known, prove_author
from orchestrator.assist.texts import UNKNOWN_EDITOR, TicketText
from tests.assist.timelines import CLAIRE, DESK, TECHNICIAN, ZOE, Line, added, followup, line, texts

GUID = UUID("94049d94-4613-57ea-bb01-e5a222a04d43")
OTHER = UUID("5d27568e-4caa-53cf-a69a-ff1a35b7ff7d")
LINKED = GlpiAccount(user_id=CLAIRE, login="coria", active=True, object_guid=GUID)
BY_CLAIRE = line("created", CLAIRE)
BY_DESK = line("created", DESK)
FIRST = "J'ai perdu mon mot de passe"


def prove(
    found: tuple[TicketText, ...], account: GlpiAccount | None = LINKED, words: tuple[DeskWord, ...] = ()
) -> Identity:
    return prove_author(found, account, desk_id=DESK, desk_words=words)


def word(text: str, who: UUID = GUID) -> DeskWord:
    return DeskWord(sha256=hashlib.sha256(text.encode()).hexdigest(), object_guid=who, method="code")


@pytest.mark.requirement("I5-01")
def test_linked_author_of_the_history_is_proven_whatever_writer_and_requester_claim() -> None:
    identity = prove(texts([BY_CLAIRE]))

    assert (identity.known, identity.author_id, identity.object_guid) == (Known.DIRECTORY, CLAIRE, GUID)
    assert identity.code is None


@pytest.mark.requirement("I5-01")
def test_author_who_edits_his_own_text_and_answers_is_still_proven() -> None:
    history = [BY_CLAIRE, line("changed", CLAIRE, field="21"), added(7, CLAIRE)]

    identity = prove(texts(history, [followup(7, CLAIRE)]))

    assert (identity.known, identity.editor_ids) == (Known.DIRECTORY, (CLAIRE,))


FORGED: dict[str, tuple[list[Line], list[Line], Code]] = {
    "no history": ([], [], Code.AUTHOR_UNKNOWN),
    "by the mail collector": ([line("created", None, login="cron_mailgate")], [], Code.BY_MAIL),
    "by GLPI's own account": ([line("created", None, login="glpi-system")], [], Code.BY_MAIL),
    "acting as another": ([line("created", None, login="coria (20) incarne x (2)")], [], Code.AUTHOR_UNKNOWN),
    "two creations": ([BY_CLAIRE, line("created", ZOE)], [], Code.AUTHOR_UNKNOWN),
    "creation of a part": ([line("created", CLAIRE, field="Document")], [], Code.AUTHOR_UNKNOWN),
    "title edited by another": ([BY_CLAIRE, line("changed", ZOE, field="1")], [], Code.EDITED),
    "description edited by another": ([BY_CLAIRE, line("changed", ZOE, field="21")], [], Code.EDITED),
    "description edited by nobody known": ([BY_CLAIRE, line("changed", None, field="21")], [], Code.EDITED),
    "followup of another": ([BY_CLAIRE, added(7, ZOE)], [followup(7, ZOE)], Code.SEVERAL_AUTHORS),
    "followup in her name": ([BY_CLAIRE, added(7, ZOE)], [followup(7, CLAIRE)], Code.SEVERAL_AUTHORS),
    "followup by mail": (
        [BY_CLAIRE, added(7, None, login="cron_mailgate")],
        [followup(7, CLAIRE)],
        Code.BY_MAIL,
    ),
    "followup that the history does not know": (
        [BY_CLAIRE, added(8, CLAIRE)],
        [followup(7, CLAIRE)],
        Code.AUTHOR_UNKNOWN,
    ),
    "document with a followup's number": (
        [BY_CLAIRE, line("added", CLAIRE, field="Document", value="7")],
        [followup(7, CLAIRE)],
        Code.AUTHOR_UNKNOWN,
    ),
    "followup edited, by the entry": (
        [BY_CLAIRE, added(7, CLAIRE)],
        [followup(7, CLAIRE, editor_id=TECHNICIAN)],
        Code.EDITED,
    ),
    "followup edited, by the history": (
        [BY_CLAIRE, added(7, CLAIRE), line("changed", ZOE, field="ITILFollowup", value="7")],
        [followup(7, CLAIRE, editor_id=CLAIRE)],
        Code.EDITED,
    ),
    "followup edited, nobody says by whom": (
        [BY_CLAIRE, added(7, CLAIRE)],
        [followup(7, CLAIRE, edited_at="2026-03-01T11:00:00Z")],
        Code.EDITED,
    ),
}


@pytest.mark.requirement("I5-02")
@pytest.mark.parametrize(("history", "entries", "code"), FORGED.values(), ids=list(FORGED))
def test_text_whose_hand_is_in_doubt_proves_nobody(history: list[Line], entries: list[Line], code: Code) -> None:
    identity = prove(texts(history, entries))

    assert (identity.known, identity.object_guid, identity.code) == (Known.NOBODY, None, code)


@pytest.mark.requirement("I5-40")
@pytest.mark.parametrize(
    ("history", "entries", "ticket"),
    [
        ([BY_CLAIRE], [], {"source": "email"}),
        ([BY_CLAIRE, added(7, CLAIRE)], [followup(7, CLAIRE, source="email")], {"source": "helpdesk"}),
        ([BY_CLAIRE, line("changed", CLAIRE, field="9")], [], {"source": "helpdesk"}),
        ([BY_CLAIRE, line("changed", TECHNICIAN, field="9")], [], {}),
    ],
    ids=["ticket", "one followup", "a source that its author changed", "one that another changed"],
)
def test_text_that_came_by_mail_or_may_have_proves_nobody(
    history: list[Line], entries: list[Line], ticket: Line
) -> None:
    identity = prove(texts(history, entries, **ticket))

    assert (identity.known, identity.object_guid, identity.code) == (Known.NOBODY, None, Code.BY_MAIL)


@pytest.mark.requirement("I5-40")
@pytest.mark.parametrize("source", ["helpdesk", "phone", "direct", "other", None])
def test_any_other_source_gives_and_takes_nothing(source: str | None) -> None:
    forged = texts([line("created", None)], source=source)

    assert prove(forged).code == Code.AUTHOR_UNKNOWN
    assert prove(texts([BY_CLAIRE], source=source)).known is Known.DIRECTORY


@pytest.mark.requirement("I5-40")
def test_word_of_the_desk_does_not_vouch_for_what_came_by_mail() -> None:
    assert prove(texts([BY_DESK], source="email"), None, (word(FIRST),)).code == Code.BY_MAIL


@pytest.mark.requirement("I5-03")
@pytest.mark.parametrize(
    ("account", "code"),
    [
        (None, Code.ACCOUNT_GONE),
        (LINKED.model_copy(update={"user_id": ZOE}), Code.ACCOUNT_GONE),
        (LINKED.model_copy(update={"active": False}), Code.ACCOUNT_DISABLED),
        (LINKED.model_copy(update={"object_guid": None}), Code.LOCAL_ACCOUNT),
    ],
    ids=["unknown", "of somebody else", "disabled", "local, with the same address"],
)
def test_account_that_is_not_active_and_linked_proves_nobody(account: GlpiAccount | None, code: Code) -> None:
    identity = prove(texts([BY_CLAIRE]), account)

    assert (identity.known, identity.object_guid, identity.code) == (Known.NOBODY, None, code)


@pytest.mark.requirement("I5-03")
def test_glpis_own_account_with_a_number_is_mail() -> None:
    system = GlpiAccount(user_id=5, login="glpi-system", active=True)

    identity = prove(texts([line("created", 5, login="glpi-system")]), system)

    assert identity.code == Code.BY_MAIL


@pytest.mark.requirement("I5-04")
def test_the_desk_may_name_a_text_of_several_lines_as_it_wrote_it() -> None:
    lines = "Bonjour,\n\nj'ai oublié mon mot de passe.\nMerci"

    identity = prove(texts([BY_DESK], content=lines), None, (word(lines),))

    assert identity.known is Known.DESK


@pytest.mark.requirement("I5-04")
@pytest.mark.parametrize("content", [FIRST, f"{FIRST}\n\nRéf. WIDIP-0123456789abcdef"], ids=["bare", "with its mark"])
def test_text_that_the_desk_names_is_of_the_person_who_was_signed_in(content: str) -> None:
    identity = prove(texts([BY_DESK], content=content), None, (word("another"), word(FIRST)))

    assert (identity.known, identity.author_id, identity.object_guid) == (Known.DESK, DESK, GUID)


@pytest.mark.requirement("I5-04")
@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (FIRST, (), Code.AUTHOR_UNKNOWN),
        (FIRST, (word("Mon mot de passe"),), Code.AUTHOR_UNKNOWN),
        (FIRST + "!", (word(FIRST),), Code.AUTHOR_UNKNOWN),
        (f"Réf. WIDIP-0123456789abcdef\n\n{FIRST}", (word(FIRST),), Code.AUTHOR_UNKNOWN),
        (FIRST, (word(FIRST), word(FIRST, OTHER)), Code.SEVERAL_AUTHORS),
    ],
    ids=["not signed in", "another text", "a changed text", "a mark elsewhere", "two people, one text"],
)
def test_text_of_the_desk_that_it_does_not_name_for_one_person_proves_nobody(
    content: str, words: tuple[DeskWord, ...], code: Code
) -> None:
    linked_desk = GlpiAccount(user_id=DESK, login="desk", active=True, object_guid=OTHER)

    identity = prove(texts([BY_DESK], content=content), linked_desk, words)

    assert (identity.known, identity.object_guid, identity.code) == (Known.NOBODY, None, code)


@pytest.mark.requirement("I5-04")
def test_two_texts_of_the_desk_by_two_people_prove_nobody() -> None:
    found = texts([BY_DESK, added(7, DESK)], [followup(7, DESK, "Oria")])

    assert prove(found, None, (word(FIRST), word("Oria", OTHER))).code == Code.SEVERAL_AUTHORS
    assert prove(found, None, (word(FIRST), word("Oria"))).known is Known.DESK


@pytest.mark.requirement("I5-04")
def test_text_that_was_not_read_to_its_end_is_not_the_one_that_the_desk_names() -> None:
    assert prove(texts([BY_DESK], truncated=True), None, (word(FIRST),)).code == Code.AUTHOR_UNKNOWN


@pytest.mark.requirement("D-84")
def test_text_too_long_to_be_read_whole_is_known_by_the_digest_of_all_of_it() -> None:
    whole = word(f"{FIRST} et la suite")
    read = texts([BY_DESK], truncated=True, whole_sha256=whole.sha256)

    assert prove(read, None, (whole,)).known is Known.DESK
    assert prove(read, None, (word(FIRST),)).code == Code.AUTHOR_UNKNOWN


@pytest.mark.requirement("I5-04")
def test_word_of_the_desk_vouches_for_no_text_of_another_account() -> None:
    local = LINKED.model_copy(update={"object_guid": None})

    assert prove(texts([BY_CLAIRE]), local, (word(FIRST),)).code == Code.LOCAL_ACCOUNT
    assert prove_author(texts([BY_CLAIRE]), local, desk_id=None, desk_words=[word(FIRST)]).known is Known.NOBODY


@pytest.mark.requirement("I5-05")
def test_only_description_and_public_followups_are_texts() -> None:
    entries = [
        followup(1, CLAIRE, "public"),
        followup(2, CLAIRE, "private", private=True),
        followup(3, CLAIRE, "task", kind="task"),
        followup(4, CLAIRE, "solution", kind="solution"),
    ]

    found = texts([BY_CLAIRE, added(1, CLAIRE)], entries)

    assert [(text.key, text.content) for text in found] == [("description", FIRST), ("followup:1", "public")]
    assert [text.title for text in found] == ["Mot de passe", ""]


@pytest.mark.requirement("I5-05")
def test_text_is_another_when_its_title_or_content_changes() -> None:
    digests = {
        texts([BY_CLAIRE])[0].digest,
        texts([BY_CLAIRE], content="autre")[0].digest,
        texts([BY_CLAIRE], title="autre")[0].digest,
    }

    assert len(digests) == 3
    assert texts([BY_CLAIRE])[0].digest == texts([])[0].digest


def test_no_text_proves_nobody() -> None:
    assert prove(()).code == Code.AUTHOR_UNKNOWN


def test_evidence_names_the_accounts_and_nothing_that_was_written() -> None:
    identity = prove(texts([BY_CLAIRE, line("changed", None, field="1")], content="secret"))

    assert identity.evidence == ("description : écrit par le compte GLPI 20, d'après l'historique ; modifié par ?",)
    assert identity.editor_ids == (UNKNOWN_EDITOR,)


PEOPLE = st.sampled_from([None, CLAIRE, ZOE, TECHNICIAN, DESK])


@pytest.mark.requirement("I5-02")
@given(
    creators=st.lists(PEOPLE, max_size=2),
    edits=st.lists(PEOPLE, max_size=2),
    writers=st.lists(st.tuples(PEOPLE, PEOPLE), max_size=3),
    worded=st.booleans(),
)
def test_whoever_is_proven_is_the_only_hand_in_every_text(
    creators: list[int | None],
    edits: list[int | None],
    writers: list[tuple[int | None, int | None]],
    worded: bool,
) -> None:
    history = [line("created", by) for by in creators] + [line("changed", by, field="21") for by in edits]
    history += [added(number, truth) for number, (truth, _) in enumerate(writers)]
    entries = [followup(number, claimed or 0, FIRST) for number, (_, claimed) in enumerate(writers)]

    identity = prove(texts(history, entries), words=(word(FIRST),) if worded else ())

    hands = {*creators, *edits, *(truth for truth, _ in writers)}
    if identity.known is Known.DIRECTORY:
        assert (hands, identity.object_guid) == ({CLAIRE}, GUID)
    elif identity.known is Known.DESK:
        assert (hands, worded, identity.object_guid) == ({DESK}, True, GUID)
    else:
        assert identity.code is not None
        assert identity.object_guid is None
