"""A successor with new rates, a new level, new shares, another advance and other funds needs no code."""

from dataclasses import replace
from datetime import date

import pytest

from apps.catalogue.models import Occupation, OccupationListing
from apps.policy.apprenticeship import Facts, quote, replays_the_same
from apps.policy.enums import Programme
from apps.policy.lookups import standard_term_months
from apps.policy.reader import read_document
from apps.policy.rules import Rules
from apps.policy.selectors import governing_document, occupation_kind, occupation_kinds
from apps.policy.services.load_policies import load_policies

BEFORE, AFTER = date(2029, 12, 31), date(2030, 1, 1)
SCARCE_SENIOR = Facts(
    level="senior",
    months=24,
    occupation_kind="scarce",
    in_evaluation_scope=True,
    result="passed",
    certificate=False,
)


@pytest.fixture
def successor(folder) -> Rules:
    return read_document(folder / "beijing-demo-successor")


def test_its_rates_shares_and_advance_are_its_own(successor):
    found = quote(successor, SCARCE_SENIOR, AFTER)
    assert found.standard_fen == 1_900_100  # 9500.50 * 24 / 12
    assert found.advance_fen == 380_020  # 9500.50 * 12 / 12 * 40%
    assert found.due_fen == 1_662_588  # 9500.50 * 24 / 12 * 87.5% = 16625.875
    assert found.remainder_fen == 1_662_588 - 380_020
    assert [step.article for step in found.steps][1:] == [
        "三（一）",
        "二（一）",
        "三（一）",
        "三（三）",
        "三（二）",
        "三（二）",
        "三（三）",
    ]


def test_the_advance_of_a_short_term_is_taken_of_that_term(successor):
    found = quote(successor, replace(SCARCE_SENIOR, level="intermediate", months=7), AFTER)
    assert found.standard_fen == 437_500  # 7500 * 7 / 12
    assert found.advance_fen == 175_000  # 7500 * 7 / 12 * 40%


def test_its_new_level_has_rate_term_and_share(successor):
    facts = Facts(level="special_technician", months=36, result="passed", certificate=False)
    found = quote(successor, facts, AFTER)
    assert found.standard_fen == 3_600_000  # 12000 * 36 / 12
    assert found.due_fen == 2_160_000  # 60%
    assert standard_term_months(successor, "special_technician", AFTER) == 36
    assert "特级技师" in str(found.steps[1].params["level"])


def test_a_failed_training_may_be_worth_something(successor):
    found = quote(successor, replace(SCARCE_SENIOR, result="failed"), AFTER)
    assert found.due_fen == 190_010  # 9500.50 * 24 / 12 * 10%
    assert found.remainder_fen == 190_010 - 380_020
    assert found.recovery_fen == 190_010


def test_a_level_that_it_drops_for_a_kind_is_refused(successor, beijing):
    facts = replace(SCARCE_SENIOR, level="technician", occupation_kind="ordinary")
    assert quote(successor, facts, AFTER).refusals[0].code == "no_rate_by_kind"
    assert not quote(beijing, facts, BEFORE).refused


def test_its_funds_come_in_its_order(successor):
    funds = successor.value("fund_order", AFTER)
    assert [fund.code for fund in funds] == ["employment_fund", "talent_fund"]
    assert funds[1].name.zh == "人才发展资金"


def test_what_it_does_not_say_is_taken_from_the_document_it_is_based_on(successor):
    assert successor.value("hours_per_credit", AFTER) == 10
    assert successor.article("hours_per_credit") == "京人社能发〔2022〕11号 三（三）1"
    assert successor.value("deadline_review_days", AFTER) == 10


def test_what_it_took_over_stays_when_the_base_changes(folder, rewrite, successor):
    """The content is whole in itself: its hash and its figures come from it alone."""
    again = read_document(folder / "beijing-demo-successor", lambda key: read_document(folder / key).content)
    assert again == successor
    assert "hours_per_credit" in successor.content["parameters"]


def test_it_governs_from_its_first_day_and_leaves_older_enrolments_alone(folder):
    load_policies(folder)
    older = governing_document(Programme.APPRENTICESHIP, BEFORE)
    newer = governing_document(Programme.APPRENTICESHIP, AFTER)
    before = quote(older.rules, SCARCE_SENIOR, BEFORE).as_snapshot()
    assert before["amounts"]["due_fen"] == 1_360_000
    assert quote(newer.rules, SCARCE_SENIOR, AFTER).due_fen == 1_662_588
    assert replays_the_same(before, older.rules)


