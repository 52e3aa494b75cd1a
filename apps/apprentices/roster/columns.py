"""The columns of a roster: one declaration for the template, the reader and the rows to correct."""

from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import PersonStatus, PostKind
from apps.apprentices.roster.judge import FIELDS
from apps.core.spreadsheets import Column

COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        _("Full name"),
        also=("姓名", "学徒姓名"),
        example=_("Zhang San"),
        note=_("As on the ID card."),
        width=12,
    ),
    Column(
        "id_number",
        _("ID number"),
        text=True,
        also=("身份证号", "身份证号码", "公民身份号码", "证件号码"),
        note=_("All 18 places, typed as text."),
        width=22,
    ),
    Column(
        "mobile",
        _("Mobile number"),
        also=("手机号", "手机号码", "联系电话", "手机"),
        note=_("11 digits."),
        example="13800000000",
        width=14,
    ),
    Column(
        "post_kind",
        _("Kind of post"),
        also=("岗位类别", "人员来源", "招用类型"),
        choices=tuple(kind.label for kind in PostKind),
        note=_("Why this person may be an apprentice."),
    ),
    Column(
        "contract_from",
        _("Contract from"),
        also=("合同起始日", "劳动合同起始日", "合同开始日期", "合同起始日期"),
        note=_("First day of the labour contract."),
        example="2023-01-01",
        width=14,
    ),
    Column(
        "contract_to",
        _("Contract to"),
        also=("合同终止日", "劳动合同终止日", "合同结束日期", "合同终止日期"),
        note=_("Last day of the labour contract, or 无固定期限 (open-ended)."),
        example="2025-12-31",
        width=14,
    ),
    Column(
        "insured_in_city",
        _("Social insurance in the city"),
        also=("是否在本市缴纳社保", "本市社保", "是否缴纳社保", "是否在本市缴纳社会保险"),
        choices=(_("Yes"), _("No")),
        width=12,
    ),
    Column(
        "person_status",
        _("Status of the person"),
        required=False,
        also=("人员类别", "人员身份"),
        choices=tuple(status.label for status in PersonStatus),
        note=_("Empty means: employee."),
    ),
    Column(
        "agreement_signed_on",
        _("Training agreement signed on"),
        required=False,
        also=("培训协议签订日", "培训协议签订日期", "协议签订日期"),
        note=_("Needed before the roster is handed in."),
        example="2023-02-20",
        width=14,
    ),
    Column("remark", _("Remark"), required=False, also=("备注",), width=24),
)

# Columns of an enterprise's own list that say nothing new: the ID number tells sex and age.
PASSED_OVER = ("序号", "编号", "No.", "性别", "年龄", "出生日期", "出生年月")

assert tuple(column.key for column in COLUMNS) == FIELDS  # noqa: S101 - the judge reads cells by place

TEMPLATE_NOTES = (
    _("One row is one apprentice. Rows that are right are taken, the others come back with their reasons."),
    _("Do not type ID numbers as numbers: spreadsheets keep 15 digits. The columns here are text already."),
    _("A file may be uploaded again after correction: people who are on the roster already are passed over."),
)
