"""A signed correction is undone in a browser: from its page, by keyboard, on a desk and on a phone."""

from django.urls import reverse

from apps.reconciliation.models import Correction
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.look.test_answering import become, look


def test_what_was_wrong_is_undone_by_keyboard_and_read_by_whoever_signs(page, live_server):
    of = make.opened(banking.treasury())
    make.paid(of)
    number = of.account.account_number
    of.bank.receive(number, 300_00, ON, payer="某公司", reference="往来")
    of.bank.receive(number, -300_00, make.LATER, payer="另一公司", reference="划款")
    make.stated(of)
    make.run()
    item = make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    wrong = make.corrected(of, make.standing()["line_out"], "pay_back", item=item.pk)
    become(page, live_server, of.maker)
    page.goto(reverse("desk:correction", args=[wrong.pk]))
    look(page, "undo-wrong")
    page.locator(f"a[href='{reverse('desk:correction_undo', args=[wrong.pk])}']").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look(page, "undo-form")
    page.locator("[name=document]").fill("银行函〔2023〕6号")
    page.locator("[name=explanation]").fill("另一笔款项，并非退款")
    paper = {"name": "函件.pdf", "mimeType": "application/pdf", "buffer": make.PDF}
    page.locator("[name=file]").set_input_files(paper)
    page.locator("#correction button[type=submit]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look(page, "undo-asked")
    undoing = Correction.objects.get(kind="undo_payback")
    become(page, live_server, of.checker)
    page.goto(reverse("desk:correction", args=[undoing.pk]))
    look(page, "undo-signature")
