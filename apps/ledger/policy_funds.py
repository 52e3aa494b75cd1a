"""Funds that a policy document names are opened when it is loaded, so that a new source needs no code."""

from apps.ledger.models import Fund
from apps.policy.rules import Rules
from apps.policy.usage import on_load


@on_load
def open_funds(rules: Rules) -> None:
    """Add the funds of the document that the list does not have yet, after those that it has."""
    if "fund_order" not in rules.parameters:
        return
    named = {fund.code: fund for _day, funds in rules.parameter("fund_order").values for fund in funds}
    known = set(Fund.objects.values_list("code", flat=True))
    for place, code in enumerate((code for code in named if code not in known), start=len(known) + 1):
        name = named[code].name
        Fund.objects.create(code=code, name=name.zh, name_en=name.en, position=place)
