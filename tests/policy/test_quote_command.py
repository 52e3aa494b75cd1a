"""`manage.py quote`, as somebody outside runs it: one JSON object, or exit 2 and a sentence."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as project
from django.core.management import call_command

from apps.policy.services.load_policies import load_policies

EXAMPLE = {
    "occupation_kind": "scarce",
    "level": "senior",
    "months": "24",
    "in_evaluation_scope": "yes",
    "result": "passed",
    "certificate": "no",
}


def arguments(document="beijing-2022-11", on="2023-03-01", **changes) -> list[str]:
    facts = {name: value for name, value in (EXAMPLE | changes).items() if value is not None}
    return [document, f"--on={on}", *(f"--set={name}={value}" for name, value in facts.items())]


def answer(*words: str) -> dict:
    out = StringIO()
    call_command("quote", *words, stdout=out)
    return json.loads(out.getvalue())


def stopped(capsys, *words: str) -> str:
    """The sentence of a question that cannot be: exit 2, one line, nothing on standard output."""
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("quote", *words, stdout=out, stderr=err)
    assert left.value.code == 2
    assert out.getvalue() == ""
    said = err.getvalue() + capsys.readouterr().err
    assert said.count("\n") == 1
    return said


# Answers --------------------------------------------------------------------------------------------
def test_the_example_is_answered_with_its_steps():
    found = answer(*arguments())
    assert {name: found[name] for name in ("standard_fen", "advance_fen", "due_fen", "remainder_fen")} == {
        "standard_fen": 1_600_000,
        "advance_fen": 800_000,
        "due_fen": 1_360_000,
        "remainder_fen": 560_000,
    }
    assert found["number"] == "京人社能发〔2022〕11号"
    assert found["on"] == "2023-03-01"
    assert found["facts"] == EXAMPLE | {"months": 24}
    assert found["notes"] == []
    assert "refused" not in found
    assert all(set(step) == {"code", "text", "article", "amount"} for step in found["steps"])
    assert found["steps"][-1]["amount"] == 560_000


def test_a_refusal_is_an_answer():
    found = answer(*arguments(level="primary", months="37"))
    assert [reason["code"] for reason in found["refused"]] == ["no_rate_by_kind", "term_too_long"]
    assert all(reason["text"] and reason["article"] for reason in found["refused"])
    assert "due_fen" not in found
    assert "steps" not in found


def test_the_sentences_are_chinese_unless_english_is_asked_for():
    chinese = answer(*arguments())
    english = answer(*arguments(), "--language", "en")
    assert chinese["steps"][3]["text"] == "全额标准：8,000.00 × 24 ÷ 12 = 16,000.00 元。"
    assert english["steps"][3]["text"] == "Full standard: 8,000.00 × 24 ÷ 12 = 16,000.00 yuan."
    assert chinese["due_fen"] == english["due_fen"]


def test_nanjing_is_answered_without_a_kind_and_carries_its_notes():
    found = answer(
        *arguments("nanjing-2019-53", occupation_kind=None, in_evaluation_scope=None, certificate=None)
    )
    assert (found["standard_fen"], found["advance_fen"], found["due_fen"]) == (1_000_000, 500_000, 1_000_000)
    assert any("2019—2021" in note for note in found["notes"])


def test_nanjing_takes_a_kind_that_changes_nothing():
    assert answer(*arguments("nanjing-2019-53"))["due_fen"] == 1_000_000


def test_documents_of_another_folder_are_read(folder):
    found = answer(*arguments("beijing-demo-successor", on="2030-01-01"), "--dir", str(folder))
    assert found["due_fen"] == 1_662_588
    alone = answer(
        *arguments("beijing-demo-successor", on="2030-01-01"), "--dir", str(folder / "beijing-demo-successor")
    )
    assert alone == found


def test_a_day_that_a_successor_governs_is_refused_under_the_older_document(folder):
    found = answer(*arguments(on="2030-01-01"), "--dir", str(folder))
    assert [reason["code"] for reason in found["refused"]] == ["succeeded"]
    assert "京示范〔2030〕1号" in found["refused"][0]["text"]
    assert answer(*arguments(on="2029-12-31"), "--dir", str(folder))["due_fen"] == 1_360_000


def test_a_key_without_a_file_is_looked_for_among_the_loaded_documents(folder):
    load_policies(folder)
    assert answer(*arguments("beijing-demo-successor", on="2030-01-01"))["due_fen"] == 1_662_588


def test_a_document_in_a_file_is_answered_without_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer(*arguments())


# Impossible questions -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (arguments("beijing-1999"), "beijing-1999"),
        (arguments("../beijing-2022-11"), "../beijing-2022-11"),
        (arguments(on="2023-02-30"), "2023-02-30"),
        (arguments(on="20230301"), "20230301"),
        (arguments(on="yesterday"), "yesterday"),
        (arguments(on="2023-3-1"), "2023-3-1"),
        (arguments(months="0"), "months"),
        (arguments(months="-3"), "months"),
        (arguments(months="24.0"), "months"),
        (arguments(months="two"), "months"),
        (arguments(months="２４"), "months"),
        (arguments(months=""), "months"),
        (arguments(months="9" * 30), "months"),
        (arguments(level="wizard"), "wizard"),
        (arguments(result="maybe"), "maybe"),
        (arguments(certificate="true"), "certificate"),
        (arguments(in_evaluation_scope="1"), "in_evaluation_scope"),
        (arguments(occupation_kind="rare"), "rare"),
        (arguments(colour="red"), "colour"),
        (arguments(level=None), "level"),
        (arguments(months=None), "months"),
        (arguments(result=None), "result"),
        (arguments(certificate=None), "certificate"),
        (arguments(occupation_kind=None), "occupation_kind"),
        (arguments(in_evaluation_scope=None), "in_evaluation_scope"),
        ([*arguments(), "--set=level=senior"], "level"),
        ([*arguments(), "--set=level"], "level"),
        ([*arguments(), "--set="], "="),
        ([*arguments(), "--dir=/nowhere/at/all"], "/nowhere/at/all"),
        ([*arguments(), "--language=fr"], "fr"),
        ([*arguments(), "--unknown"], "--unknown"),
        ([*arguments(), "--lang=en"], "--lang"),
        (["beijing-2022-11"], "--on"),
    ],
)
def test_an_impossible_question_is_answered_in_a_sentence(capsys, words, named):
    assert named in stopped(capsys, *words)


def test_a_spoilt_document_is_named_by_file_and_key(capsys, folder, rewrite):
    rewrite("beijing-2022-11", "money.yaml", "yuan: 5000", "yuan: lots")
    said = stopped(capsys, *arguments(), "--dir", str(folder))
    assert said.startswith("money.yaml: rates.values.2022-05-27[1].yuan")


# As a process ---------------------------------------------------------------------------------------
def run(*words: str, **environment: str) -> subprocess.CompletedProcess:
    names = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "quote", *words],
        cwd=project.BASE_DIR,
        env=names | environment,
        capture_output=True,
        check=False,
    )


def test_it_needs_no_database_and_no_broker():
    found = run(
        *arguments(), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert found.returncode == 0
    assert found.stderr == b""
    assert json.loads(found.stdout)["due_fen"] == 1_360_000


def test_it_writes_utf8_whatever_the_terminal_says():
    found = run(*arguments(), LC_ALL="C", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert found.returncode == 0
    assert json.loads(found.stdout.decode("utf-8"))["number"] == "京人社能发〔2022〕11号"


def test_an_unknown_document_is_a_sentence_when_no_database_answers():
    found = run(*arguments("beijing-1999"), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert found.returncode == 2
    assert found.stdout == b""
    assert len(found.stderr.decode().splitlines()) == 1
