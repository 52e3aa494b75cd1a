"""The minimum wage by date, and the catalogues as they stood on a day."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.accounts.roles import Role
from apps.policy.models import MinimumWage
from tests.factories import accounts, plans

pytestmark = pytest.mark.django_db
WAGE = {"valid_from": "2026-07-01", "amount": "2540", "document": "京人社劳发〔2026〕5号", "article": "一"}


def test_the_city_records_a_minimum_wage_with_its_document_and_nobody_else_does():
    url = reverse("desk:minimum_wage")
    assert accounts.client_for(Role.DISTRICT_REVIEWER).post(url, WAGE).status_code == 403
    client = accounts.client_for(Role.CITY_OFFICER)
    assert client.post(url, {**WAGE, "document": ""}).status_code == 422
    client.post(url, WAGE)
    row = MinimumWage.objects.get()
    assert (row.amount_fen, row.valid_from, row.article) == (254_000, date(2026, 7, 1), "一")
    assert "京人社劳发〔2026〕5号" in client.get(url).content.decode()


def test_a_recorded_minimum_wage_is_neither_changed_nor_removed():
    accounts.client_for(Role.CITY_OFFICER).post(reverse("desk:minimum_wage"), WAGE)
    for change in (lambda rows: rows.update(amount_fen=1), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(MinimumWage.objects.all())


@pytest.mark.parametrize("tab", ["", "scarce", "evaluation_scope"])
def test_officials_read_each_catalogue(tab):
    plans.parties()
    query = {"list": tab, "on": "2023-03-01"}
    page = accounts.client_for(Role.AUDITOR).get(reverse("desk:catalogues"), query)
    assert page.status_code == 200


def test_a_list_is_shown_as_it_stood_on_the_day():
    from apps.catalogue.models import Occupation, OccupationListing

    occupation = Occupation.objects.create(code="9-99-99-99", name="试验工", name_en="Tester")
    OccupationListing.objects.create(
        list="scarce", occupation=occupation, valid_from=date(2024, 1, 1), document="京人社能发〔2024〕1号"
    )
    client = accounts.client_for(Role.CITY_OFFICER)
    url = reverse("desk:catalogues")
    assert "试验工" not in client.get(url, {"list": "scarce", "on": "2023-12-31"}).content.decode()
    assert "试验工" in client.get(url, {"list": "scarce", "on": "2024-01-01"}).content.decode()
