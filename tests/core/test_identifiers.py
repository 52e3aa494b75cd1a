from datetime import date

import pytest
from django.utils.translation import override

from apps.core import identifiers
from apps.core.identifiers import InvalidIdentifier

ON = date(2026, 11, 20)
GOOD = "11010519491231002X"


def with_check(body: str) -> str:
    """Seventeen digits and the last place that fits them, by ISO 7064 and not by our own table."""
    return body + "0123456789X"[(1 - 2 * int(body, 13)) % 11]


def refusal_of(parse, raw, **options):
    with pytest.raises(InvalidIdentifier) as refusal:
        parse(raw, **options)
    return refusal.value


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        "11010519491231002x",
        " 110105 19491231 002X ",
        "'11010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "\u200b110105\u200e19491231002X\ufeff",
        "110105\u00a019491231002X",
    ],
)
def test_an_id_number_is_read_however_it_was_typed(typed):
    assert identifiers.parse_id_number(typed, on=ON).number == GOOD


def test_an_id_number_tells_birth_and_sex():
    read = identifiers.parse_id_number(GOOD, on=ON)
    assert (read.birth_date, read.sex, read.warnings) == (date(1949, 12, 31), "female", ())


def test_age_turns_on_the_birthday():
    read = identifiers.parse_id_number(GOOD, on=ON)
    assert (read.age(date(2009, 12, 30)), read.age(date(2009, 12, 31))) == (59, 60)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id_blank"),
        (None, "id_blank"),
        (" \u200b ", "id_blank"),
        ("110105491231002", "id_old_form"),
        ("11010519491231002", "id_length"),
        ("11010519491231002XX", "id_length"),
        ("E12345678", "id_length"),
        ("110105194912310²2X", "id_characters"),
        ("11010519491231X02X", "id_characters"),
        ("110105-19491231-02X", "id_length"),
        ("110105194912310O2X", "id_characters"),
        ("110105194912310024", "id_checksum"),
        ("110105194902300026", "id_birth_date"),
        ("110105189912310029", "id_birth_date"),
        ("11010520270101001X", "id_future"),
        (110105194912310021, "id_checksum"),
    ],
)
def test_what_is_no_id_number_is_refused_with_its_reason(typed, code):
    assert refusal_of(identifiers.parse_id_number, typed, on=ON).code == code


def test_nobody_is_born_tomorrow_but_somebody_is_born_today():
    body = "11010520261120001"
    number = with_check(body)
    assert identifiers.parse_id_number(number, on=ON).birth_date == ON
    assert refusal_of(identifiers.parse_id_number, number, on=date(2026, 11, 19)).code == "id_future"


def test_every_single_wrong_digit_and_every_swap_is_noticed():
    for place in range(17):
        for digit in "0123456789":
            wrong = GOOD[:place] + digit + GOOD[place + 1 :]
            if wrong != GOOD:
                refusal_of(identifiers.parse_id_number, wrong, on=ON)
    for place in range(16):
        swapped = GOOD[:place] + GOOD[place + 1] + GOOD[place] + GOOD[place + 2 :]
        if swapped != GOOD:
            refusal_of(identifiers.parse_id_number, swapped, on=ON)


@pytest.mark.parametrize(
    ("region", "warned"), [("440524", False), ("810000", False), ("990101", False), ("190101", True)]
)
def test_an_unknown_region_is_a_doubt_and_no_refusal(region, warned):
    body = region + "19900101001"
    read = identifiers.parse_id_number(with_check(body), on=ON)
    assert [warning.code for warning in read.warnings] == (["id_region"] if warned else [])


def test_no_refusal_repeats_the_number():
    for typed in ("110105194912310024", "11010519491231X02X", "110105194902300026"):
        assert typed not in refusal_of(identifiers.parse_id_number, typed, on=ON).message


def test_a_refusal_is_in_the_language_of_the_reader():
    with override("zh-hans"):
        assert "18" in refusal_of(identifiers.parse_id_number, "110105491231002", on=ON).message
        assert "身份证" in refusal_of(identifiers.parse_id_number, "110105491231002", on=ON).message


