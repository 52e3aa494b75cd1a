"""A document that names a new source of money opens it in the books."""

import pytest

from apps.ledger.models import Fund
from apps.ledger.policy_funds import open_funds
from apps.policy.reader import policies_dir, read_document
from apps.policy.services.load_policies import load_policies

NANJING = policies_dir() / "nanjing-2019-53"
NAMED = ["special_account", "employment_fund", "local_talent", "industry_development"]


@pytest.fixture
def _one_fund() -> None:
    Fund.objects.all().delete()
    Fund.objects.create(code="employment_fund", name="原名", name_en="its name", position=1)


@pytest.mark.usefixtures("_one_fund")
def test_the_funds_of_a_document_are_opened_once_and_those_there_keep_their_names():
    rules = read_document(NANJING)
    open_funds(rules)
    open_funds(rules)
    codes = list(Fund.objects.values_list("code", flat=True))
    assert codes == ["employment_fund", "special_account", "local_talent", "industry_development"]
    assert Fund.objects.get(code="employment_fund").name == "原名"


@pytest.mark.usefixtures("_one_fund")
def test_loading_a_document_opens_its_funds():
    load_policies(NANJING)
    assert set(Fund.objects.values_list("code", flat=True)) == set(NAMED)
