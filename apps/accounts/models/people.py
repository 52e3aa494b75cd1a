"""Natural persons and the accounts with which they sign in."""

from datetime import datetime, timedelta
from typing import Any, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.actors import Actor
from apps.core import clock
from apps.core.fields import BlindIndexField, EncryptedTextField
from apps.core.triggers import Guard, keeps_its_rows


class Sex(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class PersonQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own record; the system administrator sees who has an account.

        Apprentices reach officers and operators through enrolments, never through this list.
        """
        if actor is None:
            return self.none()
        if actor.is_system:
            return self
        own = Q(pk=actor.person_id)
        return (
            self.filter(own | Q(users__isnull=False)).distinct()
            if actor.is_account_admin
            else self.filter(own)
        )


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), fields=["name", "birth_date", "sex"]
)
class Person(models.Model):
    """One human being, known by the identity number: everybody who acts, teaches or learns.

    Numbers are sealed; `id_index` and `mobile_index` are keyed hashes for equality. Made by
    `apps.accounts.services.people`, which reads and seals what was typed.
    """

    name = models.CharField(pgettext_lazy("person", "Name"), max_length=50)
    name_pinyin = models.CharField(max_length=250, editable=False, default="")
    id_number = EncryptedTextField(_("Identity number"))
    id_index = BlindIndexField(unique=True, editable=False)
    mobile = EncryptedTextField(_("Mobile number"), null=True, blank=True)
    # Nobody is looked up by it yet: an index over random bytes would cost every roster row a page.
    mobile_index = BlindIndexField(null=True, editable=False)
    birth_date = models.DateField(_("Date of birth"))
    sex = models.CharField(_("Sex"), max_length=6, choices=Sex.choices)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("People")
        triggers = [
            keeps_its_rows(
                message="a person is never deleted and keeps the key", constraint="accounts_person_kept"
            )
        ]
        constraints = [
            models.CheckConstraint(name="person_sex_known", condition=Q(sex__in=Sex.values)),
            models.CheckConstraint(
                name="person_mobile_with_index",
                condition=Q(mobile__isnull=True, mobile_index__isnull=True)
                | Q(mobile__isnull=False, mobile_index__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Accounts are made by `apps.accounts.services.users`; there is no superuser to create."""

    def create_user(self, username: str, password: str, *, person: Person, **fields: Any) -> "User":
        """Store an account with a hashed password; checks nothing else."""
        user = self.model(username=username, person=person, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    fields=["username", "person", "email", "is_active", "must_change_password", "password_changed_at"],
)
class User(AbstractBaseUser):
    """An account of a person. What it may do is in its memberships; there is no superuser flag.

    Raising `session_epoch` ends every session of the account for good, also after it is enabled again.
    """

    username = models.CharField(_("User name"), max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="users", verbose_name=_("Person"))
    email = models.EmailField(_("E-mail"), blank=True)
    is_active = models.BooleanField(_("Enabled"), default=True)
    must_change_password = models.BooleanField(_("Must change the password"), default=False)
    password_changed_at = models.DateTimeField(_("Password changed"), default=clock.now)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    preferred_language = models.CharField(
        _("Language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["person"]

    class Meta:
        verbose_name = _("User account")
        verbose_name_plural = _("User accounts")
        constraints = [
            models.CheckConstraint(
                name="user_username_form", condition=Q(username__regex=r"^[a-z0-9][a-z0-9._-]{2,59}$")
            )
        ]
        triggers = [
            # Segregation of duties counts persons: an account cannot change hands.
            Guard(
                name="account_stays_with_person",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.person_id <> NEW.person_id"),
                func="""
                    RAISE EXCEPTION 'an account stays with its person'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'account_stays_with_person';
                """,
            ),
            # What somebody did names the account, in part without a foreign key: it is closed instead.
            keeps_its_rows(
                message="an account is closed and never deleted, and keeps the key",
                constraint="accounts_user_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def must_choose_password(self, now: datetime) -> bool:
        """Whether a new password is due: an administrator gave this one, or it is older than allowed."""
        age_max = settings.PASSWORD_MAX_AGE_DAYS
        too_old = bool(age_max) and now - self.password_changed_at > timedelta(days=age_max)
        return self.must_change_password or too_old

    def get_full_name(self) -> str:
        return self.person.name

    get_short_name = get_full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end when the password or the epoch changes."""
        return salted_hmac(
            "apps.accounts.models.User.get_session_auth_hash",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
