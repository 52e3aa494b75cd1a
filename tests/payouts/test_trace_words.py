"""The page that follows the money says how lines became one sum."""

from datetime import date

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.claims.enums import ClaimKind
from apps.core.money import yuan
from tests.factories import accounts
from tests.factories import claims as make

pytestmark = pytest.mark.django_db
LATER = date(2023, 12, 1)


def page(line) -> str:
    client = accounts.client_for(Role.CITY_OFFICER)
    return client.get(reverse("desk:claim_trace", args=[line.pk])).content.decode()


def test_where_lines_were_set_off_one_sentence_says_so_with_the_figures():
    of = make.money(people=3)
    advance = make.paid(of)
    make.evidence(of)
    first, second, third = of.enrolments()
    for one, outcome in ((first, "passed"), (second, "passed"), (third, "failed")):
        make.result(of, one, outcome, certificate=outcome == "passed", on=LATER)
    claim = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    assert "相抵" not in page(advance.lines.first())
    shown = page(claim.lines.get(enrolment=first))
    assert f"本申请应付{yuan(claim.pay_fen)}元" in shown
    assert f"应退的{yuan(claim.recover_fen)}元相抵" in shown
    assert f"差额{yuan(claim.net_fen)}元" in shown
