"""The script of the documentation does what it says, against a running server."""

import importlib.util
from pathlib import Path

import pytest

from apps.accounts.roles import Role
from apps.core.clock import today
from apps.payouts.services.record_appropriation import record_appropriation
from apps.plans.checklist import all_passed
from tests.factories import accounts, enterprises, ledger, numbers, plans

SCOPES = ["plans", "classes", "training", "claims", "payments"]


def script():
    path = Path(__file__).parents[2] / "docs" / "walk.py"
    spec = importlib.util.spec_from_file_location("walk", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.django_db(transaction=True)
def test_the_script_of_the_documentation_takes_a_class_to_the_last_yuan(live_server):
    ledger.chart()
    cast = plans.parties(superior=True)
    place = cast["enterprise"].organisation.district
    enterprises.bank_account(cast["enterprise"].organisation)
    finance = accounts.member(Role.FINANCE_OFFICER, district=place)
    supervisor = accounts.member(Role.DISTRICT_SUPERVISOR, district=place)
    record_appropriation(
        accounts.actor(Role.FINANCE_OFFICER),
        key="budget",
        fund="special_account",
        district=place.pk,
        year=today().year,
        amount_fen=100_000_00,
        document="京财社〔2026〕1号",
        on=today(),
    )
    members = {
        "enterprise": cast["clerk_member"],
        "institution": cast["teacher_member"],
        "superior": cast["superior_member"],
        "reviewer": cast["reviewer_member"],
        "city": cast["officer_member"],
        "supervisor": supervisor,
        "finance": finance,
    }
    told: list[str] = []
    trace = script().walk(
        live_server.url,
        {
            "tokens": {name: accounts.token(member, SCOPES)[1] for name, member in members.items()},
            "today": today().isoformat(),
            "institution": cast["institution"].pk,
            "occupation": plans.OCCUPATION[0],
            "level": plans.LEVEL,
            "months": 24,
            "people": [
                {"name": name, "id_number": numbers.id_number(), "mobile": numbers.mobile()}
                for name in ("张三", "李四")
            ],
            "checklist": list(all_passed()),
        },
        told.append,
    )
    assert trace["payments"][-1]["state"] == "paid"
    assert {row["seat"] for row in trace["decisions"]} >= {
        "applicant",
        "reviewer",
        "second_signer",
        "releaser",
    }
    assert any("remainder" in line for line in told)
