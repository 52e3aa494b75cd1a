"""The OpenAPI document in the repository is the one that the interface serves, and it is sound."""

import io

from django.conf import settings
from django.core.management import call_command


def generated() -> str:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_document_is_sound_and_the_stored_one_is_it():
    stored = (settings.BASE_DIR / "docs" / "openapi.yml").read_text()
    assert generated().strip() == stored.strip(), "run: manage.py spectacular --file docs/openapi.yml"
