from datetime import UTC, datetime, timedelta

import pytest

from factories import make_encounter, make_practitioner
from hub.model import Department
from hub.store.ports import Registered, WorklistQuery

BY = make_practitioner()
STARTED = datetime.now(UTC) - timedelta(hours=1)


@pytest.mark.parametrize("department", ["derm", "Dermatology", "309923008"])
def test_a_department_is_found_by_alias_name_and_code(hub, register, department):
    register(make_encounter(started=STARTED))

    page = hub.worklist.page(WorklistQuery(department=department), BY)

    assert [e.encounter_id for e in page.items] == ["V-1001"]


def test_another_department_shows_nothing(hub, register):
    register(make_encounter(started=STARTED))

    assert hub.worklist.page(WorklistQuery(department="ENT"), BY).items == ()


def test_what_was_asked_is_audited_before_it_is_shown(hub, register):
    register(make_encounter(started=STARTED))

    hub.worklist.page(WorklistQuery(q="Okaf"), BY)

    event = hub.catalog.audit_rows()[-1].event
    assert (event.action, event.by, event.detail["q"]) == ("query", BY.id, "Okaf")


@pytest.mark.parametrize(
    ("text", "code"), [("Derm", "309923008"), ("ED", "225728007"), ("Ward 7", None)]
)
def test_registration_codes_the_senders_department_where_it_can(hub, text, code):
    encounter = make_encounter(department=Department(text))

    hub.registration.apply(Registered(encounters=(encounter,)), "test", BY)

    kept = hub.catalog.encounters("V-1001", "HOSP")[0].department
    assert (kept.code.value if kept.code else None) == code
