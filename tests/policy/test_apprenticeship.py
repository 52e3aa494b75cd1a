"""What a quote explains, what it refuses, and what always holds whatever the facts."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.policy.apprenticeship import (
    Facts,
    quote,
    replay,
    replays_the_same,
)
from apps.policy.lookups import credits_required, standard_term_months
from apps.policy.problems import MissingFact
from apps.policy.reader import policies_dir, read_document
from apps.policy.rules import digest

ON = date(2023, 3, 1)
EXAMPLE = Facts(
    level="senior",
    months=24,
    occupation_kind="scarce",
    in_evaluation_scope=True,
    result="passed",
    certificate=False,
)
BEIJING = read_document(policies_dir() / "beijing-2022-11")

levels = st.sampled_from(["intermediate", "senior", "technician", "senior_technician"])
facts_within_the_rules = st.builds(
    Facts,
    level=levels,
    months=st.integers(1, 36),
    occupation_kind=st.sampled_from(["ordinary", "scarce"]),
    in_evaluation_scope=st.booleans(),
    result=st.sampled_from(["passed", "failed", "withdrawn"]),
    certificate=st.booleans(),
)
days_in_force = st.dates(min_value=BEIJING.in_force_from, max_value=date(2040, 12, 31))


def codes(steps) -> list[str]:
    return [step.code for step in steps]


# The example of the domain's page -------------------------------------------------------------------
def test_the_example_passed_without_certificate():
    assert quote(BEIJING, EXAMPLE, ON).amounts == {
        "standard_fen": 1_600_000,
        "advance_fen": 800_000,
        "due_fen": 1_360_000,
        "remainder_fen": 560_000,
    }


def test_the_example_withdrawn_in_month_5_gives_the_advance_back():
    found = quote(BEIJING, replace(EXAMPLE, result="withdrawn"), ON)
    assert (found.due_fen, found.remainder_fen, found.recovery_fen) == (0, -800_000, 800_000)
    assert codes(found.steps)[-1] == "recovery"


def test_every_step_has_its_article_and_the_sum_its_amounts():
    found = quote(BEIJING, EXAMPLE, ON)
    assert [(step.code, step.article, step.amount_fen) for step in found.steps] == [
        ("document", "印发通知", None),
        ("rate_by_kind", "四（二）", 800_000),
        ("term_standard", "三（一）", None),
        ("standard", "四（二）", 1_600_000),
        ("advance_whole_term", "四（四）", 800_000),
        ("share", "四（三）", None),
        ("due_half_up", "四（三）", 1_360_000),
        ("remainder", "四（四）", 560_000),
    ]


def test_steps_read_in_the_reader_s_language():
    found = quote(BEIJING, EXAMPLE, ON)
    with translation.override("zh-hans"):
        chinese = [step.text for step in found.steps]
    with translation.override("en"):
        english = [step.text for step in found.steps]
    assert chinese[3] == "全额标准：8,000.00 × 24 ÷ 12 = 16,000.00 元。"
    assert english[3] == "Full standard: 8,000.00 × 24 ÷ 12 = 16,000.00 yuan."
    assert "急需紧缺职业（工种）" in chinese[1]
    assert "scarce occupation" in english[1]
    assert all(a != b for a, b in zip(chinese, english, strict=True))


def test_the_share_names_the_row_that_applied():
    found = quote(BEIJING, replace(EXAMPLE, in_evaluation_scope=False), ON)
    with translation.override("en"):
        assert "not yet within the city's evaluation scope" in found.steps[5].text
    assert found.share == 1


def test_another_term_than_the_standard_one_asks_for_a_reason():
    found = quote(BEIJING, replace(EXAMPLE, months=30), ON)
    assert found.steps[2].code == "term_differs"
    with translation.override("en"):
        assert "reason" in found.steps[2].text


def test_without_a_result_only_the_advance_is_answered():
    found = quote(BEIJING, replace(EXAMPLE, result=None, certificate=None), ON)
    assert found.amounts == {
        "standard_fen": 1_600_000,
        "advance_fen": 800_000,
        "due_fen": None,
        "remainder_fen": None,
    }
    assert codes(found.steps)[-1] == "advance_whole_term"


# What a quote needs to know -------------------------------------------------------------------------
def test_a_fact_that_no_row_depends_on_is_not_asked_for():
    facts = Facts(level="senior", months=24, occupation_kind="ordinary", result="withdrawn")
    assert quote(BEIJING, facts, ON).due_fen == 0


@pytest.mark.parametrize(
    ("missing", "facts"),
    [
        ("occupation_kind", replace(EXAMPLE, occupation_kind=None)),
        ("certificate", replace(EXAMPLE, certificate=None)),
        ("in_evaluation_scope", replace(EXAMPLE, in_evaluation_scope=None)),
    ],
)
def test_a_fact_that_the_answer_depends_on_is_named(missing, facts):
    with pytest.raises(MissingFact) as refused:
        quote(BEIJING, facts, ON)
    assert refused.value.name == missing
    assert missing in refused.value.message


@pytest.mark.parametrize("months", [0, -1, 24.0, "24", True, None])
def test_months_are_a_positive_whole_number(months):
    with pytest.raises(ValueError, match="months"):
        Facts(level="senior", months=months)


def test_a_result_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="result"):
        Facts(level="senior", months=24, result="maybe")


def test_nanjing_asks_for_level_term_and_result_only(nanjing):
    found = quote(nanjing, Facts(level="senior_technician", months=24, result="passed"), date(2020, 1, 1))
    assert (found.standard_fen, found.advance_fen, found.due_fen) == (1_600_000, 800_000, 1_600_000)
    assert codes(found.steps)[1] == "rate"
    assert len(found.notes) == 2


# What is refused ------------------------------------------------------------------------------------
def refusal(rules, facts, on) -> tuple[str, str]:
    found = quote(rules, facts, on)
    assert found.refused
    assert found.amounts == dict.fromkeys(found.amounts)
    assert not found.steps
    (only,) = found.refusals
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert only.text
    return only.code, only.article


def test_the_day_before_the_document_is_refused_and_its_first_day_is_not():
    assert refusal(BEIJING, EXAMPLE, date(2022, 5, 26)) == ("before_in_force", "印发通知")
    assert not quote(BEIJING, EXAMPLE, date(2022, 5, 27)).refused


def test_the_day_after_the_document_s_end_is_refused_and_its_last_day_is_not(rewrite):
    folder = rewrite(
        "beijing-2022-11", "document.yaml", "in_force_article", "in_force_until: 2024-11-25\nin_force_article"
    )
    rules = read_document(folder)
    assert not quote(rules, EXAMPLE, date(2024, 11, 25)).refused
    assert refusal(rules, EXAMPLE, date(2024, 11, 26)) == ("after_in_force", "印发通知")


def test_a_level_without_a_rate_is_refused(nanjing):
    assert refusal(BEIJING, replace(EXAMPLE, level="primary"), ON) == ("no_rate_by_kind", "四（二）")
    primary = Facts(level="primary", months=12, result="passed")
    assert refusal(nanjing, primary, ON) == ("no_rate", "二（一）1")


def test_a_term_above_the_longest_is_refused_and_the_longest_is_not():
    assert refusal(BEIJING, replace(EXAMPLE, months=37), ON) == ("term_too_long", "三（一）")
    assert not quote(BEIJING, replace(EXAMPLE, months=36), ON).refused


def test_several_reasons_come_at_once():
    found = quote(BEIJING, replace(EXAMPLE, level="primary", months=37), ON)
    assert codes(found.refusals) == ["no_rate_by_kind", "term_too_long"]


# What always holds ----------------------------------------------------------------------------------
@given(facts_within_the_rules, days_in_force)
def test_advance_and_remainder_make_what_is_due(facts, on):
    found = quote(BEIJING, facts, on)
    assert found.advance_fen + found.remainder_fen == found.due_fen
    assert found.recovery_fen == max(0, found.advance_fen - found.due_fen)


@given(facts_within_the_rules)
def test_the_advance_is_half_of_the_standard_or_a_fen_less(facts):
    found = quote(BEIJING, facts, ON)
    assert 0 <= found.standard_fen - 2 * found.advance_fen <= 1


@given(facts_within_the_rules)
def test_nothing_due_is_above_the_standard_or_below_zero(facts):
    found = quote(BEIJING, facts, ON)
    assert 0 <= found.due_fen <= found.standard_fen


@given(facts_within_the_rules, st.integers(1, 35))
def test_a_longer_term_is_never_worth_less(facts, months):
    shorter = quote(BEIJING, replace(facts, months=months), ON)
    longer = quote(BEIJING, replace(facts, months=months + 1), ON)
    assert longer.standard_fen > shorter.standard_fen
    assert longer.advance_fen >= shorter.advance_fen
    assert longer.due_fen >= shorter.due_fen


@given(facts_within_the_rules)
def test_a_certificate_is_never_worth_less_than_none(facts):
    with_one = quote(BEIJING, replace(facts, certificate=True), ON)
    without = quote(BEIJING, replace(facts, certificate=False), ON)
    assert with_one.due_fen >= without.due_fen


@given(facts_within_the_rules)
def test_the_amounts_are_the_exact_fractions_rounded_once(facts):
    found = quote(BEIJING, facts, ON)
    exact = Fraction(found.rate_fen * facts.months, 12)
    assert abs(found.standard_fen - exact) <= Fraction(1, 2)
    assert abs(found.due_fen - exact * found.share) <= Fraction(1, 2)


@given(facts_within_the_rules, days_in_force)
def test_a_stored_snapshot_replays_to_the_same_fen(facts, on):
    stored = json.loads(json.dumps(quote(BEIJING, facts, on).as_snapshot()))
    assert replay(stored, BEIJING).amounts == stored["amounts"]
    assert replays_the_same(stored, BEIJING)


@given(facts_within_the_rules)
def test_no_float_appears_anywhere(facts):
    def values(node):
        if isinstance(node, dict):
            for child in node.values():
                yield from values(child)
        elif isinstance(node, list):
            for child in node:
                yield from values(child)
        else:
            yield node

    assert not any(isinstance(value, float) for value in values(quote(BEIJING, facts, ON).as_snapshot()))


# Snapshots ------------------------------------------------------------------------------------------
def test_a_snapshot_names_its_document_by_hash():
    snapshot = quote(BEIJING, EXAMPLE, ON).as_snapshot()
    assert snapshot["document"] == "beijing-2022-11"
    assert snapshot["sha256"] == BEIJING.sha256 == digest(BEIJING.content)
    assert snapshot["facts"] == {
        "occupation_kind": "scarce",
        "level": "senior",
        "months": 24,
        "in_evaluation_scope": True,
        "result": "passed",
        "certificate": False,
    }


def test_a_snapshot_is_not_replayed_by_other_rules(nanjing):
    snapshot = quote(BEIJING, EXAMPLE, ON).as_snapshot()
    with pytest.raises(ValueError, match="another content"):
        replay(snapshot, nanjing)


def test_a_snapshot_of_other_arithmetic_is_not_replayed():
    snapshot = quote(BEIJING, EXAMPLE, ON).as_snapshot() | {"version": 0}
    with pytest.raises(ValueError, match="another calculator"):
        replay(snapshot, BEIJING)


@pytest.mark.parametrize("amount", ["standard_fen", "advance_fen", "due_fen", "remainder_fen"])
def test_a_changed_fen_in_a_snapshot_is_found(amount):
    snapshot = quote(BEIJING, EXAMPLE, ON).as_snapshot()
    snapshot["amounts"][amount] += 1
    assert not replays_the_same(snapshot, BEIJING)


def test_a_snapshot_can_be_changed_without_changing_the_quote():
    quote(BEIJING, EXAMPLE, ON).as_snapshot()["amounts"]["due_fen"] = 0
    assert quote(BEIJING, EXAMPLE, ON).as_snapshot()["amounts"]["due_fen"] == 1_360_000


def test_the_same_question_is_computed_once():
    assert quote(BEIJING, EXAMPLE, ON) is quote(BEIJING, replace(EXAMPLE), ON)


# What other rooms ask ------------------------------------------------------------------------------
def test_terms_and_credits_by_level():
    assert standard_term_months(BEIJING, "intermediate", ON) == 12
    assert standard_term_months(BEIJING, "senior_technician", ON) == 24
    assert standard_term_months(BEIJING, "primary", ON) is None
    assert credits_required(BEIJING, "intermediate", ON) == 40
    assert credits_required(BEIJING, "technician", ON) == 80
