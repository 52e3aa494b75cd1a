"""The OpenAPI document in the repository is the one that the interface serves, and it is sound."""

import io
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from apps.api.serializers.ledger import AccountSerializer
from apps.api.views import openapi


def read(text: str | bytes) -> dict[str, Any]:
    """The document as data; by the reader in C, the other takes five seconds."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def generated() -> str:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_document_is_sound_and_the_stored_one_is_it():
    stored = (settings.BASE_DIR / "docs" / "openapi.yml").read_text()
    assert generated().strip() == stored.strip(), "run: manage.py spectacular --file docs/openapi.yml"


def test_a_field_has_its_word_in_each_language_whoever_asked_first():
    with translation.override("en"):
        shape = AccountSerializer()
        assert str(shape.fields["name"].label) == "Name"
    with translation.override("zh-hans"):
        assert str(shape.fields["name"].label) == "名称"


@pytest.mark.parametrize("accept", ["application/vnd.oai.openapi", "application/vnd.oai.openapi+json", "*/*"])
def test_everybody_reads_the_stored_document_in_the_form_that_is_asked_for(client, accept):
    answer = client.get("/api/schema/", {"lang": "en"}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].split(";")[0] == accept.replace("*/*", "application/vnd.oai.openapi")
    stored = read((settings.BASE_DIR / "docs" / "openapi.yml").read_text())
    assert read(answer.content)["paths"].keys() == stored["paths"].keys()


def test_it_is_written_once_a_language_and_no_language_is_made_up(client, monkeypatch):
    openapi._written.cache_clear()
    usual, written = SchemaGenerator.get_schema, []

    def noted(generator, **given):
        written.append(translation.get_language())
        return usual(generator, **given)

    monkeypatch.setattr(SchemaGenerator, "get_schema", noted)
    for language in ("en", "xx", "en", "yy", "zh-hans"):
        assert client.get("/api/schema/", {"lang": language}).status_code == 200
    assert written == ["en", "zh-hans"]
