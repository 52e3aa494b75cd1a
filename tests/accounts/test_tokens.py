"""Tokens act for one membership within their scopes, are kept as digests and end at once."""

from datetime import timedelta

import pytest
import time_machine

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import ApiToken
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.accounts.services import authenticate_token, end_membership, issue_token, revoke_token
from apps.core import clock
from apps.core.errors import Forbidden, InvalidInput, Refused
from tests.factories import accounts


@pytest.fixture
def security() -> Actor:
    return actor_of(accounts.founding_administrator(Role.SECURITY_ADMIN))


def _issue(actor: Actor, membership, **changed):
    given = {"name": "ERP", "scopes": ["plans"], "expires_at": clock.now() + timedelta(days=30), **changed}
    return issue_token(actor, membership=membership, **given)


def test_a_token_is_known_by_its_secret_and_kept_as_a_digest(security: Actor) -> None:
    member = accounts.member(Role.ENTERPRISE_OPERATOR)
    token, secret = _issue(security, member)
    found = authenticate_token(secret)
    assert found == token
    assert found.membership == member
    assert secret.split("_")[-1].encode() not in bytes(token.digest)
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("wrong", ["", "shitu_", "x" * 60, "shitu_aaaaaaaaaa_" + "b" * 43, "\x00", "令牌"])
def test_anything_else_is_no_token(wrong: str) -> None:
    accounts.token(accounts.member(Role.ENTERPRISE_OPERATOR))
    assert authenticate_token(wrong) is None


def test_the_right_prefix_with_another_secret_is_no_token(security: Actor) -> None:
    _token, secret = _issue(security, accounts.member(Role.ENTERPRISE_OPERATOR))
    assert authenticate_token(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None


def test_a_token_ends_when_it_is_revoked(security: Actor) -> None:
    token, secret = _issue(security, accounts.member(Role.ENTERPRISE_OPERATOR))
    revoke_token(security, token, "lost")
    assert authenticate_token(secret) is None


def test_a_token_ends_on_its_day(security: Actor) -> None:
    _token, secret = _issue(security, accounts.member(Role.ENTERPRISE_OPERATOR))
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1), tick=False):
        assert authenticate_token(secret) is None


def test_a_token_ends_with_the_role_and_with_the_account(security: Actor) -> None:
    first, second = accounts.member(Role.ENTERPRISE_OPERATOR), accounts.member(Role.ENTERPRISE_OPERATOR)
    secrets = [_issue(security, member)[1] for member in (first, second)]
    end_membership(security, first, "left", on=clock.today() - timedelta(days=1))
    type(second.user).objects.filter(pk=second.user_id).update(is_active=False)
    assert [authenticate_token(secret) for secret in secrets] == [None, None]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_get_no_token(role: Role, security: Actor) -> None:
    with pytest.raises(Refused):
        _issue(security, accounts.member(role, user=accounts.user()))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": " "},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["plans:delete"]},
        {"expires_at": clock.now() - timedelta(days=1)},
        {"expires_at": clock.now() + timedelta(days=400)},
    ],
)
def test_a_token_needs_a_purpose_scopes_and_an_end(changed: dict, security: Actor) -> None:
    with pytest.raises(InvalidInput):
        _issue(security, accounts.member(Role.ENTERPRISE_OPERATOR), **changed)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.CITY_OFFICER])
def test_only_the_security_administrator_issues(role: Role) -> None:
    with pytest.raises(Forbidden):
        _issue(accounts.actor(role), accounts.member(Role.ENTERPRISE_OPERATOR))
