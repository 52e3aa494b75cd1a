"""Guards and detectors spell out in SQL which claims are signed: the same as the code's list."""

import re
from pathlib import Path

import pytest

from apps.claims import invariants, notice_guards, notice_invariants
from apps.claims.enums import SIGNED
from apps.claims.transitions import CLAIM_TRANSITIONS

_LISTED = re.compile(r"[(\[]('approved',\s*'payee_signature'[^)\]]*)[)\]]")


@pytest.mark.parametrize("module", [invariants, notice_guards, notice_invariants])
def test_what_sql_calls_signed_is_what_the_code_calls_signed(module):
    found = _LISTED.findall(Path(module.__file__).read_text(encoding="utf-8"))
    # Lists of what is promised and not yet paid begin alike.
    listed = [states for states in found if "'settled'" in states]
    assert listed
    for states in listed:
        assert set(re.findall(r"'(\w+)'", states)) == {state.value for state in SIGNED}


def test_what_is_signed_is_what_the_second_signature_leads_to():
    # What a revoked signature promised is promised no more.
    steps = [step for step in CLAIM_TRANSITIONS if step.action != "revoke"]
    reached, before = {CLAIM_TRANSITIONS.named("sign")[0].target}, set()
    while reached != before:
        before = set(reached)
        reached |= {step.target for step in steps if before & set(step.sources)}
    assert reached == set(SIGNED)
