"""Loading documents into the database, which one governs a day, and that a used one never changes."""

from copy import deepcopy
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from apps.catalogue.models import Level
from apps.policy import usage
from apps.policy.models import PolicyDocument
from apps.policy.problems import DocumentInUse, InvalidDocument, UngovernedDay
from apps.policy.reader import rules_from_content
from apps.policy.selectors import governing_document, parameter, rules_of, successor_of
from apps.policy.services.load_policies import load_policies, store_documents
from tests.factories.plans import complete_plan

FIRST_DAY = date(2030, 1, 1)
# By the day on which they come into force.
KEYS = ["beijing-recovery", "nanjing-recovery", "nanjing-2019-53", "beijing-2022-11"]


def stored() -> list[dict]:
    return list(PolicyDocument.objects.order_by("key").values())


@pytest.fixture
def no_registrations(monkeypatch):
    """Only what a test registers itself."""
    monkeypatch.setattr(usage, "_checks", [])
    monkeypatch.setattr(usage, "_hooks", [])


# Loading --------------------------------------------------------------------------------------------
def test_the_project_s_documents_load_and_loading_again_changes_nothing():
    assert load_policies().added == KEYS
    before = stored()
    assert load_policies().unchanged == KEYS
    assert stored() == before


def test_a_folder_of_one_document_loads(folder):
    assert load_policies(folder / "nanjing-2019-53").added == ["nanjing-2019-53"]
    assert PolicyDocument.objects.count() == 1


def test_a_stored_document_has_the_file_s_content_and_hash(beijing):
    load_policies()
    document = PolicyDocument.objects.get(key="beijing-2022-11")
    assert document.content == beijing.content
    assert document.sha256 == beijing.sha256
    assert document.rules == beijing
    assert rules_of(document) is document.rules


def test_the_levels_come_with_the_documents_and_a_new_one_too(folder):
    load_policies(folder)
    assert list(Level.objects.values_list("code", "rank")) == [
        ("primary", 1),
        ("intermediate", 2),
        ("senior", 3),
        ("technician", 4),
        ("senior_technician", 5),
        ("special_technician", 6),
    ]
    assert Level.objects.get(code="special_technician").name == "特级技师"


def test_one_spoilt_document_keeps_all_of_them_out(folder, rewrite):
    rewrite("nanjing-2019-53", "money.yaml", "  value: 50", "  value: many")
    with pytest.raises(InvalidDocument) as refused:
        load_policies(folder)
    assert str(refused.value.defects[0]).startswith("nanjing-2019-53/money.yaml: advance_share.values")
    assert not PolicyDocument.objects.exists()


def test_a_successor_of_an_unknown_document_is_refused(folder):
    with pytest.raises(InvalidDocument, match="beijing-2022-11"):
        load_policies(folder / "beijing-demo-successor")
    assert not PolicyDocument.objects.exists()


def test_a_successor_loads_alone_once_its_predecessor_is_there(folder):
    load_policies(folder / "beijing-2022-11")
    load_policies(folder / "beijing-demo-successor")
    assert PolicyDocument.objects.get(key="beijing-demo-successor").succeeds.key == "beijing-2022-11"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("in_force_from: 2030-01-01", "in_force_from: 2022-05-27", "in_force_from"),
        ("in_force_from: 2030-01-01", "in_force_from: 2022-05-01", ".values"),
        ("jurisdiction: beijing", "jurisdiction: tianjin", "succeeds"),
        ("rank: 6", "rank: 5", "levels"),
    ],
)
def test_a_successor_that_does_not_fit_is_refused(folder, rewrite, old, new, key):
    rewrite("beijing-demo-successor", "document.yaml", old, new)
    with pytest.raises(InvalidDocument) as refused:
        load_policies(folder)
    assert key in refused.value.defects[0].key
    assert not PolicyDocument.objects.exists()


def test_two_documents_of_one_city_cannot_start_on_one_day(folder, rewrite):
    rewrite(
        "beijing-demo-successor", "document.yaml", "in_force_from: 2030-01-01", "in_force_from: 2022-05-27"
    )
    rewrite("beijing-demo-successor", "document.yaml", "succeeds: beijing-2022-11\n", "")
    with pytest.raises(InvalidDocument, match="in_force_from"):
        load_policies(folder)


