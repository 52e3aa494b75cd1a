"""The walk of the documentation, taken as it is documented: with the tokens that the demo city prints."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.api.test_walk import script
from tests.demo.test_demo_city import made, small


@pytest.mark.usefixtures("transactional_db")
def test_the_tokens_of_the_demo_city_take_a_class_to_the_last_yuan(live_server):
    made(small("remainder_paid"))
    printed = StringIO()
    call_command("demo_tokens", stdout=printed)
    told: list[str] = []
    trace = script().walk(live_server.url, json.loads(printed.getvalue()), told.append)
    assert trace["payments"][-1]["state"] == "paid"
    assert any("remainder" in line and "paid" in line for line in told)
