"""What a look makes of texts and of the requests that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.assist.intake import MAX_PER_TICKET, Intake, name_of, take_in, without_secrets
from orchestrator.assist.plans import Plan, Request
from orchestrator.assist.texts import TicketText

ZOE, CLAIRE = 21, 20
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORGOT = "Bonjour, j'ai oublié mon mot de passe, merci de le réinitialiser."
UNLOCK = "Bonjour, mon compte est verrouillé, merci de le débloquer."
NEWCOMER = "Bonjour, merci de créer un compte pour notre nouvelle aide-soignante."
WHO = "Elle s'appelle Marie Dupont, elle arrive le 9 mars."


def text(content: str, *, key: str = "description", by: int | None = ZOE, title: str = "") -> TicketText:
    return TicketText(key=key, title=title, content=content, author_id=by, at=AT)


def taken(texts: Sequence[TicketText], rows: Sequence[dict[str, Any]] = (), known: Sequence[str] = ()) -> Intake:
    return take_in(texts, rows, known=known, may_ask=lambda _text: True)


def rows_of(found: Intake, **columns: Any) -> list[dict[str, Any]]:
    """What a look would have stored of it, and what became of that."""
    return [
        {
            "key": f"{new.text.key}-{new.number}",
            "plan": new.request.plan.value,
            "asked": without_secrets(new.request),
            "author_id": new.text.author_id,
            "texts": [{"key": part.key, "digest": part.digest} for part in new.texts],
            "state": "new",
            "closed_at": None,
        }
        | columns
        for new in found.new
    ]


def plans(found: Intake) -> list[str]:
    return [new.request.plan.value for new in found.new]


@pytest.mark.requirement("T-02")
def test_a_text_is_read_once_and_again_only_when_it_was_changed() -> None:
    description = text(FORGOT)

    first = taken([description])
    again = taken([description], rows_of(first), first.read)
    changed = taken([text(UNLOCK)], rows_of(first), first.read)

    assert (plans(first), plans(again), plans(changed)) == (["PASSWORD_RESET"], [], ["UNLOCK"])
    assert again.changed == ()
    assert changed.changed == ("description-1",)


@pytest.mark.requirement("T-03")
def test_a_description_that_asks_nothing_is_a_question_and_a_followup_that_asks_nothing_is_none() -> None:
    broken, thanks = text("L'imprimante ne marche plus."), text("Merci beaucoup.", key="followup:1")

    found = taken([broken, thanks])

    assert [(new.request.plan, new.text.key) for new in found.new] == [(Plan.QUESTION, "description")]
    assert found.read == (name_of(broken), name_of(thanks))


@pytest.mark.requirement("T-02")
def test_a_followup_that_asks_for_something_is_a_request_of_its_own_author() -> None:
    followup = text(UNLOCK, key="followup:1", by=CLAIRE)

    found = taken([text(FORGOT), followup])

    assert [(new.request.plan, new.text.author_id) for new in found.new] == [
        (Plan.PASSWORD_RESET, ZOE),
        (Plan.UNLOCK, CLAIRE),
    ]


@pytest.mark.requirement("T-04")
def test_an_answer_is_read_with_the_text_that_we_asked_about_and_replaces_its_request() -> None:
    description, answer = text(NEWCOMER), text(WHO, key="followup:1")
    first = taken([description])

    found = taken([description, answer], rows_of(first, state="asked"), first.read)

    (new,) = found.new
    assert found.continued == ("description-1",)
    assert (new.texts, new.text, new.number) == ((description, answer), answer, 1)
    assert new.request.plan is Plan.CREATE_ACCOUNT
    assert new.request.person is not None
    assert (new.request.person.firstname, new.request.person.lastname) == ("Marie", "Dupont")


@pytest.mark.requirement("T-04")
@pytest.mark.parametrize("state", ["done", "refused", "acting", "confirming"])
def test_an_answer_asks_again_for_nothing_that_its_text_has_asked_already(state: str) -> None:
    description = text(f"{FORGOT} {NEWCOMER}")
    first = taken([description])
    others = rows_of(first, state=state, closed_at=AT if state in ("done", "refused") else None)
    asked = {"state": "asked", "closed_at": None}
    rows = [row | asked if row["plan"] == "CREATE_ACCOUNT" else row for row in others]
    answer = text(WHO, key="followup:1")

    found = taken([description, answer], rows, first.read)

    assert sorted(plans(first)) == ["CREATE_ACCOUNT", "PASSWORD_RESET"]
    assert plans(found) == ["CREATE_ACCOUNT"]


@pytest.mark.requirement("T-04")
def test_an_answer_to_a_question_of_ours_repeats_nothing_that_was_done() -> None:
    description = text(FORGOT)
    first = taken([description])
    (done,) = rows_of(first, state="done", closed_at=AT)
    question = done | {"key": "question", "plan": "QUESTION", "state": "asked", "closed_at": None}

    found = taken([description, text("Oui, c'est bien ça.", key="followup:1")], [done, question], first.read)

    assert plans(found) == []


@pytest.mark.requirement("T-04")
@pytest.mark.parametrize("change", ["by somebody else", "nobody is known", "changed meanwhile", "answered before"])
def test_other_peoples_words_and_changed_texts_are_no_answer(change: str) -> None:
    description = text(NEWCOMER, by=None if change == "nobody is known" else ZOE)
    first = taken([description])
    rows = rows_of(first, state="refused" if change == "answered before" else "asked")
    by = {"by somebody else": CLAIRE, "nobody is known": None}.get(change, ZOE)
    now = text(f"{NEWCOMER} Vite.") if change == "changed meanwhile" else description
    known = [*first.read, name_of(now)]

    found = taken([now, text(WHO, key="followup:1", by=by)], rows, known)

    assert found.continued == ()
    assert all(len(new.texts) == 1 for new in found.new)


@pytest.mark.requirement("T-04")
def test_an_answer_that_asks_for_more_makes_two_requests() -> None:
    description, answer = text(NEWCOMER), text(f"{WHO} Et {UNLOCK.lower()}", key="followup:1")
    first = taken([description])

    found = taken([description, answer], rows_of(first, state="asked"), first.read)

    assert plans(found) == ["CREATE_ACCOUNT", "UNLOCK"]
    assert [new.number for new in found.new] == [1, 2]


@pytest.mark.requirement("T-04")
def test_an_answer_that_takes_the_wish_back_goes_to_a_person() -> None:
    description, answer = text(NEWCOMER), text("C'est résolu, merci.", key="followup:1")
    first = taken([description])

    found = taken([description, answer], rows_of(first, state="asked"), first.read)

    assert found.continued == ("description-1",)
    assert plans(found) == ["QUESTION"]


@pytest.mark.requirement("T-05")
def test_a_reminder_is_no_second_request_while_the_first_is_under_way() -> None:
    description, reminder = text(FORGOT), text(FORGOT, key="followup:1")
    first = taken([description])

    open_one = taken([description, reminder], rows_of(first, state="confirming"), first.read)
    after_it = taken([description, reminder], rows_of(first, state="done", closed_at=AT), first.read)
    by_other = taken([description, text(FORGOT, key="followup:1", by=CLAIRE)], rows_of(first), first.read)

    assert (plans(open_one), plans(after_it), plans(by_other)) == ([], ["PASSWORD_RESET"], ["PASSWORD_RESET"])


@pytest.mark.requirement("T-05")
def test_a_corrected_typing_error_asks_again_for_nothing_that_was_dealt_with() -> None:
    first = taken([text(FORGOT)])
    corrected = text(f"{FORGOT} Merci.")

    done = taken([corrected], rows_of(first, state="done", closed_at=AT), first.read)
    still_open = taken([corrected], rows_of(first, state="confirming"), first.read)

    assert (plans(done), done.changed) == ([], ())
    assert (plans(still_open), still_open.changed) == (["PASSWORD_RESET"], ("description-1",))


@pytest.mark.requirement("T-06")
def test_what_may_not_ask_never_asks_later_either() -> None:
    description = text(FORGOT)

    refused = take_in([description], [], known=[], may_ask=lambda _text: False)
    later = taken([description], [], refused.read)

    assert (plans(refused), plans(later)) == ([], [])


@pytest.mark.requirement("T-06")
def test_a_ticket_that_asks_without_end_is_left_to_people() -> None:
    texts = [text(FORGOT, key=f"followup:{number}", by=number) for number in range(1, 200)]

    found = taken(texts)
    again = taken([*texts, text(UNLOCK, key="followup:999")], rows_of(found), found.read)

    assert (len(found.new), len(again.new)) == (MAX_PER_TICKET, 0)


SECRETS = [
    "Mon mot de passe est Soleil2024! et il ne marche plus",
    "Mot de passe : Soleil2024! oublié",
    "mdp=Soleil2024! ne marche plus",
    "Mon mdp c'est Soleil2024! ça ne marche pas",
]


@pytest.mark.requirement("T-07")
@pytest.mark.parametrize("quote", SECRETS)
@pytest.mark.parametrize("name", ["quote", "job", "service", "place"])
def test_a_password_that_somebody_types_into_his_ticket_is_not_kept(name: str, quote: str) -> None:
    kept = without_secrets(Request.model_validate({"plan": "PASSWORD_RESET", name: quote}))

    assert "Soleil" not in str(kept)
    assert kept[name].endswith(("plus", "pas", "oublié"))


@pytest.mark.requirement("T-07")
def test_a_quote_without_a_secret_is_kept_as_it_is() -> None:
    quote = "Mon mot de passe est expiré, merci de le réinitialiser"

    assert without_secrets(Request(plan=Plan.PASSWORD_RESET, quote=quote))["quote"] == quote
