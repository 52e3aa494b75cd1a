"""What a program needs after something did not fit: why rows were not taken, and a claim computed anew."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.roles import Role
from apps.apprentices.services import read_roster, upload_roster, withdraw_enrolment
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.submit_claim import submit_claim
from tests.api.conftest import caller
from tests.apprentices.conftest import csv_bytes, line
from tests.factories import accounts
from tests.factories import apprentices as workshops
from tests.factories import claims as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


def test_each_row_that_was_not_taken_is_told_with_its_reasons():
    shop = workshops.workshop()
    training_class = workshops.open_class(shop)
    rows = [line(), line(name="钱七", mobile="123"), line(), line(contract_to="2023-05-31")]
    upload = SimpleUploadedFile("roster.csv", csv_bytes(rows))
    roster_file = read_roster(upload_roster(shop.clerk, training_class, upload, on=ON))
    address = reverse("api:roster-problems", args=[roster_file.pk])
    answer = caller(shop.operator)("get", address)
    assert answer.status_code == 200, answer.content
    told = answer.json()["results"]
    assert [(row["row"], [one["code"] for one in row["problems"]]) for row in told] == [
        (3, ["mobile_form"]),
        (5, ["contract_too_short"]),
    ]
    assert told[0]["name"] == "钱七"
    assert all(one["message"] and one["field"] for row in told for one in row["problems"])
    assert rows[1][1] not in answer.content.decode()
    assert (
        caller(accounts.member(Role.DISTRICT_REVIEWER, district=shop.plan.district))(
            "get", address
        ).status_code
        == 403
    )


def test_a_claim_is_computed_anew_until_it_is_handed_in():
    of = make.money(people=2)
    claim = compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=ON)
    withdraw_enrolment(of.clerk, of.enrolments()[0], on=ON, opinion=Opinion(reason="离职"))
    call = caller(of.shop.operator)
    answer = call("post", reverse("api:claim-recompute", args=[claim.pk]))
    assert answer.status_code == 200, answer.content
    assert answer.json()["net_fen"] == claim.net_fen // 2
    assert answer.json()["version"] == claim.version + 1
    submit_claim(of.clerk, Claim.objects.get(), on=ON)
    assert call("post", reverse("api:claim-recompute", args=[claim.pk])).status_code == 409
