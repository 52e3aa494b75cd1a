"""The colour of a state, and the Chinese of words that English has only once."""

import pytest
from django.apps import apps
from django.template import Context, Template
from django.utils import translation

from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.banking.enums import EntryState
from apps.banking.models import ResultFile
from apps.claims.enums import ObjectionState
from apps.claims.models import Objection
from apps.core import tones
from apps.core.models import Job
from apps.core.models.job import JobState
from apps.enterprises.models import Enterprise
from apps.ledger.models import AccountingPeriod
from apps.payouts.enums import ReleaseState
from apps.payouts.models import BudgetRequest
from apps.reconciliation.models import Break, BreakEvent
from apps.training.enums import DisputeState, Result
from apps.training.models import Assessment, Dispute

SHOWN = {"state", "standing", "result"}


def fields_with_states() -> list[tuple[str, str]]:
    """Every word that a field of a table of ours may hold as a state."""
    return [
        (f"{model._meta.label_lower}.{field.name}", str(word))
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for field in model._meta.fields
        if field.name in SHOWN and field.choices
        for word, _label in field.choices
    ]


def badge(thing, name: str = "") -> str:
    text = f"{{{{ thing|badge:'{name}' }}}}" if name else "{{ thing|badge }}"
    return Template(text).render(Context({"thing": thing}))


@pytest.mark.parametrize(
    ("thing", "family"),
    [
        (TrainingClass(state=ClassState.OPEN), "good"),
        (Objection(state=ObjectionState.OPEN), "warn"),
        (Dispute(state=DisputeState.OPEN), "warn"),
        (Break(state="open"), "bad"),
        (BreakEvent(state="open"), "bad"),
        (AccountingPeriod(state="open"), "info"),
        (Objection(state="upheld"), "bad"),
        (Dispute(state="upheld"), "good"),
        (Objection(state="dismissed"), "good"),
        (Dispute(state="dismissed"), "neutral"),
        (Job(state="failed"), "bad"),
    ],
)
def test_one_word_has_the_colour_of_its_own_table(thing, family):
    # As the database gives it back: a plain word, of no class of states.
    thing.state = str(thing.state)
    assert f'class="badge tone-{family}">{thing.get_state_display()}<' in badge(thing)


def test_a_badge_shows_another_field_by_its_name():
    assert "tone-bad" in badge(Enterprise(standing="removed"), "standing")
    assert "tone-bad" in badge(Assessment(result="failed"), "result")


def test_every_state_has_a_colour_that_somebody_chose():
    assert not [each for each in fields_with_states() if tones.known(each[1], each[0]) is None]


def test_colours_are_chosen_for_fields_and_words_that_exist():
    there = set(fields_with_states()) | {("banking.resultline.outcome", "pending")}
    assert not [each for each in tones.registered() if each[0] and each not in there]


@pytest.mark.parametrize("of", ["", "training.dispute.state"])
def test_a_word_cannot_be_given_a_second_colour(of, monkeypatch):
    monkeypatch.setattr(tones, "_TONES", {})
    tones.register({"upheld": "good"}, of=of)
    tones.register({"upheld": "good"}, of=of)
    with pytest.raises(ValueError, match="good already"):
        tones.register({"upheld": "bad"}, of=of)
    tones.register({"upheld": "bad"}, of="claims.objection.state")
    assert (tones.tone("upheld", of), tones.tone("upheld", "claims.objection.state")) == ("good", "bad")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (lambda: Result.FAILED.label, "不合格"),
        (lambda: ReleaseState.FAILED.label, "放行未完成"),
        (lambda: JobState.FAILED.label, "未完成"),
        (lambda: EntryState.PAID.label, "支付成功"),
        (lambda: ResultFile._meta.get_field("failed_count").verbose_name, "失败笔数"),
        (lambda: DisputeState.OPEN.label, "待答复"),
        (lambda: BudgetRequest._meta.get_field("document").verbose_name, "依据文件"),
    ],
)
def test_one_english_word_has_the_chinese_of_its_place(text, chinese):
    with translation.override("zh-hans"):
        assert str(text()) == chinese
