"""The Chinese of the interface: complete, and kept so by a command."""

from pathlib import Path

import polib
import pytest

from apps.core import catalogues

PYTHON = """
from django.utils.translation import gettext as at_once
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

A = _("Hello %(name)s")
B = ngettext("%(count)d row", "%(count)d rows", 2)
C = pgettext("give back", "Return")
D = f"{_('Inside')}"
E = at_once("Renamed")
"""
TEMPLATE = """{% load i18n %}{% translate "Title" %}
{% blocktranslate trimmed count n=rows|length with who=owner %}
  {{ n }} file of {{ who }}
{% plural %}
  {{ n }} files of {{ who }}
{% endblocktranslate %}<c-badge label="{% translate 'Label' %}" />"""


@pytest.fixture
def project(tmp_path, settings) -> Path:
    """A project with two apps and a template of one of them."""
    settings.BASE_DIR = tmp_path
    for app in ("core", "desk"):
        (tmp_path / "apps" / app).mkdir(parents=True)
        (tmp_path / "apps" / app / "apps.py").touch()
    (tmp_path / "apps" / "desk" / "views.py").write_text(PYTHON)
    for folder, text in (("desk", TEMPLATE), ("errors", '{% load i18n %}{% translate "Gone" %}')):
        (tmp_path / "templates" / folder).mkdir(parents=True)
        (tmp_path / "templates" / folder / "page.html").write_text(text)
    return tmp_path


def translate(app: str, **chinese: str) -> None:
    """Fill in a catalogue: every text as "好", or what is given for it."""
    path = catalogues.catalogue_path(app)
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        marks = " ".join(f"%({name})s" for name in sorted(catalogues.placeholders(entry.msgid)))
        text = chinese.get(entry.msgid, f"好 {marks}".strip())
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    catalogue.save()


def test_texts_of_code_and_templates_are_found(project):
    found = catalogues.texts("desk").values()
    assert {message.msgid: (message.context, message.plural) for message in found} == {
        "Hello %(name)s": (None, ""),
        "%(count)d row": (None, "%(count)d rows"),
        "Return": ("give back", ""),
        "Inside": (None, ""),
        "Renamed": (None, ""),
        "Title": (None, ""),
        "%(n)s file of %(who)s": (None, "%(n)s files of %(who)s"),
        "Label": (None, ""),
    }


def test_a_template_of_no_app_belongs_to_core(project):
    assert [message.msgid for message in catalogues.texts("core").values()] == ["Gone"]


def test_a_complete_catalogue_has_no_problems(project):
    catalogues.update("desk")
    translate("desk")
    assert catalogues.problems("desk") == []


def test_extracting_again_changes_nothing(project):
    catalogues.update("desk")
    translate("desk")
    catalogues.update("desk")
    before = catalogues.catalogue_path("desk").read_text()
    assert catalogues.update("desk") == (0, 0)
    assert catalogues.catalogue_path("desk").read_text() == before


def test_a_text_that_left_the_code_leaves_the_catalogue_and_the_others_stay(project):
    catalogues.update("desk")
    translate("desk", Title="标题")
    (project / "apps" / "desk" / "views.py").write_text("")
    assert catalogues.update("desk") == (0, 5)
    assert catalogues.translated(catalogues.read("desk")[None, "Title"]) == "标题"


@pytest.mark.parametrize(
    ("chinese", "problem"),
    [
        ({"Title": ""}, "desk: no Chinese: 'Title'"),
        ({"Hello %(name)s": "您好"}, "desk: placeholders differ (lacks name; unknown -): 'Hello %(name)s'"),
        ({"Title": "%(who)s"}, "desk: placeholders differ (lacks -; unknown who): 'Title'"),
        ({"Title": "标题\n"}, "desk: line breaks at the edge differ: 'Title'"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(project, chinese, problem):
    catalogues.update("desk")
    translate("desk", **chinese)
    assert catalogues.problems("desk") == [problem]


def test_a_fuzzy_entry_is_a_problem(project):
    catalogues.update("desk")
    translate("desk")
    catalogue = polib.pofile(str(catalogues.catalogue_path("desk")))
    catalogue.find("Title").flags.append("fuzzy")
    catalogue.save()
    assert catalogues.problems("desk") == ["desk: marked fuzzy: 'Title'"]


def test_a_text_that_was_not_extracted_and_one_that_is_gone_are_problems(project):
    catalogues.update("desk")
    translate("desk")
    page = project / "templates" / "desk" / "page.html"
    page.write_text(page.read_text().replace("Title", "Heading"))
    assert catalogues.problems("desk") == [
        "desk: no longer in the code: 'Title'",
        "desk: not extracted yet: 'Heading' (templates/desk/page.html)",
    ]


def test_a_new_text_takes_over_what_another_app_says_for_it(project):
    catalogues.update("core")
    translate("core", Gone="已不存在")
    (project / "apps" / "desk" / "views.py").write_text('_("Gone")')
    catalogues.update("desk")
    assert catalogues.translated(catalogues.read("desk")[None, "Gone"]) == "已不存在"


def test_one_english_text_with_two_chinese_ones_is_told(project):
    (project / "apps" / "desk" / "views.py").write_text('_("Gone")')
    catalogues.update("core")
    catalogues.update("desk")
    translate("core", Gone="已不存在")
    translate("desk", Gone="没了")
    assert catalogues.contradictions() == ["desk: 'Gone' is '没了' here and '已不存在' in core"]


def test_only_what_changed_is_compiled(project):
    catalogues.update("core")
    translate("core")
    assert catalogues.compile_stale() == ["core"]
    assert catalogues.compile_stale() == []


@pytest.mark.parametrize("app", catalogues.app_names())
def test_the_catalogue_of_every_app_is_complete(app):
    assert catalogues.problems(app) == []


def test_no_text_has_two_translations():
    assert catalogues.contradictions() == []
