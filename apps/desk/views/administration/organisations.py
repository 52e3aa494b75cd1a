"""The system administrator's register of organisations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts import services
from apps.accounts.access import access
from apps.accounts.models import Organisation
from apps.accounts.roles import OrganisationKind, Role
from apps.core import keyset
from apps.core.errors import NotFound
from apps.desk.forms.administration import OrganisationFilter, OrganisationForm
from apps.desk.views.administration.shared import attempt, matches, suggestions


@require_safe
@access(Role.SYSTEM_ADMIN)
def organisations(request: HttpRequest) -> HttpResponse:
    """List organisations by name."""
    filters = OrganisationFilter(request.GET)
    found = Organisation.objects.select_related("district", "superior")
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["q"]:
            found = found.filter(matches(wanted["q"], "name", "name_pinyin", "uscc"))
        if wanted["kind"]:
            found = found.filter(kind=wanted["kind"])
        if wanted["district"]:
            found = found.filter(district=wanted["district"])
    page, pager = keyset.page_of(found, request, order=("name_pinyin", "id"))
    return render(
        request, "desk/admin/organisations.html", {"filters": filters, "rows": page, "pager": pager}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SYSTEM_ADMIN)
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Open an organisation."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: services.create_organisation(
                request.actor,
                kind=OrganisationKind(given["kind"]),
                name=given["name"],
                uscc=given["uscc"] or "",
                district=given["district"],
                superior=given["superior"],
            ),
        )
        if made is not None:
            messages.success(request, _("%(name)s is registered.") % {"name": made.name})
            return redirect("desk:admin_organisations")
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SYSTEM_ADMIN)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what stands in the register; the kind stays."""
    found = Organisation.objects.select_related("district", "superior").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such organisation."))
    initial = {
        "kind": found.kind,
        "name": found.name,
        "uscc": found.uscc,
        "district": found.district_id,
        "superior": found.superior.name if found.superior else "",
    }
    form = OrganisationForm(request.POST or None, initial=initial)
    form.fields["kind"].disabled = True
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        changed = attempt(
            form,
            lambda: services.change_organisation(
                request.actor,
                found,
                name=given["name"],
                uscc=given["uscc"] or "",
                district=given["district"],
                superior=given["superior"],
            ),
        )
        if changed is not None:
            messages.success(request, _("%(name)s is changed.") % {"name": changed.name})
            return redirect("desk:admin_organisations")
    return _form_page(request, form, found)


def _form_page(request: HttpRequest, form: OrganisationForm, found: Organisation | None) -> HttpResponse:
    return render(
        request,
        "desk/admin/organisation.html",
        {"form": form, "organisation": found, "superiors": suggestions(OrganisationKind.SUPERIOR_UNIT)},
        status=422 if request.method == "POST" else 200,
    )
