"""Reading Observium's deliveries, in every type they come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.proactif.alerts import Alert, AlertKind, alert_from_observium
from shared.errors import InvalidInput
from simulators.observium.app import create_app
from simulators.observium.deliveries import build_delivery, build_empty_delivery, build_unfilled_delivery

AT = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def delivered(flavour: str, state_name: str = "ALERT") -> Any:
    state = create_app(zone=UTC).state.observium
    state.set_port(1101, oper="down")
    alert_id = state.open_alert(11, "port", 1101, "Port down")
    return json.loads(build_delivery(state, alert_id, state_name=state_name, flavour=flavour, at=AT))  # type: ignore[arg-type]


@pytest.mark.parametrize("flavour", ["webhook", "webhook-json"])
def test_both_transports_read_the_same(flavour: str) -> None:
    alert = alert_from_observium(delivered(flavour))

    assert (alert.kind, alert.device_id, alert.hostname) == (AlertKind.ALERT, 11, "lilas-fw1.widip.example")
    assert (alert.entity_type, alert.entity_id) == ("port", 1101)
    assert alert.at == AT


def test_repeats_of_one_delivery_have_one_key_whatever_the_transport() -> None:
    keys = {alert_from_observium(delivered(f)).dedup_key("main") for f in ("webhook", "webhook-json")}

    assert len(keys) == 1


def test_another_state_instance_device_or_time_is_another_key() -> None:
    alert = alert_from_observium(delivered("webhook"))
    others = [
        alert.dedup_key("second"),
        alert.model_copy(update={"kind": AlertKind.RECOVER}).dedup_key("main"),
        alert.model_copy(update={"device_id": 12}).dedup_key("main"),
        alert.model_copy(update={"at": datetime(2026, 11, 21, tzinfo=UTC)}).dedup_key("main"),
        alert.model_copy(update={"alert_id": 5}).dedup_key("main"),
    ]

    assert len({alert.dedup_key("main"), *others}) == 6


@pytest.mark.parametrize(("state", "kind"), [("ALERT REMINDER", AlertKind.REMINDER), ("RECOVER", AlertKind.RECOVER)])
def test_reminders_and_recoveries_are_told_apart(state: str, kind: AlertKind) -> None:
    assert alert_from_observium(delivered("webhook", state)).kind is kind


def test_the_state_is_never_read_from_the_name_that_a_site_may_choose() -> None:
    body = delivered("webhook-json") | {"ALERT_STATE_NAME": "RECOVER"}

    assert alert_from_observium(body).kind is AlertKind.ALERT


@pytest.mark.parametrize("body", [json.loads(build_empty_delivery()), json.loads(build_unfilled_delivery()), None, 3])
def test_what_is_no_usable_alert_is_refused_with_a_reason(body: Any) -> None:
    with pytest.raises(InvalidInput, match=r"template|missing"):
        alert_from_observium(body)


@pytest.mark.parametrize("tag", ["ALERT_ID", "DEVICE_ID", "ALERT_UNIXTIME"])
@pytest.mark.parametrize("value", ["", None, "%ALERT_ID%", "x", "-1", "1.5", "9" * 30, [], {}])
def test_a_tag_that_should_be_a_number_and_is_not_names_itself(tag: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=tag):
        alert_from_observium(delivered("webhook") | {tag: value})


BODY = delivered("webhook-json")
_values = st.one_of(st.none(), st.text(max_size=30), st.integers(), st.booleans(), st.lists(st.text()), st.floats())


@given(st.dictionaries(st.sampled_from(sorted(BODY)), _values))
def test_any_delivery_is_read_or_refused_and_never_crashes(changes: dict[str, Any]) -> None:
    try:
        alert = alert_from_observium(BODY | changes)
    except InvalidInput:
        return
    assert isinstance(alert, Alert)
    assert len(alert.message) <= 500
