"""The chart of accounts and the funds are data."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.translation import override

from apps.core.errors import InvalidInput, Refused
from apps.ledger.models import Account, Fund
from apps.ledger.services.charting import load_chart, load_funds
from tests.factories import ledger as make

HEADER = "code,kind,name,name_en\n"


@pytest.fixture
def directory(tmp_path):
    source = settings.BASE_DIR / "fixtures" / "ledger"
    for name in ("chart.csv", "funds.csv"):
        (tmp_path / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_the_command_loads_what_the_system_comes_with(db, capsys):
    call_command("load_chart")
    assert capsys.readouterr().out == "12 accounts, 2 funds\n"
    assert list(Fund.objects.values_list("code", flat=True)) == [make.ACCOUNT_FUND, make.SUBSIDY_FUND]
    assert Account.objects.first().pk == "cash"


def test_loading_again_changes_nothing(books, directory):
    before = list(Account.objects.values())
    assert load_chart(directory) == (12, 2)
    assert list(Account.objects.values()) == before


def test_a_name_is_shown_in_the_readers_language(books):
    cash = Account.objects.get(pk="cash")
    with override("zh-hans"):
        assert str(cash) == "财政专户存款"
    with override("en"):
        assert str(cash) == "Cash in the fiscal account"


def test_a_new_account_and_a_new_name_need_only_the_file(books, directory):
    (directory / "chart.csv").write_text(HEADER + "cash,asset,存款,Cash\nfees,expense,手续费,Fees\n", "utf-8")
    load_chart(directory)
    assert Account.objects.get(pk="cash").name == "存款"
    assert Account.objects.filter(pk__in=["fees", "payables"]).count() == 2


def test_an_account_with_legs_keeps_its_kind(books, directory):
    make.posted(debited="cash")
    (directory / "chart.csv").write_text(HEADER + "cash,liability,存款,Cash\n", "utf-8")
    with pytest.raises(Refused) as refusal:
        load_chart(directory)
    assert refusal.value.code == "account_in_use"
    assert Account.objects.get(pk="cash").kind == "asset"


def test_an_unknown_kind_is_refused_with_the_known_ones(books, directory):
    (directory / "chart.csv").write_text(HEADER + "cash,gold,存款,Cash\n", "utf-8")
    with pytest.raises(InvalidInput, match="asset, liability"):
        load_chart(directory)


def test_the_command_says_what_is_missing(db, tmp_path):
    with pytest.raises(CommandError, match=r"chart\.csv"):
        call_command("load_chart", str(tmp_path))


def test_a_policy_may_bring_a_fund_of_its_own(books):
    assert load_funds([("bonds", "专项债券", "Special bonds")]) == 1
    assert Fund.objects.get(pk="bonds").name == "专项债券"