@pytest.mark.parametrize(
    "typed", ["91350100M000100Y43", "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３"]
)
def test_a_credit_code_is_read_however_it_was_typed(typed):
    assert identifiers.parse_uscc(typed) == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "uscc_blank"),
        ("91350100M000100Y44", "uscc_checksum"),
        ("91350100M000100YO3", "uscc_form"),
        ("123", "uscc_form"),
    ],
)
def test_what_is_no_credit_code_is_refused(typed, code):
    assert refusal_of(identifiers.parse_uscc, typed).code == code


@pytest.mark.parametrize(
    "typed", ["6222 0212 3456 7890 123", "6222-0212-3456-7890-123", "６２２２０２１２３４５６７８９０１２３"]
)
def test_a_bank_account_is_read_however_it_was_typed(typed):
    assert identifiers.parse_bank_account(typed) == "6222021234567890123"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "account_blank"),
        ("1234567", "account_form"),
        ("6.222021234567890e18", "account_form"),
        ("6222a2123456", "account_form"),
        ("622202123456²", "account_form"),
        ("①②③④⑤⑥⑦⑧", "account_form"),
    ],
)
def test_what_is_no_bank_account_is_refused(typed, code):
    assert refusal_of(identifiers.parse_bank_account, typed).code == code


@pytest.mark.parametrize(
    "typed", ["13812345678", "+86 138 1234 5678", "86-138-1234-5678", "0086 13812345678"]
)
def test_a_mobile_number_is_read_however_it_was_typed(typed):
    assert identifiers.parse_mobile(typed) == "13812345678"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "mobile_blank"),
        ("12812345678", "mobile_form"),
        ("13812345678.0", "mobile_form"),
        ("010-88888888", "mobile_form"),
    ],
)
def test_what_is_no_mobile_number_is_refused(typed, code):
    assert refusal_of(identifiers.parse_mobile, typed).code == code


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张三", "张三"),
        (" 张 三 ", "张三"),
        ("张　三", "张三"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 · 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉･买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉ㆍ买买提", "阿卜杜拉·买买提"),
        ("\u200b张三\ufeff", "张三"),
        ("\u202a张三\u202c", "张三"),
        ("'张三", "张三"),
        ("王\U00031350", "王\U00031350"),
        ("王\U0002ebf0", "王\U0002ebf0"),
        ("Sean O’Brien Jr.", "Sean O'Brien Jr."),
        ("𠮷䶮㛃", "𠮷䶮㛃"),
        ("Anna  Müller-O'Neill", "Anna Müller-O'Neill"),
        ("Ａｎｎａ Ｌｉ", "Anna Li"),
    ],
)
def test_a_name_is_brought_to_one_form(typed, name):
    assert identifiers.parse_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_blank"),
        ("张", "name_length"),
        ("张" * 51, "name_length"),
        ("张三3", "name_characters"),
        ("=cmd()", "name_characters"),
        ("<b>张三</b>", "name_characters"),
        ("··", "name_characters"),
        ("张\u200b三", "name_hidden"),
        ("张\u202e三", "name_hidden"),
        ("张\x00三", "name_hidden"),
        ("张\ue863", "name_hidden"),
    ],
)
def test_what_is_no_name_is_refused(typed, code):
    assert refusal_of(identifiers.parse_name, typed).code == code


def test_what_is_masked_cannot_be_told():
    assert identifiers.mask_id(GOOD) == "1101**********002X"
    assert identifiers.mask_id("123") == "***"
    assert identifiers.mask_account("6222021234567890123") == "****0123"
    assert identifiers.mask_account("0123") == "****"
    assert identifiers.mask_mobile("13812345678") == "138****5678"
    assert (identifiers.mask_name("张三"), identifiers.mask_name("欧阳小明"), identifiers.mask_name("")) == (
        "张*",
        "欧**",
        "",
    )
