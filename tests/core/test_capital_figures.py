"""Amounts in capital figures, against those of the rule's own examples and of cheques."""

import pytest

from apps.core.capital_figures import capital_figures


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (15, "壹角伍分"),
        (100, "壹元整"),
        (107, "壹元零柒分"),
        (8_000_00, "捌仟元整"),
        (10_00, "壹拾元整"),
        (1_409_50, "壹仟肆佰零玖元伍角整"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (100_050_00, "壹拾万零伍拾元整"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (100_000_001_00, "壹亿零壹元整"),
        (10_010_000_00, "壹仟零壹万元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
    ],
)
def test_amounts_are_written_as_the_rule_says(fen, text):
    assert capital_figures(fen) == text


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_what_the_figures_do_not_reach_is_refused(fen):
    with pytest.raises(ValueError, match="capital figures"):
        capital_figures(fen)
