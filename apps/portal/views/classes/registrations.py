"""Single apprentices of a roster: register, correct, take off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.apprentices import selectors, services
from apps.apprentices.checks import OPEN_ROSTER
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.requirements import requirements_on
from apps.core.clock import today
from apps.core.errors import Conflict, ShituError
from apps.portal.forms.classes import AgreementForm, RegistrationForm, RegistrationTermsForm
from apps.portal.views.classes.classes import class_page, enterprise_only

REMOVED_AT_ONCE_MAX = 1000


@enterprise_only
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("id_number", "mobile")
def registration_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Register one person by form; “save and next” comes back to an empty form."""
    training_class = selectors.class_of(request.actor, pk)
    if training_class.state not in OPEN_ROSTER:
        raise Conflict(_("The roster was handed in and cannot be changed now."), code="roster_closed")
    form = RegistrationForm(request.POST or None, requirements=requirements_on(today()))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.register_apprentice(request.actor, training_class, form.values(), on=today())
        except ShituError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(name)s is on the roster.") % {"name": made.person.name})
            if "another" in request.POST:
                return redirect("portal:registration_create", pk=pk)
            return redirect("portal:class_detail", pk=pk)
    context = {"form": form, "class": training_class}
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/classes/registration.html", context, status=status)


@enterprise_only
@require_http_methods(["GET", "HEAD", "POST"])
def registration_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was registered about somebody while the roster is open."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    if enrolment.state != EnrolmentState.REGISTERED or enrolment.training_class.state not in OPEN_ROSTER:
        raise Conflict(_("The roster was handed in and cannot be changed now."), code="roster_closed")
    initial = RegistrationTermsForm.initial_of(enrolment)
    person = enrolment.person
    known = {"name": person.name, "id_number": person.id_number, "mobile": person.mobile or ""}
    form = RegistrationTermsForm(
        request.POST or None, initial=initial, requirements=requirements_on(today()), known=known
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_registration(request.actor, enrolment, form.values(), on=today())
        except ShituError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("portal:class_detail", pk=enrolment.training_class_id)
    context = {"form": form, "class": enrolment.training_class, "enrolment": enrolment}
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/classes/registration.html", context, status=status)


@enterprise_only
@require_POST
def registrations_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen people off the roster, with one reason for all of them."""
    training_class = selectors.class_of(request.actor, pk)
    chosen = [int(key) for key in request.POST.getlist("enrolment") if key.isascii() and key.isdigit()]
    reason = request.POST.get("reason", "")[:500]
    try:
        removed = services.remove_registrations(
            request.actor, training_class, chosen[:REMOVED_AT_ONCE_MAX], reason=reason, on=today()
        )
    except ShituError as refusal:
        return class_page(request, training_class, refusal=refusal, removal_reason=reason)
    text = ngettext("%(count)s person was taken off.", "%(count)s people were taken off.", removed)
    messages.success(request, text % {"count": removed})
    return redirect("portal:class_detail", pk=pk)


@enterprise_only
@require_POST
def class_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the day of one agreement for everybody on the roster without one."""
    training_class = selectors.class_of(request.actor, pk)
    form = AgreementForm(request.POST)
    if not form.is_valid():
        return class_page(request, training_class, agreement=form)
    try:
        many = services.record_agreement(
            request.actor, training_class, signed_on=form.cleaned_data["signed_on"], on=today()
        )
    except ShituError as refusal:
        form.add_error("signed_on" if refusal.problems else None, refusal.message)
        return class_page(request, training_class, agreement=form)
    text = ngettext("Recorded for %(count)s person.", "Recorded for %(count)s people.", many)
    messages.success(request, text % {"count": many})
    return redirect("portal:class_detail", pk=pk)
