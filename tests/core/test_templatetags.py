from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from apps.core import tones
from apps.core.forms import (
    BankAccountField,
    DayField,
    IdNumberField,
    MobileField,
    NameField,
    UsccField,
    YuanField,
)


def rendered(text: str, path: str = "/x", **context) -> str:
    request = RequestFactory().get(path)
    return Template(text).render(RequestContext(request, context) if path else Context(context))


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{{ v|money }}", 1_360_000, "13,600.00"),
        ("{{ v|money }}", None, ""),
        ("{{ v|money:'sign' }}", 100, "+1.00"),
        ("{{ v|day }}", date(2023, 3, 1), "2023-03-01"),
        ("{{ v|day }}", datetime(2023, 2, 28, 16, 0, tzinfo=UTC), "2023-03-01"),
        ("{{ v|day }}", None, ""),
        ("{{ v|instant }}", datetime(2023, 2, 28, 16, 5, tzinfo=UTC), "2023-03-01 00:05"),
        ("{{ v|percent }}", 0.85, "85%"),
        ("{{ v|percent:1 }}", (1, 3), "33.3%"),
        ("{{ v|percent }}", (1, 0), ""),
        ("{{ v|masked_id }}", "11010519491231002X", "1101**********002X"),
        ("{{ v|masked_account }}", "6222021234567890123", "****0123"),
        ("{{ v|masked_mobile }}", "13812345678", "138****5678"),
        ("{{ v|masked_name }}", "张三", "张*"),
        ("{{ v|masked_name }}", None, ""),
    ],
)
def test_values_are_shown_as_officials_write_them(text, value, shown):
    assert rendered(text, v=value) == shown


def test_a_state_is_a_word_with_a_colour_and_is_escaped():
    assert rendered("{{ v|badge:'已退回' }}", v="returned") == '<span class="badge tone-warn">已退回</span>'
    assert "&lt;b&gt;" in rendered("{{ v|badge:label }}", v="nobody_knows", label="<b>")
    assert rendered("{{ v|tone }}", v="nobody_knows") == "neutral"


def test_a_colour_family_must_exist():
    with pytest.raises(ValueError, match="colour family"):
        tones.register({"x": "pink"})


def test_a_page_names_itself_to_come_back_to():
    assert (
        rendered("?next={% next_url %}", "/plans/7/?a=1&b=/x") == "?next=%2Fplans%2F7%2F%3Fa%3D1%26b%3D%2Fx"
    )


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("{% query state='paid' %}", "?state=paid&amp;q=x"),
        ("{% query state=None %}", "?q=x"),
        ("{% query page=2 %}", "?state=open&amp;q=x&amp;page=2"),
    ],
)
def test_a_filter_is_changed_and_the_others_stay(tag, shown):
    assert rendered(tag, "/x?state=open&q=x&page=7") == shown


class EveryField(forms.Form):
    amount = YuanField(fen_min=100)
    day = DayField()
    person = NameField()
    number = IdNumberField()
    account = BankAccountField()
    mobile = MobileField()
    code = UsccField(required=False)


def test_fields_give_their_values_in_one_form():
    form = EveryField(
        {
            "amount": "13,600.50",
            "day": "2023.3.1",
            "person": "阿卜杜拉•买买提",
            "number": "11010519491231002x",
            "account": "6222 0212 3456 7890 123",
            "mobile": "+86 138 1234 5678",
            "code": "",
        }
    )
    assert form.is_valid(), form.errors
    cleaned = form.cleaned_data
    assert (cleaned["amount"], cleaned["day"], cleaned["person"]) == (
        1_360_050,
        date(2023, 3, 1),
        "阿卜杜拉·买买提",
    )
    assert (cleaned["number"].number, cleaned["account"], cleaned["mobile"]) == (
        "11010519491231002X",
        "6222021234567890123",
        "13812345678",
    )
    assert cleaned["code"] is None


def test_what_was_typed_wrong_is_kept_beside_its_sentence():
    form = EveryField({"amount": "0.99", "day": "2023-02-30", "number": "110105491231002"})
    page = str(form)
    assert form.errors.as_data()["amount"][0].code == "amount_too_small"
    assert form.errors.as_data()["number"][0].code == "id_old_form"
    assert 'value="0.99"' in page
    assert 'value="110105491231002"' in page
    assert 'aria-describedby="id_number_error"' in page
    assert 'id="id_number_error"' in page


def test_a_stored_value_is_shown_as_it_would_be_typed():
    page = str(EveryField(initial={"amount": 1_360_050, "day": date(2023, 3, 1)}))
    assert 'value="13,600.50"' in page
    assert 'type="date"' in page
    assert 'value="2023-03-01"' in page


def test_every_input_has_its_label():
    page = str(EveryField())
    for name in EveryField.base_fields:
        assert f'for="id_{name}"' in page
