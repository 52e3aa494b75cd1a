"""What the tests of the applicants' pages share."""

import pytest

from tests.factories.plans import ON


@pytest.fixture
def the_day_of_the_plan(monkeypatch):
    """Doors read the clock; here it shows the day that the factories use."""
    for module in ("apps.portal.views.plans.writing", "apps.portal.views.plans.reading"):
        monkeypatch.setattr(f"{module}.today", lambda: ON)