# Changing -------------------------------------------------------------------------------------------
def change_a_rate(rewrite) -> None:
    rewrite("beijing-2022-11", "money.yaml", "yuan: 5000", "yuan: 5001")


def test_a_corrected_file_replaces_an_unused_document(folder, rewrite, no_registrations):
    load_policies(folder / "beijing-2022-11")
    change_a_rate(rewrite)
    assert load_policies(folder / "beijing-2022-11").replaced == ["beijing-2022-11"]
    rows = PolicyDocument.objects.get().content["parameters"]["rates"]["values"]["2022-05-27"]
    assert rows[0]["yuan"] == 5001


def test_a_document_that_something_was_done_under_is_not_changed(folder, rewrite, no_registrations):
    usage.usage_check(lambda document: document.key == "beijing-2022-11")
    load_policies(folder / "beijing-2022-11")
    before = stored()
    change_a_rate(rewrite)
    with pytest.raises(DocumentInUse) as refused:
        load_policies(folder / "beijing-2022-11")
    assert "京人社能发〔2022〕11号" in refused.value.message
    assert "succeeds: beijing-2022-11" in refused.value.message
    assert stored() == before


def test_a_document_that_a_plan_names_is_not_changed(folder, rewrite, no_registrations):
    complete_plan()
    change_a_rate(rewrite)
    with pytest.raises(DocumentInUse):
        load_policies(folder / "beijing-2022-11")


def test_the_database_keeps_a_document_that_a_plan_names():
    complete_plan()
    delete_now = (
        "DELETE FROM policy_policydocument WHERE key = 'beijing-2022-11'; SET CONSTRAINTS ALL IMMEDIATE"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="foreign key"):
            cursor.execute(delete_now)
        transaction.set_rollback(True)


def test_a_document_with_a_successor_is_not_changed(folder, rewrite, no_registrations):
    load_policies(folder)
    change_a_rate(rewrite)
    with pytest.raises(DocumentInUse):
        load_policies(folder / "beijing-2022-11")


def without_the_later_choice(rewrite) -> None:
    """Beijing's document as it was before the choice of late certificates had a name."""
    path = rewrite("beijing-2022-11", "money.yaml", "", "") / "money.yaml"
    before, _begin, after = path.read_text(encoding="utf-8").partition("late_certificate:\n")
    rest = after[after.index("recovery_deadline_days:") :]
    path.write_text(before + rest, encoding="utf-8")


def test_a_used_document_stays_when_a_file_only_names_what_held_without_it(
    folder, rewrite, beijing, no_registrations
):
    usage.usage_check(lambda document: document.key == "beijing-2022-11")
    without_the_later_choice(rewrite)
    load_policies(folder / "beijing-2022-11")
    before = stored()
    assert parameter(PolicyDocument.objects.get(), "late_certificate", FIRST_DAY) == "until_signature"
    store_documents([beijing])
    assert stored() == before
    content = deepcopy(dict(beijing.content))
    content["parameters"]["person_cap"] = {
        "unit": "yuan_per_person",
        "article": "四（二）",
        "note": {"zh": "上限", "en": "cap"},
        "values": {"2022-05-27": [{"yuan": 5000}]},
    }
    with pytest.raises(DocumentInUse):
        store_documents([rules_from_content(content)])


def test_the_same_content_in_another_layout_is_no_change(folder, rewrite):
    load_policies(folder / "beijing-2022-11")
    rewrite("beijing-2022-11", "money.yaml", "yuan: 5000}", "yuan: 5000 }")
    assert load_policies(folder / "beijing-2022-11").unchanged == ["beijing-2022-11"]


def test_the_database_refuses_to_edit_a_document():
    load_policies()
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        PolicyDocument.objects.filter(key="beijing-2022-11").update(number="x")


def test_without_the_guard_the_document_could_be_edited():
    """The control: the same statement passes where the trigger is gone."""
    load_policies()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
        cursor.execute("ALTER TABLE policy_policydocument DISABLE TRIGGER USER")
        cursor.execute("UPDATE policy_policydocument SET number = 'x' WHERE key = 'beijing-2022-11'")
        assert cursor.rowcount == 1
        transaction.set_rollback(True)


