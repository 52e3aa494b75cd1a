"""Every component with an example, on the demo city and in development."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.core.errors import NotFound
from apps.public import samples


class SampleForm(forms.Form):
    """One field of each kind; it is shown, never sent."""

    name = forms.CharField(label="企业名称", initial="北京京仪精密制造有限公司")
    occupation = forms.ChoiceField(
        label="职业（工种）", choices=[("6-18-01-01", "车工"), ("6-31-01-03", "电工")]
    )
    opens_on = forms.DateField(
        label="开班日期", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    amount = forms.CharField(
        label="申请金额（元）", help_text="精确到分，例如 13,600.00。", widget=forms.TextInput()
    )
    mode = forms.ChoiceField(
        label="授课方式", choices=[("classroom", "面授"), ("online", "线上")], widget=forms.RadioSelect
    )
    remark = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreement = forms.FileField(label="校企合作协议", required=False)
    promise = forms.BooleanField(label="以上内容属实")


@require_safe
@access.public
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components; 404 anywhere but on the demo city and in development."""
    if not (settings.DEMO_CITY or settings.DEBUG):
        raise NotFound(_("This page does not exist."))
    wrong = SampleForm({"name": "", "occupation": "6-18-01-01", "amount": "13.600,00", "mode": "online"})
    wrong.add_error("amount", "请填写金额，例如 13,600.00。")
    context = samples.context() | {"form": SampleForm(initial={"mode": "classroom"}), "wrong_form": wrong}
    return render(request, "public/styleguide.html", context)
