"""The recovery notice as a PDF: what it says was fixed when it was issued, and it is the same to the byte."""

import hashlib
import io
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from fontTools.ttLib import TTFont

from apps.accounts.models import Organisation
from apps.core.errors import InvalidInput
from apps.payouts.models import Recovery, RecoveryNotice
from apps.payouts.notice import sheet
from apps.payouts.notice.document import notice_pdf
from apps.payouts.notice.facts import digest, fix_notice
from tests.factories import claims as make
from tests.factories import numbers
from tests.factories.banking import signed_account
from tests.factories.recoveries import owed
from tests.ground import stands
from tests.pdf import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
@stands
def noticed() -> Recovery:
    """A notice of a district whose treasury has an account."""
    of = make.money(people=2)
    signed_account(
        of.finance,
        profile_key="city-commercial",
        account_name="朝阳区财政局",
        account_number=numbers.account_number(),
        bank_name="工商银行朝阳支行",
        bank_code="313100000013",
        district=of.training_class.district_id,
    )
    return owed(of)


def test_the_chinese_notice_says_all_that_the_enterprise_has_to_know(noticed):
    name, content = notice_pdf(noticed, "zh-hans")
    text = text_of(content)
    assert name == f"{noticed.number}-zh.pdf"
    assert content.startswith(b"%PDF-")
    enterprise = noticed.enterprise.organisation
    line = noticed.claim.lines.first()
    for expected in (
        "追回通知书",
        noticed.number,
        noticed.claim.number,
        noticed.claim.training_class.name,
        enterprise.name,
        enterprise.uscc,
        "12,000.00",
        "壹万贰仟元整",
        "四（三）",
        line.enrolment.person.name,
        line.enrolment.number,
        "未完成培训",
        "朝阳区财政局",
        "工商银行朝阳支行",
        f"{noticed.due_on.year}年{noticed.due_on.month}月{noticed.due_on.day}日",
        "人力资源和社会保障局",
        "京人社能发〔2022〕11号",
    ):
        assert expected in text, expected


def test_the_english_notice_says_the_same(noticed):
    text = text_of(notice_pdf(noticed, "en")[1])
    for expected in ("Notice of recovery", "12,000.00", "壹万贰仟元整", "Did not finish", noticed.number):
        assert expected in text, expected


def test_it_is_there_in_two_languages_only(noticed):
    with pytest.raises(InvalidInput):
        notice_pdf(noticed, "fr")


def test_the_same_facts_give_the_same_bytes(noticed):
    first = notice_pdf(noticed, "zh-hans")[1]
    assert notice_pdf(noticed, "zh-hans")[1] == first
    assert notice_pdf(noticed, "en")[1] != first


def test_another_process_gives_the_same_bytes():
    """Nothing of the moment or of the process goes into the file."""
    program = (
        "import django, hashlib; django.setup()\n"
        "from datetime import date\n"
        "from apps.payouts.notice.sheet import Sheet\n"
        "page = Sheet('ZH1', day=date(2023, 3, 1), language='zh-CN', foot='摘要')\n"
        "page.title('追回通知书'); page.facts([('金额', '捌仟元整')])\n"
        "page.table(['学徒', '金额，元'], [['李四', '8,000.00']], [50, 50])\n"
        "print(hashlib.sha256(page.content()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
            env={"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


def test_what_changes_later_does_not_change_the_notice(noticed):
    before = notice_pdf(noticed, "zh-hans")[1]
    Organisation.objects.filter(pk=noticed.enterprise_id).update(name="改名有限公司")
    Recovery.objects.filter(pk=noticed.pk).update(due_on="2030-01-01")
    noticed = Recovery.objects.get(pk=noticed.pk)
    assert notice_pdf(noticed, "zh-hans")[1] == before


def test_the_facts_are_written_once_and_stay(noticed):
    notice = RecoveryNotice.objects.get(recovery=noticed)
    assert notice.sha256 == digest(notice.facts)
    assert fix_notice(noticed).pk == notice.pk
    account = notice.facts["account"]
    assert isinstance(account, int)
    with pytest.raises(DatabaseError), transaction.atomic():
        RecoveryNotice.objects.update(facts={})


def test_without_an_account_the_notice_says_whom_to_ask():
    recovery = owed(make.money(people=1))
    assert "账户" in text_of(notice_pdf(recovery, "zh-hans")[1])


def test_a_character_that_the_font_does_not_have_is_shown_as_missing():
    assert sheet.printable("吉𠮷") == "吉〓"


def test_the_font_is_embedded_and_comes_from_the_locked_packages(noticed):
    content = notice_pdf(noticed, "zh-hans")[1]
    assert b"/FontFile2" in content
    font = TTFont(io.BytesIO(sheet.font_file().read_bytes()))
    assert "Noto Sans SC" in font["name"].getDebugName(1)
    assert len(hashlib.sha256(content).hexdigest()) == 64
