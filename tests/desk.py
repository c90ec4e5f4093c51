"""A desk: a hub with a photo and a radiograph of one patient, and people who sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from served import Served
from werkzeug.test import TestResponse

from hub.model import Receipt, Role
from hub.store.ports import Account

RADIOGRAPH = "1.2.826.0.1.3680043.9.9999.1"
PASSWORD = "correct horse battery"
IDENTITY = ("Okafor", "OKAFOR", "Grace", "1297287652", "1945")


@dataclass
class Desk:
    """`person` signs in by the page, as people do; `served.client` is a machine."""

    served: Served
    receipt: Receipt

    @property
    def study_uid(self) -> str:
        return self.receipt.study_instance_uid

    @property
    def study(self) -> str:
        return f"/studies/{self.study_uid}"

    @property
    def image(self) -> str:
        return f"/images/{self.receipt.sop_instance_uid}"

    @property
    def patient(self) -> str:
        study = self.served.hub.catalog.study(self.study_uid)
        assert study is not None
        return f"/patients/{study.patient_key}"

    def account(self, role: Role, user: str = "") -> str:
        user = user or f"person-{role}"
        self.served.hub.accounts.add(Account(user, "Berg^Ida^^Dr", role), PASSWORD)
        return user

    def person(self, role: Role = Role.CLINICIAN, user: str = "") -> FlaskClient:
        client = self.served.anonymous()
        answer = sign_in(client, self.account(role, user))
        assert answer.status_code == 303, answer.text
        return client

    def audited(self, action: str) -> list:
        return [event for event in self.served.audited() if event.action == action]


def token_of(client: FlaskClient, path: str = "/login") -> str:
    """The CSRF token of a page, as its forms carry it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def sign_in(client: FlaskClient, user: str, password: str = PASSWORD, **form: str) -> TestResponse:
    fields = {"csrf_token": token_of(client), "username": user, "password": password, **form}
    return client.post("/login", data=fields)


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Post a form of a page, with its token."""
    return client.post(path, data={"csrf_token": token_of(client), **form})
