"""Ask for the password once more before money moves, and go on with what was pressed."""

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.enums import AccessAction
from apps.accounts.models import User
from apps.accounts.services import log_for_user
from apps.core import clock

PENDING = "waiting_for_confirmation"
# A form with more than this is not kept in the session: the page where it was pressed is shown again.
_KEPT_VALUES_MAX = 500


class ConfirmationForm(forms.Form):
    """The password of who is signed in, and the code where two-step sign-in is switched on."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Code of your authenticator"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.totp = Authenticator.objects.filter(user=request.user.pk, type=Authenticator.Type.TOTP).first()
        if self.totp is None:
            del self.fields["code"]

    def clean_password(self) -> str:
        """Tried through the same backends as a sign-in, so that failures count towards the lock."""
        password = self.cleaned_data["password"]
        user = self.request.user
        found = authenticate(self.request, username=user.get_username(), password=password)
        if found is None or found.pk != user.pk:
            raise forms.ValidationError(_("This is not your password. Capitals count."), code="password")
        return str(password)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        if not self.totp.wrap().validate_code(code):
            raise forms.ValidationError(_("This code is not valid now. Take the next one."), code="code")
        return code


def ask(request: HttpRequest) -> HttpResponse:
    """Keep what was sent and lead to the confirmation page."""
    values = [
        (name, value)
        for name, found in request.POST.lists()
        for value in found
        if name != "csrfmiddlewaretoken"
    ]
    repeatable = not request.FILES and len(values) <= _KEPT_VALUES_MAX
    request.session[PENDING] = {
        "path": request.get_full_path(),
        "values": values if repeatable else None,
        "back": _back(request),
    }
    target = reverse("accounts:confirm")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return redirect(target)


def stand(request: HttpRequest) -> None:
    """Let the confirmation stand from now on, under a new session key."""
    request.session.cycle_key()
    request.session[CONFIRMED_AT] = clock.now().timestamp()
    if isinstance(request.user, User):
        log_for_user(request.user, AccessAction.CONFIRMED, request=request)


def take_pending(request: HttpRequest) -> dict[str, Any] | None:
    """What waited for the confirmation, once."""
    return request.session.pop(PENDING, None)


def _back(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if referer and url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        parts = urlsplit(referer)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return resolve_url("/")
