"""The first administrators of a fresh system, made at its console."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts.models import Membership, User
from apps.accounts.roles import Role

NUMBER = "11010519491231002X"


@pytest.fixture
def found(monkeypatch):
    def call(role: str, username: str = "zhou.min", number: str = NUMBER) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
        out = io.StringIO()
        call_command("found_administrator", role, username, "周敏", stdout=out)
        return out.getvalue()

    return call


def test_the_first_administrator_gets_a_password_that_must_be_changed(found):
    said = found("security_admin")
    user = User.objects.get(username="zhou.min")
    assert user.check_password(said.split()[-1])
    assert user.must_change_password
    assert Membership.objects.get(user=user).role == Role.SECURITY_ADMIN


def test_there_is_only_one_first_administrator_of_a_kind(found):
    found("security_admin")
    with pytest.raises(CommandError):
        found("security_admin", "wu.lan", "110105194912310038")
    assert not User.objects.filter(username="wu.lan").exists()


def test_a_mistyped_number_makes_nothing(found):
    with pytest.raises(CommandError):
        found("audit_admin", number="110105194912310021")
    assert not User.objects.exists()


def test_another_role_is_not_founded(found):
    with pytest.raises(CommandError, match="invalid choice"):
        found("finance_officer")
