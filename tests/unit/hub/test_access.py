from __future__ import annotations

import inspect

import pytest

from factories import make_practitioner
from hub import access
from hub.model import Role

EVERYBODY = set(Role)
SEARCHING = {Role.CLINICIAN, Role.RADIOLOGY, Role.RECORDS, Role.ADMIN}
RULES = {
    "signed_in": EVERYBODY,
    "may_capture": {Role.CLINICIAN},
    "may_see_worklist": {Role.CLINICIAN, Role.ADMIN},
    "may_search": SEARCHING,
    "may_store_dicom": {Role.RADIOLOGY, Role.ADMIN},
    "may_administer": {Role.ADMIN},
    "may_read_audit": {Role.AUDITOR, Role.ADMIN},
    "may_open_links": SEARCHING | {Role.EHR_VIEWER},
    "may_read": SEARCHING | {Role.EHR_VIEWER},
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_what_its_rule_says_and_nothing_else(rule, role):
    assert getattr(access, rule)(make_practitioner(role)) is (role in RULES[rule])


def test_every_rule_is_in_the_table():
    rules = {n for n, f in inspect.getmembers(access, inspect.isfunction) if not n.startswith("_")}

    assert rules == set(RULES) | {"may_read_study"}


@pytest.mark.parametrize("role", Role)
def test_a_study_is_seen_by_those_who_search(role):
    assert access.may_read_study(make_practitioner(role), "2.25.1") is (role in SEARCHING)


def test_an_ehr_viewer_sees_only_what_a_link_named():
    by = make_practitioner(Role.EHR_VIEWER, named_studies=frozenset({"2.25.1"}))

    assert access.may_read_study(by, "2.25.1")
    assert not access.may_read_study(by, "2.25.2")


def test_a_named_study_opens_nothing_for_an_auditor():
    by = make_practitioner(Role.AUDITOR, named_studies=frozenset({"2.25.1"}))

    assert not access.may_read_study(by, "2.25.1")
