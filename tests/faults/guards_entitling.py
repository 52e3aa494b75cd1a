"""The guards of who is entitled and of what money rests on, planted like those of `guards.py`."""

from tests.faults import attacks_kept as kept
from tests.faults import attacks_published as published
from tests.faults import attacks_training as training
from tests.faults import guards

PUBLISHED = (
    guards.trigger("claims_claim", "notice_ended", attack=published.sign_what_was_not_published),
    guards.in_trigger(
        "claims_claim", "notice_ended", "q.ends_on < _claim.approved_on", "true", "last day of a notice",
        attack=published.sign_on_the_last_day,
    ),
    guards.in_trigger(
        "claims_claim", "notice_ended", "j.state IN ('open', 'upheld')", "false", "line that is objected to",
        attack=published.sign_over_an_objection,
    ),
    guards.trigger("claims_claim", "may_apply", attack=published.sign_for_who_may_not_apply),
    guards.trigger("claims_publicnotice", "notice_changed", attack=published.shorten_a_notice),
    guards.trigger("claims_noticeline", "line_published", attack=published.change_a_published_line),
    guards.trigger("claims_noticeline", "keep_row", attack=published.remove_a_published_line),
    guards.trigger("claims_objection", "objection_stands", attack=published.move_an_objection),
    guards.in_trigger(
        "claims_objection", "objection_stands", "NEW.received_on BETWEEN q.published_on AND q.ends_on",
        "true", "objection after its notice", attack=published.object_after_the_notice,
    ),
    guards.in_trigger(
        "claims_objection", "objection_stands", "NEW.state = 'open' AND OLD.state <> 'open'", "false",
        "objection reopened over a signature", attack=published.reopen_after_the_signature,
    ),
    guards.trigger("claims_objection", "keep_row", attack=published.remove_an_objection),
)  # fmt: skip

KEPT = (
    guards.trigger("claims_claimline", "line_of_its_class", attack=kept.claim_without_a_calculation),
    guards.trigger("claims_claimline", "line_keeps_its_subject", attack=kept.give_a_line_away),
    guards.trigger("claims_claimline", "line_removed", attack=kept.take_a_line_out),
    guards.trigger("claims_claimline", "line_added", attack=kept.add_a_line),
    guards.in_trigger(
        "claims_claim", "sums_stand", "CASE n.year WHEN extract(year FROM n.approved_on) THEN o.year END",
        "o.year", "year of the second signature", attack=kept.sign_out_of_another_year,
    ),
    guards.trigger("training_assessment", "result_stands", attack=kept.remove_a_result),
    guards.in_trigger(
        "training_assessment", "result_stands",
        "to_jsonb(NEW) - 'locked_at' IS DISTINCT FROM to_jsonb(OLD) - 'locked_at'", "false",
        "result that a claim rests on", attack=kept.improve_a_result,
    ),
    guards.in_trigger(
        "claims_claim", "sums_stand", "SELECT 1 FROM public.payouts_paymentorder p WHERE p.claim_id = n.id",
        "SELECT 1 WHERE false", "claim revoked after its release", attack=kept.revoke_what_was_released,
    ),
    guards.constraint(
        "claims_claim", "claim_by_the_office_pays_nothing", attack=kept.pay_with_a_claim_of_the_district
    ),
    guards.trigger("payouts_paymentorder", "order_whole", attack=kept.set_off_too_much_in_an_order),
    guards.trigger("banking_statementline", "of_its_statement", attack=kept.movement_on_another_account),
    guards.trigger("banking_statementmatch", "of_what_is_there", attack=kept.match_another_amount),
    guards.constraint(
        "banking_payingaccount", "paying_account_two_people", attack=kept.sign_for_ones_own_account
    ),
    guards.trigger("banking_payingaccount", "account_fixed", attack=kept.change_a_signed_account),
    guards.in_trigger(
        "banking_payingaccount", "account_fixed",
        "OLD.retired_on IS NOT NULL AND NEW.retired_on IS DISTINCT FROM OLD.retired_on", "false",
        "account out of use", attack=kept.use_an_account_again,
    ),
    guards.trigger(
        "banking_paymentbatch", "from_a_signed_account", attack=kept.pay_from_an_unsigned_account
    ),
)  # fmt: skip

TRAINED = (
    guards.trigger("apprentices_enrolment", "no_more_in_a_year", attack=training.fourth_training_of_a_year),
    guards.trigger("plans_plan", "nothing_came_of_it", attack=training.end_a_plan_in_training),
    guards.trigger(
        "apprentices_trainingclass", "of_an_approved_plan", attack=training.open_a_class_of_an_ended_plan
    ),
    guards.trigger("training_trainingsession", "institution_trains_then", attack=training.teach_while_halted),
    guards.trigger("training_assessment", "institution_trains_then", attack=training.assess_while_halted),
    guards.constraint(
        "apprentices_lineseats", "no_more_than_the_headcount", attack=training.one_more_than_the_plan
    ),
)

ENTITLING = (*PUBLISHED, *KEPT, *TRAINED)
