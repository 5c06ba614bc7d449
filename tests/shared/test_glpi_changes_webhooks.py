"""Who may send a webhook of GLPI, and which ticket it is about (contracts/glpi.md, section 9)."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.glpi_changes import Outcome, SignedWebhooks, TokenWebhooks, find_ticket_id

SECRET = "a-secret-of-the-tests-only"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
BODY = '{\n    "item": {\n        "id": 12,\n        "name": "Écran \\/ noir"\n    },\n    "event": "new"\n}'.encode()
WEBHOOKS = SignedWebhooks(SecretStr(SECRET))


def hmac_hex(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def signed(body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"X-GLPI-signature": hmac_hex(body + timestamp.encode()), "X-GLPI-timestamp": timestamp}


@pytest.mark.requirement("G-22")
@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=6), timedelta(hours=23), -timedelta(minutes=4)])
def test_signed_delivery_is_accepted_hours_later_too(age: timedelta) -> None:
    """GLPI signs when it queues, and sends when its cron runs."""
    verdict = WEBHOOKS.check(BODY, signed(at=NOW - age), now=NOW)

    assert (verdict.outcome, verdict.queued_at) == (Outcome.ACCEPTED, NOW - age)
    assert verdict.is_accepted


@pytest.mark.requirement("G-22")
@pytest.mark.parametrize(
    ("body", "headers", "outcome"),
    [
        (BODY + b" ", signed(), Outcome.WRONG_SIGNATURE),
        (json.dumps(json.loads(BODY)).encode(), signed(), Outcome.WRONG_SIGNATURE),
        (BODY, signed() | {"X-GLPI-timestamp": str(int(NOW.timestamp()) + 1)}, Outcome.WRONG_SIGNATURE),
        (BODY, signed() | {"X-GLPI-signature": "0" * 64}, Outcome.WRONG_SIGNATURE),
        (BODY, signed(at=NOW - timedelta(hours=25)), Outcome.TOO_OLD),
        (BODY, signed(at=NOW + timedelta(minutes=6)), Outcome.TOO_EARLY),
        (BODY, {}, Outcome.MALFORMED),
        (BODY, {"X-GLPI-signature": signed()["X-GLPI-signature"]}, Outcome.MALFORMED),
        (BODY, signed() | {"X-GLPI-timestamp": "soon"}, Outcome.MALFORMED),
        (BODY, signed() | {"X-GLPI-timestamp": "١٧٠٠٠٠٠٠٠٠"}, Outcome.MALFORMED),
        (BODY, signed() | {"X-GLPI-signature": "sha256=" + signed()["X-GLPI-signature"]}, Outcome.MALFORMED),
        (BODY, signed() | {"X-GLPI-signature": "é" * 64}, Outcome.MALFORMED),
    ],
)
def test_delivery_that_is_not_glpis_is_refused_with_its_reason(
    body: bytes, headers: dict[str, str], outcome: Outcome
) -> None:
    verdict = WEBHOOKS.check(body, headers, now=NOW)

    assert (verdict.outcome, verdict.replay_key) == (outcome, None)
    assert verdict.reason
    assert SECRET not in repr(verdict) + repr(WEBHOOKS)


@pytest.mark.requirement("G-22")
def test_digit_does_not_move_between_body_and_timestamp() -> None:
    """Both are signed without a separator, so the signature alone cannot tell them apart."""
    body, headers = b"ticket_id=10", signed(b"ticket_id=10")
    moved = headers | {"X-GLPI-timestamp": "0" + headers["X-GLPI-timestamp"]}

    assert WEBHOOKS.check(body, headers, now=NOW).is_accepted
    assert not WEBHOOKS.check(b"ticket_id=1", moved, now=NOW).is_accepted


@pytest.mark.requirement("G-22")
def test_wrong_signature_is_told_before_its_age() -> None:
    """Else a stranger learns what a delivery must be like."""
    headers = signed(at=NOW - timedelta(days=9)) | {"X-GLPI-signature": "0" * 64}

    assert WEBHOOKS.check(BODY, headers, now=NOW).outcome is Outcome.WRONG_SIGNATURE


@pytest.mark.requirement("G-22")
def test_repeats_share_a_key_and_other_deliveries_do_not() -> None:
    first = WEBHOOKS.check(BODY, signed(), now=NOW).replay_key
    retry = WEBHOOKS.check(BODY, signed(), now=NOW + timedelta(hours=1)).replay_key
    later = WEBHOOKS.check(BODY, signed(at=NOW + timedelta(seconds=1)), now=NOW).replay_key
    other = WEBHOOKS.check(BODY + b" ", signed(BODY + b" "), now=NOW).replay_key

    assert first == retry
    assert len({first, later, other}) == 3


@pytest.mark.requirement("G-23")
def test_challenge_of_glpi_is_answered() -> None:
    challenge = hmac_hex(b"validate_cra_challenge")

    assert WEBHOOKS.answer_challenge(challenge) == hmac_hex(challenge.encode())


@pytest.mark.requirement("G-23")
@pytest.mark.parametrize("asked", ["", "x", "é", "validate_cra_challenge", (BODY + b"1772352000").decode()])
def test_nothing_else_is_signed_for_who_asks(asked: str) -> None:
    """Whatever it answered would be a signature of a delivery with that text."""
    assert WEBHOOKS.answer_challenge(asked) is None


@pytest.mark.parametrize("secret", ["", "short"])
def test_secret_that_could_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="16"):
        SignedWebhooks(SecretStr(secret))
    with pytest.raises(ValueError, match="16"):
        TokenWebhooks(SecretStr(secret))


@pytest.mark.parametrize(
    ("headers", "query", "outcome"),
    [
        ({"Authorization": f"Bearer {SECRET}"}, {}, Outcome.ACCEPTED),
        ({"authorization": SECRET}, {}, Outcome.ACCEPTED),
        ({}, {"token": SECRET}, Outcome.ACCEPTED),
        ({"authorization": "x"}, {"token": SECRET}, Outcome.WRONG_TOKEN),
        ({}, {"token": SECRET[:-1]}, Outcome.WRONG_TOKEN),
        ({"authorization": "é"}, {}, Outcome.WRONG_TOKEN),
        ({}, {}, Outcome.MALFORMED),
        ({"authorization": "Bearer "}, {}, Outcome.MALFORMED),
    ],
)
def test_plain_token_of_a_plugin_stands_in_a_header_or_in_the_url(
    headers: dict[str, str], query: dict[str, str], outcome: Outcome
) -> None:
    verdict = TokenWebhooks(SecretStr(SECRET)).check(headers, query)

    assert verdict.outcome is outcome
    assert verdict.replay_key is None  # without a time, two events look like a repeat


def test_plugin_may_use_a_header_of_its_own() -> None:
    webhooks = TokenWebhooks(SecretStr(SECRET), header="X-Webhook-Token")

    assert webhooks.check({"x-webhook-token": SECRET}, {}).is_accepted
    assert not webhooks.check({"authorization": SECRET}, {}).is_accepted


@pytest.mark.requirement("G-26")
@pytest.mark.parametrize(
    ("body", "ticket_id"),
    [
        ({"item": {"id": 12, "name": "x", "status": {"id": 1}}, "event": "new"}, 12),
        ({"item": {"id": 7, "itemtype": "Ticket", "items_id": 12}, "event": "new", "parent_item": {"id": 12}}, 12),
        ({"item": {"id": 7, "content": "a task"}, "event": "update", "parent_item": {"id": 12}}, 12),
        ({"item": {"id": 7, "itemtype": "Ticket", "items_id": 12, "content": "ticket_id: 99"}}, 12),
        ({"item": {"id": 7, "tickets_id": 12}}, 12),
        ({"item": {"id": 7, "itemtype": "Change", "items_id": 5}, "parent_item": {"id": 5}}, None),
        ({"event": "update", "itemtype": "Ticket", "items_id": 12, "id": 7}, 12),
        ({"event": "update", "itemtype": "Problem", "items_id": 12, "id": 7}, None),
        ({"Ticket_ID": "12"}, 12),
        ({"text": "x", "data": {"ticket": {"id": "12", "name": "&#60;p&#62;"}}}, 12),
        ([{"ticket": 12}], 12),
        ({"id": 12}, 12),
        ({"ticket_id": True}, None),
        ({"ticket_id": -1}, None),
        ({"ticket_id": 0}, None),
        ({"ticket_id": 2**32}, None),
        ({"ticket_id": 1.5}, None),
        ({"ticket_id": {"a": 1}}, None),
        ({"item": "x"}, None),
        ([], None),
    ],
)
def test_ticket_is_found_in_every_shape_that_is_sent(body: Any, ticket_id: int | None) -> None:
    assert find_ticket_id(json.dumps(body).encode()) == ticket_id


@pytest.mark.requirement("G-26")
@pytest.mark.parametrize(
    ("body", "ticket_id"),
    [
        ('{"ticket_id": 12, "content": "il a dit "bonjour""}', 12),
        ("{&quot;ticket_id&quot;: &quot;12&quot;}", 12),
        ("{&quot;item&quot;: {&quot;id&quot;: 12}}", 12),
        ("ticket_id=12&event=update", 12),
        ("https://glpi.example/front/ticket.form.php?id=12", 12),
        ("https%3A%2F%2Fglpi.example%2Ffront%2Fticket.form.php%3Fid%3D12", 12),
        ("myticket_id=12", None),
        ("12", None),
        ("", None),
        ("[" * 100_000, None),
        ("ticket_id=123456789012", None),
    ],
)
def test_body_that_is_no_json_is_searched_for_a_number(body: str, ticket_id: int | None) -> None:
    assert find_ticket_id(body.encode()) == ticket_id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("item", "parent_item", "id", "ticket_id", "ticket", "itemtype", "items_id", "x")), inner
        )
    ),
    max_leaves=20,
)


@pytest.mark.requirement("G-26")
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_in_a_body_breaks_the_search(body: bytes) -> None:
    found = find_ticket_id(body)

    assert found is None or 1 <= found < 2**32
