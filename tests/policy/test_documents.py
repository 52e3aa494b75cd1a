"""Documents as files: what is read, and what is refused by file and key."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from apps.policy.parameters import PARAMETERS, REQUIRED
from apps.policy.problems import InvalidDocument, MissingParameter
from apps.policy.reader import known_keys, policies_dir, read_document, read_documents
from apps.policy.rules import digest

ON = date(2023, 3, 1)


def defects(read) -> list[str]:
    with translation.override("en"), pytest.raises(InvalidDocument) as refused:
        read()
    return [str(defect) for defect in refused.value.defects]


# The project's documents ----------------------------------------------------------------------------
def test_both_documents_are_there():
    assert known_keys(policies_dir()) == [
        "beijing-2022-11",
        "beijing-recovery",
        "nanjing-2019-53",
        "nanjing-recovery",
    ]


@pytest.mark.parametrize("key", ["beijing-2022-11", "nanjing-2019-53"])
def test_a_document_states_every_parameter_with_article_unit_and_note(key):
    rules = read_document(policies_dir() / key)
    assert REQUIRED <= set(rules.parameters) <= set(PARAMETERS)
    for parameter in rules.parameters.values():
        assert parameter.article
        assert parameter.unit == PARAMETERS[parameter.name].unit
        assert parameter.note.zh
        assert parameter.note.en
        assert parameter.note.zh != parameter.note.en


def test_beijing_s_own_words_are_read(beijing):
    assert beijing.number == "京人社能发〔2022〕11号"
    assert beijing.in_force_from == date(2022, 5, 27)
    assert beijing.in_force_until is None
    assert [fund.code for fund in beijing.value("fund_order", ON)] == ["special_account", "employment_fund"]
    assert beijing.value("teaching_plan_proportion", ON) == (1, 3, 6)
    assert beijing.value("teaching_plan_tolerance", ON) == Fraction(1, 2)
    assert beijing.value("hours_per_credit", ON) == 10
    assert beijing.value("term_months_max", ON) == 36
    assert beijing.value("contract_months_min", ON) == 12
    assert beijing.value("minimum_monthly_wage", ON) is None
    deadlines = [
        beijing.value(f"deadline_{stage}_days", ON) for stage in ("accept", "review", "recheck", "correct")
    ]
    assert deadlines == [5, 10, 10, 15]


def test_what_the_city_chose_is_marked(beijing, nanjing):
    chosen = {parameter.name for parameter in beijing.choices}
    assert {"advance_base", "scarce_list_date_basis", "due_rounding", "netting"} <= chosen
    assert "late_certificate" in chosen
    assert beijing.value("late_certificate", ON) == nanjing.value("late_certificate", ON) == "until_signature"
    assert {"teaching_plan_tolerance", "deadline_accept_days", "deadline_correct_days"} <= chosen
    assert not {"rates", "shares", "advance_share", "fund_order", "credits_min"} & chosen
    assert {"shares", "advance_share"} <= {parameter.name for parameter in nanjing.choices}
    assert "rates" not in {parameter.name for parameter in nanjing.choices}


def test_a_parameter_of_another_document_is_cited_with_its_number(beijing):
    assert beijing.article("trainings_per_person_year_max") == "京政办发〔2019〕18号 五（十五）"
    assert beijing.article("rates") == "四（二）"


def test_beijing_notes_its_successor_from_its_first_day_on(beijing):
    assert beijing.notes_on(date(2024, 11, 25)) == []
    (note,) = beijing.notes_on(date(2024, 11, 26))
    assert "〔2024〕15号" in note.zh


def test_nanjing_has_no_end_and_says_why(nanjing):
    assert nanjing.in_force_until is None
    assert any("2019—2021" in note.zh for note in nanjing.notes_on(ON))


def test_the_hash_follows_the_content_and_not_the_layout(rewrite, beijing):
    folder = rewrite("beijing-2022-11", "money.yaml", "rates:\n", "# a remark\n\nrates:\n")
    assert read_document(folder).sha256 == beijing.sha256
    folder = rewrite("beijing-2022-11", "money.yaml", "yuan: 5000", "yuan: 5001")
    assert read_document(folder).sha256 != beijing.sha256


def test_the_hash_does_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


# Values by date -------------------------------------------------------------------------------------
def test_a_value_holds_from_its_day_until_the_next(rewrite):
    folder = rewrite(
        "beijing-2022-11",
        "procedure.yaml",
        "note: {zh: 受理期限。, en: Time to accept.}\n  value: 5",
        "note: {zh: 受理期限。, en: Time to accept.}\n  values: {2022-05-27: 5, 2024-01-01: 3}",
    )
    rules = read_document(folder)
    assert rules.value("deadline_accept_days", date(2023, 12, 31)) == 5
    assert rules.value("deadline_accept_days", date(2024, 1, 1)) == 3


def test_a_value_before_the_first_is_missing_by_name_and_day(beijing):
    with pytest.raises(MissingParameter) as refused:
        beijing.value("hours_per_credit", date(2022, 5, 26))
    assert "hours_per_credit" in refused.value.message
    assert "2022-05-26" in refused.value.message


def test_a_first_value_after_the_document_s_first_day_is_refused(rewrite):
    folder = rewrite(
        "beijing-2022-11", "training.yaml", "value: [1, 3, 6]", "values: {2022-05-28: [1, 3, 6]}"
    )
    (only,) = defects(lambda: read_document(folder))
    assert only.startswith("training.yaml: teaching_plan_proportion.values: has no value on 2022-05-27")


def test_percentages_are_exact(rewrite):
    folder = rewrite("beijing-2022-11", "money.yaml", "percent: 85", "percent: 33.3")
    table = read_document(folder).value("shares", ON)
    assert Fraction(333, 1000) in {row.value for row in table.rows}


# What is refused ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # YAML itself
        ("money.yaml", "rates:\n", "rates: 1\nrates:\n", "money.yaml: line 4: “rates” stands here twice"),
        (
            "money.yaml",
            "  article: 四（二）\n",
            "  article: x\n  article: y\n",
            "“article” stands here twice",
        ),
        ("money.yaml", "yuan: 5000", "yuan: !!float 5000", "money.yaml: line"),
        ("money.yaml", "yuan: 5000", "yuan: &a 5000, b: *a", "references (*name) are not used"),
        ("money.yaml", "rates:\n", "rates: [\n", "money.yaml: line"),
        ("money.yaml", "en: Passed with", "en: Yes, passed with", "put a text with a comma in quotes"),
        ("extra.yaml", "", "- a\n- b\n", "extra.yaml: write “name: value” lines"),
        ("extra.yml", "", "a: 1\n", "extra.yml: name the file with the ending .yaml"),
        ("extra.yaml", "", "rates: {}\n", "stands in extra.yaml as well"),
        # The header
        ("document.yaml", "key: beijing-2022-11\n", "", "document.yaml: key: is missing"),
        ("document.yaml", "issued_on: 2022-05-27", "issued_on: 2022-13-27", "issued_on: write a day"),
        ("document.yaml", "issued_on: 2022-05-27", "issued_on: 20220527", "issued_on: write a day"),
        ("document.yaml", "programme: apprenticeship", "programme: other", "programme: write one of"),
        ("document.yaml", "jurisdiction: beijing", "jurisdiction: 北京", "jurisdiction: write small letters"),
        ("document.yaml", "jurisdiction:", "juristiction: x\njurisdiction:", "juristiction: is not known"),
        (
            "document.yaml",
            "in_force_article: 印发通知",
            "in_force_until: 2022-05-26",
            "lies before in_force_from",
        ),
        ("document.yaml", "in_force_article: 印发通知", "succeeds: beijing-2022-11", "cannot succeed itself"),
        (
            "document.yaml",
            "in_force_article: 印发通知",
            "based_on: nowhere",
            "there is no document “nowhere”",
        ),
        ("document.yaml", "in_force_article: 印发通知", "based_on: beijing-2022-11", "there is no document"),
        ("document.yaml", "  en: Beijing's scheme", "  fr: Beijing's scheme", "title: write it in both"),
        ("document.yaml", "notes:\n  - from: 2024-11-26", "notes:\n  - from: soon", "notes[1]: write"),
        ("document.yaml", "notes:\n", "levels: [{code: x}]\nnotes:\n", "levels[1]: write an entry with"),
        # Parameters
        ("money.yaml", "netting:\n", "nettting:\n", "netting: is missing"),
        ("money.yaml", "netting:\n", "nettting:\n", "nettting: is no parameter"),
        ("money.yaml", "unit: yuan_per_person_year", "unit: yuan", "rates.unit: write yuan_per_person_year"),
        ("money.yaml", "  article: 四（一）\n", "", "fund_order.article: write where"),
        ("money.yaml", "  choice: true\n", "  choice: maybe\n", "choice: write true or false"),
        (
            "money.yaml",
            "en: Standard per person",
            "fr: Standard per person",
            "rates.note: write one line in both",
        ),
        ("money.yaml", "  value: per_enterprise", "  value: per_city", "one of: per_enterprise, none"),
        (
            "money.yaml",
            "  value: until_signature",
            "  value: for_ever",
            "one of: until_signature",
        ),
        ("money.yaml", "  value: 50", "  value: 50\n  values: {2022-05-27: 40}", "both value and values"),
        ("money.yaml", "  value: 50", "  valeu: 50", "advance_share.valeu: is not known here"),
        ("money.yaml", "  value: 50", "  value: 150", "a percentage from 0 to 100"),
        ("money.yaml", "  value: 50", "  value: half", "a percentage from 0 to 100"),
        ("money.yaml", "  value: 20", "  value: 20.5", "a whole number from 1 to 400"),
        ("money.yaml", "  value: 20", "  value: 0", "a whole number from 1 to 400"),
        ("money.yaml", "code: employment_fund", "code: special_account", "a list of different funds"),
        ("training.yaml", "value: [1, 3, 6]", "value: [1, 3]", "a list of the parts"),
        ("training.yaml", "  value: senior", "  value: boss", "one of: primary, intermediate"),
        ("apprentices.yaml", "  value: yes", "  value: perhaps", "write yes or no"),
        (
            "apprentices.yaml",
            "unit: enrolments\n  article: 三（三）1\n  choice: true\n  note:\n"
            "    zh: 同一人同时在册的学籍数。\n"
            "    en: Enrolments that one person may have at a time.\n  value: 1\n",
            "unit: enrolments\n  article: 三（三）1\n  choice: true\n  note:\n"
            "    zh: 同一人同时在册的学籍数。\n"
            "    en: Enrolments that one person may have at a time.\n  value: 2\n",
            "“2” cannot stand here; write 1: the system holds no other figure",
        ),
        ("apprentices.yaml", "[receives_pension,", "[rich,", "a list of different words"),
        ("procedure.yaml", "value: 15", "value: null", "deadline_correct_days.values.2022-05-27: “nothing”"),
        # Rows
        ("money.yaml", "yuan: 5000}", "yuan: 5000.505}", "rates.values.2022-05-27[1].yuan"),
        ("money.yaml", "yuan: 5000}", "yuan: -5000}", "an amount in yuan"),
        ("money.yaml", "yuan: 5000}", "euro: 5000}", "rates.values.2022-05-27[1]: write a row as"),
        ("money.yaml", "level: intermediate}", "level: middle}", "write one of, or a list of: primary"),
        (
            "money.yaml",
            "kind: ordinary, level: intermediate",
            "sort: ordinary, level: intermediate",
            "is no fact",
        ),
        (
            "money.yaml",
            "{occupation_kind: ordinary, level: intermediate}",
            "{months: 0}",
            "whole number of months",
        ),
        (
            "money.yaml",
            "{occupation_kind: ordinary, level: intermediate}",
            "{months: {from: 9, to: 3}}",
            "months",
        ),
        (
            "money.yaml",
            "{occupation_kind: ordinary, level: senior}",
            "{level: [senior]}",
            "row 2 already covers",
        ),
        ("money.yaml", "when: {result: withdrawn}", "when: {result: failed}", "can never apply"),
        ("money.yaml", "when: {result: failed}", "when: {result: failed, level: senior}", "has no row for"),
        ("money.yaml", "percent: 85\n", "procent: 85\n", "shares.values.2022-05-27[3]: write a row as"),
        ("money.yaml", "article: 四（三）、四（四）", "articel: 四（三）", "articel: is not known here"),
    ],
)
def test_a_slip_is_named_by_file_and_key(rewrite, file, old, new, expected):
    folder = rewrite("beijing-2022-11", file, old, new)
    assert any(expected in defect for defect in defects(lambda: read_document(folder)))


def test_every_slip_is_named_at_once(rewrite):
    rewrite("beijing-2022-11", "money.yaml", "  value: 50", "  value: 150")
    folder = rewrite("beijing-2022-11", "training.yaml", "value: [1, 3, 6]", "value: 1:3:6")
    found = defects(lambda: read_document(folder))
    assert [defect.split(":")[0] for defect in found] == ["money.yaml", "training.yaml"]


def test_a_file_that_is_not_utf8_is_refused(folder):
    path = folder / "beijing-2022-11" / "money.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert defects(lambda: read_document(path.parent)) == [
        "money.yaml: the file is not UTF-8; save it as UTF-8"
    ]


def test_a_huge_file_is_refused_unread(folder):
    path = folder / "beijing-2022-11" / "more.yaml"
    path.write_bytes(b"#" * 1_000_001)
    assert defects(lambda: read_document(path.parent)) == [
        "more.yaml: the file is larger than 1 MB; split it"
    ]


def test_a_deeply_nested_file_is_refused(folder):
    path = folder / "beijing-2022-11" / "more.yaml"
    path.write_text("a: " + "[" * 500 + "]" * 500, encoding="utf-8")
    assert "nested too deeply" in defects(lambda: read_document(path.parent))[0]


def test_a_folder_without_documents_is_refused(tmp_path):
    assert "holds no policy document" in defects(lambda: read_documents(tmp_path))[0]
    assert "holds no policy document" in defects(lambda: read_documents(tmp_path / "nowhere"))[0]


def test_two_documents_with_one_key_are_refused(rewrite, folder):
    rewrite("nanjing-2019-53", "document.yaml", "key: nanjing-2019-53", "key: beijing-2022-11")
    assert any(
        "two documents have the key beijing-2022-11" in text
        for text in defects(lambda: read_documents(folder))
    )


def test_documents_that_are_based_on_each_other_are_refused(rewrite):
    rewrite(
        "beijing-2022-11",
        "document.yaml",
        "in_force_article",
        "based_on: beijing-demo-successor\nin_force_article",
    )
    folder = rewrite("beijing-demo-successor", "document.yaml", "rank: 6", "rank: 6")
    assert any("to take the rest from" in text for text in defects(lambda: read_document(folder)))


def test_yes_and_no_and_on_are_words_and_not_truth_values(rewrite):
    folder = rewrite("beijing-2022-11", "extra.yaml", "", "on: {unit: yes}\n")
    assert any("extra.yaml: on: is no parameter" in text for text in defects(lambda: read_document(folder)))
