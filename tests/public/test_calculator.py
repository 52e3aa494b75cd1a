"""The public calculator gives what the policy gives, and keeps what was typed."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.ground import stands

ASKED = {
    "document": "beijing-2022-11",
    "on": "2023-03-01",
    "occupation_kind": "scarce",
    "in_evaluation_scope": "yes",
    "level": "senior",
    "months": "24",
    "outcome": "passed",
}


@pytest.fixture
@stands
def _policies_loaded():
    call_command("load_policies", "fixtures/policies", verbosity=0)


def ask(client, **changes):
    return client.get(reverse("public:calculator"), ASKED | changes)


@pytest.mark.usefixtures("_policies_loaded")
def test_the_example_of_the_city_comes_out_to_the_fen(client):
    page = ask(client).content.decode()

    assert "16,000.00" in page
    assert "8,000.00" in page
    assert "13,600.00" in page
    assert "5,600.00" in page


@pytest.mark.usefixtures("_policies_loaded")
def test_who_did_not_finish_pays_the_advance_back(client):
    response = ask(client, outcome="withdrawn")

    assert response.context["answer"].recovery_fen == 8_000_00
    assert "应退回" in response.content.decode()


@pytest.mark.usefixtures("_policies_loaded")
def test_a_term_that_is_no_number_is_refused_and_kept(client):
    response = ask(client, months="two years")

    assert response.status_code == 200
    assert response.context["answer"] is None
    assert 'value="two years"' in response.content.decode()


@pytest.mark.usefixtures("_policies_loaded")
def test_a_level_that_the_document_does_not_pay_for_is_refused_with_its_reason(client):
    response = ask(client, level="primary")

    assert response.context["answer"].refused


@pytest.mark.usefixtures("_policies_loaded")
def test_a_document_without_kinds_of_occupation_does_not_ask_for_one(client):
    response = client.get(reverse("public:calculator"), {"document": "nanjing-2019-53"})

    assert "occupation_kind" not in response.context["form"].fields


@pytest.mark.usefixtures("_policies_loaded")
def test_the_page_asks_the_database_the_same_number_of_times_whatever_is_typed(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(3):
        ask(client)


def test_without_a_document_the_page_says_so(client):
    page = client.get(reverse("public:calculator")).content.decode()

    assert "尚未载入政策文件" in page
