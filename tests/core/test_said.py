"""What the system itself writes into a record is kept by its code; each reader has it in the own language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from apps.core import jobs
from apps.core.errors import Refused
from apps.core.models import Job, JobState
from apps.core.said import Said, Sentence, as_stored, in_words
from apps.payouts.sentences import INSTALMENT_MISSED, SET_OFF, WRITTEN_OFF

CATALOGUE = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
# What these are handed is kept: by the database as a reason, in a decision, as the title of a job.
KEEPERS = {"acting", "system", "Opinion", "enqueue", "report", "take_down", "keep_division", "log_access"}


def test_a_sentence_is_stored_by_its_code_and_read_in_the_language_of_the_moment():
    said = SET_OFF.say(claim="SQ-1")
    assert said.stored == '[[payouts.set_off {"claim": "SQ-1"}]]'
    with translation.override("en"):
        assert in_words(said.stored) == "Set off against claim SQ-1"
    with translation.override("zh-hans"):
        assert in_words(said.stored) != in_words("SQ-1")
        assert "Set off" not in in_words(said.stored)


def test_what_people_wrote_and_what_was_stored_as_a_sentence_before_stays_as_it_is():
    for text in ("个人原因离职", "Set off against claim SQ-1", "[[", "100% sure", ""):
        assert in_words(text) == text


def test_nobody_speaks_in_the_name_of_the_system():
    typed = SET_OFF.say(claim="SQ-1").stored
    kept = as_stored(f"已核对\n{typed}")
    assert in_words(kept) == kept == f"已核对\n[ {typed[1:]}"
    job = Job(kind="k", note=typed)
    assert in_words(Job._meta.get_field("note").get_prep_value(job.note)).startswith("[ [")
    # Within a sentence of the system as well.
    assert "[ [" in WRITTEN_OFF.say(number=typed)


@pytest.mark.parametrize(
    "stored",
    [
        "[[payouts.gone]]",
        "[[payouts.set_off]]",
        '[[payouts.set_off {"claim": }]]',
        "[[payouts.set_off {}]] and more",
    ],
)
def test_a_sentence_that_cannot_be_read_shows_as_it_is_stored(stored):
    assert in_words(stored) == stored


def test_a_sentence_within_a_sentence_is_put_into_words_with_it():
    outer = SET_OFF.say(claim=WRITTEN_OFF.say(number="HX-1"))
    with translation.override("en"):
        assert in_words(outer.stored) == "Set off against claim Written off by HX-1"


def test_each_line_of_several_is_put_into_words_by_itself():
    said = Said.of(f"{WRITTEN_OFF.say(number='HX-1').stored}\nValueError: 7")
    assert said.split("\n")[1] == "ValueError: 7"
    assert "HX-1" in said.split("\n")[0]
    assert "[[" not in said


def test_a_sentence_keeps_its_code_where_spaces_are_taken_off():
    said = INSTALMENT_MISSED.say(position=2, day="2026-03-01")
    assert as_stored(said.strip()) == said.stored


def test_a_figure_is_shown_as_it_is_and_fills_no_place_of_its_own():
    said = SET_OFF.say(claim='%(x)s "]] {0}')
    with translation.override("en"):
        assert in_words(said.stored) == 'Set off against claim %(x)s "]] {0}'


def test_two_sentences_cannot_have_one_code():
    with pytest.raises(ValueError, match="two sentences"):
        Sentence("payouts.set_off", "something else")


@pytest.mark.django_db
def test_a_job_says_what_it_is_to_each_reader_and_why_not_to_whoever_asked(monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {})

    def refuse(_job: Job) -> None:
        raise Refused(f"asked in {translation.get_language()}")

    jobs.register("test.work")(refuse)
    with translation.override("en"):
        job = jobs.enqueue("test.work", params={}, started_by_id=None, title=SET_OFF.say(claim="SQ-1"))
    jobs.run(job.pk)
    for language, found in (("en", True), ("zh-hans", False)):
        with translation.override(language):
            read = Job.objects.get(pk=job.pk)
            assert ("Set off against claim" in read.title) is found
            assert (read.state, read.error) == (JobState.FAILED, "asked in en")


@pytest.mark.django_db
def test_saving_what_was_read_keeps_the_code():
    job = Job.objects.create(
        kind="test.work", title=SET_OFF.say(claim="SQ-1"), send_after="2026-01-01T00:00Z"
    )
    with translation.override("en"):
        Job.objects.get(pk=job.pk).save()
    with translation.override("zh-hans"):
        assert "Set off" not in Job.objects.get(pk=job.pk).title


# House rule. -----------------------------------------------------------------------------------------


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def kept_texts(tree: ast.Module) -> Iterator[int]:
    """The lines in which what a catalogue said at one moment is handed over to be kept."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        texts = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(part, ast.Call) and called(part) in CATALOGUE for part in ast.walk(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in calls:
            if called(call) not in KEEPERS:
                continue
            handed = [*call.args, *(word.value for word in call.keywords)]
            for part in (inner for value in handed for inner in ast.walk(value)):
                if (isinstance(part, ast.Call) and called(part) in CATALOGUE) or (
                    isinstance(part, ast.Name) and part.id in texts
                ):
                    yield call.lineno


def files() -> list[Path]:
    apps = Path(settings.BASE_DIR) / "apps"
    # The rules of a document are read while somebody waits; what is wrong with it is not kept.
    return [path for path in sorted(apps.rglob("*.py")) if path.parts[-2] not in ("migrations", "policy")]


def test_nothing_that_is_kept_is_handed_over_in_one_language():
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{line}"
        for path in files()
        for line in kept_texts(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == [], "write a Sentence into the app's sentences.py and hand over what it says"


def test_a_kept_text_is_found_where_it_hides_behind_a_name():
    hidden = "def f():\n    why = _('x') % 1\n    with acting(actor, 'end', why):\n        pass\n"
    assert list(kept_texts(ast.parse(hidden))) == [3]
