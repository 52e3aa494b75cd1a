"""What the three administrators type."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import action_choices, token_scope_choices
from apps.accounts.models import District, Membership, Organisation
from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import (
    DISTRICT_OPTIONAL,
    DISTRICT_ROLES,
    ORGANISATION_OF,
    PEOPLE,
    OrganisationKind,
    Role,
)
from apps.accounts.services.organisations import NEEDS_DISTRICT
from apps.core.forms import DayField, IdNumberField, MobileField, NameField, UsccField

_ROLES = [(role.value, role.label) for role in Role if role in PEOPLE and role != Role.APPRENTICE]
_ALL = [("", gettext_lazy("All"))]


class OrganisationField(forms.CharField):
    """An organisation by its credit code or its full name; the page offers a list to choose from."""

    def __init__(self, *, kind: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def clean(self, value: Any) -> Organisation | None:
        text = super().clean(value).strip()
        if not text:
            return None
        code = text.rsplit("·", 1)[-1].strip().upper()
        found = Organisation.objects.filter(Q(uscc=code) | Q(name=text))
        if self.kind:
            found = found.filter(kind=self.kind)
        matches = list(found[:2])
        if len(matches) != 1:
            raise forms.ValidationError(
                _("No single organisation has this name or code. Choose one from the list."),
                code="organisation",
            )
        return matches[0]


class AccountForm(forms.Form):
    """A person and the account with which they will sign in."""

    name = NameField(label=gettext_lazy("Full name"))
    id_number = IdNumberField(label=gettext_lazy("Identity number"))
    mobile = MobileField(label=gettext_lazy("Mobile number"), required=False)
    username = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{2,59}$",
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("3 to 60 small letters, digits, dots, hyphens and underscores."),
        error_messages={
            "invalid": gettext_lazy(
                "A user name has 3 to 60 small letters, digits, dots, hyphens and underscores."
            )
        },
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)


class OrganisationForm(forms.Form):
    """What stands in the register of organisations."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OrganisationKind.choices)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    uscc = UsccField(label=gettext_lazy("Unified social credit code"), required=False)
    district = forms.ModelChoiceField(
        District.objects.all(),
        label=gettext_lazy("District"),
        required=False,
        empty_label=gettext_lazy("The whole city"),
    )
    superior = OrganisationField(
        kind=OrganisationKind.SUPERIOR_UNIT,
        label=gettext_lazy("Superior unit"),
        required=False,
        help_text=gettext_lazy("Its consent is asked for before an application."),
        widget=forms.TextInput(attrs={"list": "superiors"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") in NEEDS_DISTRICT and not cleaned.get("district"):
            self.add_error("district", _("Choose the district of the organisation."))
        return cleaned


class MembershipForm(forms.Form):
    """A role that is proposed for an account."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)
    organisation = OrganisationField(
        label=gettext_lazy("Organisation"),
        required=False,
        help_text=gettext_lazy(
            "For clerks of enterprises and institutions, superior units, observers and auditors."
        ),
        widget=forms.TextInput(attrs={"list": "organisations"}),
    )
    district = forms.ModelChoiceField(
        District.objects.all(),
        label=gettext_lazy("District"),
        required=False,
        empty_label=gettext_lazy("The whole city"),
        help_text=gettext_lazy(
            "For reviewers and supervisors; a finance officer without one acts for the city."
        ),
    )
    valid_from = DayField(label=gettext_lazy("Valid from"))
    valid_to = DayField(label=gettext_lazy("Valid to"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role = cleaned.get("role")
        if role in ORGANISATION_OF:
            if not cleaned.get("organisation") and "organisation" not in self.errors:
                self.add_error("organisation", _("Choose the organisation that the role acts for."))
            cleaned["district"] = None
        elif role in DISTRICT_ROLES and not cleaned.get("district"):
            self.add_error("district", _("Choose the district that the role acts for."))
        if role not in ORGANISATION_OF:
            cleaned["organisation"] = None
        if role not in DISTRICT_ROLES | DISTRICT_OPTIONAL:
            cleaned["district"] = None
        return cleaned


class ReasonForm(forms.Form):
    """Why something is done to somebody's account or rights."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class TokenForm(forms.Form):
    """A key for a program that acts as one membership."""

    membership = forms.ModelChoiceField(Membership.objects.none(), label=gettext_lazy("Acts as"))
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"), choices=token_scope_choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = DayField(label=gettext_lazy("Last day"), help_text=gettext_lazy("Within one year."))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        field.queryset = (  # type: ignore[attr-defined]
            Membership.objects.in_force(on)
            .exclude(role__in=[Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.APPRENTICE])
            .select_related("user__person", "organisation", "district")
            .order_by("user__username")
        )
        field.label_from_instance = lambda m: f"{m.user.username} · {m}"  # type: ignore[attr-defined]


class AccountFilter(forms.Form):
    """What narrows the list of accounts."""

    all_optional = True
    q = forms.CharField(
        label=gettext_lazy("Name or user name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False, choices=_ALL + _ROLES)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[*_ALL, ("enabled", gettext_lazy("Enabled")), ("disabled", gettext_lazy("Disabled"))],
    )


class OrganisationFilter(forms.Form):
    """What narrows the list of organisations."""

    all_optional = True
    q = forms.CharField(
        label=gettext_lazy("Name or credit code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=_ALL + list(OrganisationKind.choices)
    )
    district = forms.ModelChoiceField(
        District.objects.all(),
        label=gettext_lazy("District"),
        required=False,
        empty_label=gettext_lazy("All"),
    )


class MembershipFilter(forms.Form):
    """What narrows the list of roles."""

    all_optional = True
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=_ALL + list(MembershipState.choices)
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False, choices=_ALL + _ROLES)
    q = forms.CharField(
        label=gettext_lazy("Name or user name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class AccessLogFilter(forms.Form):
    """What narrows the access log."""

    all_optional = True
    action = forms.ChoiceField(label=gettext_lazy("Action"), required=False)
    who = forms.CharField(
        label=gettext_lazy("Who (name or user name)"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        required=False,
        choices=_ALL + [(role.value, role.label) for role in Role if role in PEOPLE],
    )
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            *_ALL,
            ("failures", _("Failed sign-ins and locks")),
            *action_choices(),
        ]
