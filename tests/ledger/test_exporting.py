"""The books as other programs read them: they accept every fen, and refuse one that is wrong."""

import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.claims.enums import ClaimKind
from apps.ledger import services
from apps.ledger.exporting import BEANCOUNT, HLEDGER, Scope, export
from apps.ledger.exporting.books import Names, amount, balances
from tests.factories import claims
from tests.factories import ledger as make
from tests.ground import stands

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
HLEDGER_PROGRAM = shutil.which("hledger")
ODD = '含"引号"、反斜杠\\、逗号,分号;与|竖线\n和换行'


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BEAN_CHECK, "--no-cache", path)


def hledger_check(path: Path) -> subprocess.CompletedProcess[str]:
    return run(HLEDGER_PROGRAM, "-f", path, "check", "--strict", "ordereddates")


CHECKS = {BEANCOUNT: bean_check, HLEDGER: hledger_check}
# The launcher installs the Debian package; elsewhere it may not be there to be had, and it says so.
needs_hledger = pytest.mark.skipif(HLEDGER_PROGRAM is None, reason="hledger is not installed")
EACH = [BEANCOUNT, pytest.param(HLEDGER, marks=needs_hledger)]


@pytest.fixture
@stands
def story(db: None) -> None:
    """A class with a paid advance and a settled remainder, out of two funds, and one odd memo reversed."""
    of = claims.money(people=2, special_fen=10_000_00)
    claims.paid(of)
    for row in of.enrolments():
        claims.result(of, row, "passed", certificate=True)
    claims.evidence(of)
    claims.paid(of, ClaimKind.REMAINDER)
    odd = services.post("odd:1,2", make.DAY, "advance", ODD, make.two_legs(1))
    services.reverse(odd, "odd:1,2:back", make.DAY, ODD)


def written(form, tmp_path: Path, scope: Scope | None = None) -> Path:
    path = tmp_path / f"books.{form.ending}"
    path.write_text("".join(export(form, scope)), encoding="utf-8")
    return path


def wanted() -> dict[str, int]:
    """What the system holds, by the names of the export."""
    names = Names()
    return {names.of(*place): fen for place, fen in balances(Scope()).items()}


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("form", EACH, ids=["beancount", "hledger"])
def test_the_independent_program_accepts_the_books(form, tmp_path):
    done = CHECKS[form](written(form, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("form", EACH, ids=["beancount", "hledger"])
@pytest.mark.parametrize("place", ["a leg", "an asserted balance"])
def test_the_independent_program_refuses_one_fen(form, place, tmp_path):
    path = written(form, tmp_path)
    text = path.read_text(encoding="utf-8")
    if place == "a leg":
        text = text.replace("Cash  10000.00 CNY", "Cash  10000.01 CNY", 1)
    else:
        head, found, tail = text.rpartition(".00 ~ 0 CNY" if form is BEANCOUNT else ".00 CNY\n")
        text = head + found.replace(".00", ".01", 1) + tail
    assert text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert CHECKS[form](path).returncode != 0


@pytest.mark.usefixtures("story")
def test_beancount_computes_our_balances(tmp_path):
    from beancount import loader
    from beancount.core import data, inventory

    entries, errors, _options = loader.load_file(str(written(BEANCOUNT, tmp_path)))
    assert not errors
    found: dict[str, inventory.Inventory] = {}
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for leg in entry.postings:
                found.setdefault(leg.account, inventory.Inventory()).add_position(leg)
    sums = {name: int(held.get_currency_units("CNY").number * 100) for name, held in found.items()}
    assert sums == wanted()
    keys = [entry.meta["key"] for entry in entries if isinstance(entry, data.Transaction)]
    assert "odd:1,2" in keys
    assert len(set(keys)) == len(keys)


@needs_hledger
@pytest.mark.usefixtures("story")
def test_hledger_computes_our_balances(tmp_path):
    done = run(HLEDGER_PROGRAM, "-f", written(HLEDGER, tmp_path), "bal", "--flat", "-E", "-N", "-O", "csv")
    rows = [line.strip('"').split('","') for line in done.stdout.splitlines()[1:]]
    sums = {name: int(Decimal(text.split()[0]) * 100) for name, text in rows}
    assert sums == wanted()


@pytest.mark.usefixtures("story")
def test_the_sums_per_fund_and_district_are_the_systems_own(tmp_path):
    by_place: dict[tuple[str, str], int] = {}
    for name, fen in wanted().items():
        _root, fund, district, _account = name.split(":")
        by_place[fund, district] = by_place.get((fund, district), 0) + fen
    assert set(by_place.values()) == {0}


@pytest.mark.usefixtures("story")
def test_the_same_books_give_the_same_bytes():
    assert list(export(BEANCOUNT)) == list(export(BEANCOUNT))


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("form", EACH, ids=["beancount", "hledger"])
def test_books_to_a_day_or_of_a_district_are_accepted_too(form, tmp_path):
    services.post("elsewhere", date(2030, 1, 1), "advance", "", make.two_legs(5, district="110108"))
    for scope in (Scope(until=make.DAY), Scope(district="110108")):
        path = written(form, tmp_path, scope)
        assert CHECKS[form](path).returncode == 0
        assert ("2030-01-01" in path.read_text()) == (scope.district == "110108")


@pytest.mark.django_db
@pytest.mark.parametrize("form", EACH, ids=["beancount", "hledger"])
def test_empty_books_are_accepted(form, tmp_path):
    assert CHECKS[form](written(form, tmp_path)).returncode == 0


@pytest.mark.django_db
def test_names_of_accounts_never_meet(books):
    from apps.ledger.models import Fund

    for code in ("special-account", "Special_account", "专账"):
        Fund.objects.create(code=code, name=code, name_en=code)
    names = Names()
    assert len({names.of("cash", fund, "") for fund in names.funds}) == Fund.objects.count()


def test_amounts_are_whole_fen_with_two_decimals():
    assert [amount(fen) for fen in (0, 5, -5, 100, -123456)] == ["0.00", "0.05", "-0.05", "1.00", "-1234.56"]


@pytest.mark.usefixtures("story")
def test_the_command_writes_a_file_or_the_output(tmp_path):
    call_command("export_ledger", "--format", "beancount", str(tmp_path / "x"))
    shown = StringIO()
    call_command("export_ledger", "--format", "beancount", "-", stdout=shown)
    assert shown.getvalue() == (tmp_path / "x").read_text(encoding="utf-8")
    assert "odd:1" in shown.getvalue()