def test_a_document_whose_content_was_tampered_with_computes_nothing(beijing):
    load_policies()
    document = PolicyDocument.objects.get(key="beijing-2022-11")
    document.content["parameters"]["rates"]["values"]["2022-05-27"][0]["yuan"] = 9999
    document.sha256 = "0" * 64
    with pytest.raises(ValueError, match="does not have its hash"):
        rules_of(document)


def test_other_rooms_hear_of_every_loading(folder, no_registrations):
    heard = []
    usage.on_load(lambda rules: heard.append(rules.key))
    load_policies(folder)
    load_policies(folder)
    assert heard == 2 * [*KEYS, "beijing-demo-successor"]


# Governing ------------------------------------------------------------------------------------------
def test_the_newest_document_in_force_governs_a_day(folder):
    load_policies(folder)
    assert governing_document("apprenticeship", date(2022, 5, 27)).key == "beijing-2022-11"
    assert governing_document("apprenticeship", date(2029, 12, 31)).key == "beijing-2022-11"
    assert governing_document("apprenticeship", FIRST_DAY).key == "beijing-demo-successor"
    assert governing_document("apprenticeship", FIRST_DAY, "nanjing").key == "nanjing-2019-53"


def test_a_day_before_every_document_is_governed_by_none(folder):
    load_policies(folder)
    with pytest.raises(UngovernedDay) as refused:
        governing_document("apprenticeship", date(2022, 5, 26))
    assert "2022-05-26" in refused.value.message
    assert "apprenticeship" not in refused.value.message


def test_the_city_of_the_settings_is_meant_by_default(folder, settings):
    load_policies(folder)
    settings.JURISDICTION = "nanjing"
    assert governing_document("apprenticeship", FIRST_DAY).key == "nanjing-2019-53"


def test_a_successor_that_ends_gives_back_to_nobody_but_the_older_one(folder, rewrite):
    rewrite("beijing-demo-successor", "document.yaml", "succeeds:", "in_force_until: 2031-12-31\nsucceeds:")
    load_policies(folder)
    assert governing_document("apprenticeship", date(2031, 12, 31)).key == "beijing-demo-successor"
    assert governing_document("apprenticeship", date(2032, 1, 1)).key == "beijing-2022-11"


def test_the_successor_of_a_document_is_known_from_its_first_day(folder):
    load_policies(folder)
    document = PolicyDocument.objects.get(key="beijing-2022-11")
    assert successor_of(document, date(2029, 12, 31)) is None
    assert successor_of(document, FIRST_DAY).key == "beijing-demo-successor"


def test_a_parameter_is_read_from_a_row_and_from_rules_alike(beijing):
    load_policies()
    document = PolicyDocument.objects.get(key="beijing-2022-11")
    day = date(2023, 1, 1)
    assert parameter(document, "hours_per_credit", day) == parameter(beijing, "hours_per_credit", day) == 10


# The command ----------------------------------------------------------------------------------------
def test_the_command_tells_what_it_did(folder):
    out = StringIO()
    call_command("load_policies", str(folder), stdout=out)
    assert out.getvalue().count("\n") == len(KEYS) + 1
    assert "beijing-demo-successor" in out.getvalue()


def test_the_command_names_every_slip(folder, rewrite):
    rewrite("nanjing-2019-53", "money.yaml", "  value: 50", "  value: many")
    rewrite("beijing-2022-11", "money.yaml", "  value: 50", "  value: many")
    with pytest.raises(CommandError) as refused:
        call_command("load_policies", str(folder))
    assert "beijing-2022-11/money.yaml: advance_share" in str(refused.value)
    assert "nanjing-2019-53/money.yaml: advance_share" in str(refused.value)


def test_the_command_refuses_a_used_document_in_a_sentence(folder, rewrite, no_registrations):
    usage.usage_check(lambda _document: True)
    call_command("load_policies", str(folder / "beijing-2022-11"), stdout=StringIO())
    change_a_rate(rewrite)
    with pytest.raises(CommandError, match="beijing-2022-11"):
        call_command("load_policies", str(folder / "beijing-2022-11"))


def test_the_command_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("load_policies", str(tmp_path / "nowhere"))