# Further shapes of documents ------------------------------------------------------------------------
def test_rates_may_depend_on_the_term(rewrite):
    folder = rewrite(
        "beijing-demo-successor",
        "money.yaml",
        "    - {when: {occupation_kind: ordinary, level: intermediate}, yuan: 5500}\n",
        "    - {when: {level: intermediate, months: {to: 12}}, yuan: 5500}\n"
        "    - {when: {level: intermediate, months: {from: 13}}, yuan: 5100}\n",
    )
    rewrite(
        "beijing-demo-successor",
        "money.yaml",
        "    - {when: {occupation_kind: scarce, level: intermediate}, yuan: 7500}\n",
        "",
    )
    rules = read_document(folder)
    facts = replace(SCARCE_SENIOR, level="intermediate", certificate=True)
    assert quote(rules, replace(facts, months=12), AFTER).rate_fen == 550_000
    assert quote(rules, replace(facts, months=13), AFTER).rate_fen == 510_000


def test_a_cap_per_person_bounds_standard_advance_and_due(rewrite):
    folder = rewrite(
        "beijing-demo-successor",
        "cap.yaml",
        "",
        "person_cap:\n  unit: yuan_per_person\n  article: 三（五）\n"
        "  note: {zh: 每人上限。, en: Cap per person.}\n  value: 15000\n",
    )
    found = quote(read_document(folder), replace(SCARCE_SENIOR, certificate=True), AFTER)
    assert (found.standard_fen, found.due_fen) == (1_500_000, 1_500_000)
    assert found.advance_fen == 380_020  # of the first year's 9500.50, which the cap does not reach
    assert [step.code for step in found.steps][3] == "standard_capped"
    assert found.steps[3].article == "三（五）"
    assert all(step.text for step in found.steps)


def test_the_amount_due_may_be_rounded_down(rewrite):
    folder = rewrite(
        "beijing-demo-successor",
        "rounding.yaml",
        "",
        "due_rounding:\n  unit: code\n  article: 三（二）\n"
        "  note: {zh: 舍去不足一分。, en: Down to the fen.}\n  value: down\n",
    )
    found = quote(read_document(folder), SCARCE_SENIOR, AFTER)
    assert found.due_fen == 1_662_587  # 16625.875
    assert found.steps[-2].code == "due_down"
    assert found.steps[-2].text


def test_a_document_may_name_a_further_kind_of_occupations(rewrite):
    rewrite(
        "beijing-demo-successor",
        "document.yaml",
        "levels:\n",
        "occupation_kinds:\n"
        "  - {code: strategic, name: {zh: 战略急需职业, en: strategic occupation}}\n"
        "  - {code: scarce, name: {zh: 急需紧缺职业（工种）, en: scarce occupation}}\n"
        "levels:\n",
    )
    folder = rewrite(
        "beijing-demo-successor",
        "money.yaml",
        "  value:\n",
        "  value:\n    - {when: {occupation_kind: strategic, level: senior}, yuan: 11000}\n",
    )
    rules = read_document(folder)
    assert list(rules.occupation_kinds) == ["ordinary", "strategic", "scarce"]
    assert quote(rules, replace(SCARCE_SENIOR, occupation_kind="strategic"), AFTER).rate_fen == 1_100_000

    for code, kinds in {
        "6-31-01-03": ["scarce", "strategic"],
        "6-18-02-04": ["scarce"],
        "6-18-01-01": [],
    }.items():
        occupation = Occupation.objects.create(code=code, name="工", name_en="worker")
        for kind in kinds:
            OccupationListing.objects.create(
                list=kind, occupation=occupation, valid_from=AFTER, document="目录"
            )
    expected = {"6-31-01-03": "strategic", "6-18-02-04": "scarce", "6-18-01-01": "ordinary"}
    assert {code: occupation_kind(rules, code, AFTER) for code in expected} == expected
    assert occupation_kinds(rules, expected, AFTER) == expected
    assert occupation_kind(rules, "6-31-01-03", BEFORE) == "ordinary"
