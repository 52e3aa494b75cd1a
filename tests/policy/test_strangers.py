"""What a stranger's documents brought to light: amounts, gaps and files that are no plain text."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from apps.policy.models import PolicyDocument
from tests.policy.test_odd_documents import HEADER, LEVEL, SHARE, write
from tests.policy.test_quote_command import answer, arguments, stopped

MONEY = """\
rates:
  unit: yuan_per_person_year
  article: 三
  note: {zh: 标准, en: rate}
  value: 6650.50
advance_share:
  unit: percent
  article: 三
  note: {zh: 预拨, en: ahead}
  value: 100
due_rounding:
  unit: code
  article: 三
  note: {zh: 取整, en: rounding}
  value: %s
"""


@pytest.mark.parametrize("months", ["1", "7", "13", "17", "36"])
@pytest.mark.parametrize("rounding", ["down", "half_up"])
def test_all_of_it_paid_ahead_leaves_nothing_to_pay_or_to_recover(folder, rounding, months):
    write(folder, money=MONEY % rounding)
    asked = arguments("next", on="2030-01-01", months=months, result="passed", certificate="yes")
    found = answer(*asked, "--dir", str(folder))
    assert found["remainder_fen"] == found["recovery_fen"] == 0
    assert found["advance_fen"] == found["due_fen"]


RATES_WITH_A_LATER_LEVEL = """\
rates:
  unit: yuan_per_person_year
  article: 三
  note: {zh: 标准, en: rate}
  values:
    2030-01-01: [{when: {level: senior}, yuan: 5000}]
    2031-01-01: [{when: {level: [senior, special]}, yuan: 5000}]
shares:
  unit: percent
  article: 三
  note: {zh: 比例, en: share}
  value: [{when: {level: senior, result: passed}, percent: 100}, {when: {level: senior}, percent: 0}]
"""


def test_a_level_that_gets_a_rate_later_needs_a_share_as_well(capsys, folder):
    write(folder, HEADER + LEVEL, RATES_WITH_A_LATER_LEVEL)
    asked = arguments("next", on="2030-01-01")
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("load_policies", str(folder))
    assert "shares.values.2030-01-01: has no row for level=special" in str(refused.value)
    assert "special" in stopped(capsys, *asked, "--dir", str(folder))


SHARES_OF_ONE_OUTCOME = """\
shares:
  unit: percent
  article: 三
  note: {zh: 比例, en: share}
  value: [{when: {result: passed}, percent: 100}, {when: {result: withdrawn, certificate: yes}, percent: 0}]
"""


def test_an_open_outcome_is_named_once(folder):
    write(folder, money=SHARES_OF_ONE_OUTCOME)
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("load_policies", str(folder))
    slips = [line for line in str(refused.value).splitlines() if "has no row" in line]
    assert len(slips) == len(set(slips)) > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHARE.replace("  ", "\t"), "line 2: has a tab; indent with spaces"),
        (SHARE + "---\n" + SHARE, "line 6: a second document begins here; leave “---” out"),
        (SHARE.replace("40", "[40"), "look at the indentation, the colons"),
        (
            SHARE.replace("article: 三", "article 三"),
            "look at the indentation, the colons",
        ),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_to_write(folder, text, said):
    write(folder, money=text)
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("load_policies", str(folder))
    assert "next/money.yaml: line " in str(refused.value)
    assert said in str(refused.value)
    assert refused.value.returncode == 2
    assert not PolicyDocument.objects.exists()


def test_a_pipe_among_the_files_is_not_waited_for(capsys, folder: Path):
    write(folder)
    os.mkfifo(folder / "next" / "more.yaml")
    said = stopped(capsys, *arguments("next", on="2030-01-01"), "--dir", str(folder), "--language", "en")
    assert said.startswith("more.yaml: is no plain file")


def test_a_header_without_a_key_is_not_offered_as_a_document(capsys, folder: Path):
    write(folder, HEADER.replace("key: next\n", ""))
    said = stopped(capsys, *arguments("nosuch"), "--dir", str(folder))
    assert "None" not in said


def test_a_day_that_is_given_twice_is_refused(capsys):
    assert "--on" in stopped(capsys, *arguments(), "--on=2023-03-02")
