"""The words that people write into a roster, in Chinese and English, and what they mean."""

from apps.apprentices.enums import PersonStatus, PostKind
from apps.core.folding import fold_width

POST_KINDS: dict[str, str] = {
    "新招用": PostKind.NEW_HIRE,
    "新招": PostKind.NEW_HIRE,
    "新录用": PostKind.NEW_HIRE,
    "新招用人员": PostKind.NEW_HIRE,
    "新招用职工": PostKind.NEW_HIRE,
    "新招聘": PostKind.NEW_HIRE,
    "新入职": PostKind.NEW_HIRE,
    "newhire": PostKind.NEW_HIRE,
    "转岗": PostKind.TRANSFERRED,
    "转岗人员": PostKind.TRANSFERRED,
    "转岗职工": PostKind.TRANSFERRED,
    "transferred": PostKind.TRANSFERRED,
    "transferredtoaskilledpost": PostKind.TRANSFERRED,
    "企业自主确定": PostKind.CHOSEN,
    "自主确定": PostKind.CHOSEN,
    "chosen": PostKind.CHOSEN,
    "chosenbytheenterprise": PostKind.CHOSEN,
    "劳务派遣": PostKind.DISPATCHED,
    "派遣": PostKind.DISPATCHED,
    "劳务派遣人员": PostKind.DISPATCHED,
    "dispatched": PostKind.DISPATCHED,
    "dispatchedworker": PostKind.DISPATCHED,
    "dispatchedworkerinaskilledpost": PostKind.DISPATCHED,
}
PERSON_STATUSES: dict[str, str] = {
    "": PersonStatus.EMPLOYEE,
    "在职职工": PersonStatus.EMPLOYEE,
    "在职": PersonStatus.EMPLOYEE,
    "职工": PersonStatus.EMPLOYEE,
    "企业职工": PersonStatus.EMPLOYEE,
    "正式职工": PersonStatus.EMPLOYEE,
    "员工": PersonStatus.EMPLOYEE,
    "企业员工": PersonStatus.EMPLOYEE,
    "在职员工": PersonStatus.EMPLOYEE,
    "employee": PersonStatus.EMPLOYEE,
    "领取养老金": PersonStatus.PENSIONER,
    "领取养老金人员": PersonStatus.PENSIONER,
    "退休": PersonStatus.PENSIONER,
    "退休人员": PersonStatus.PENSIONER,
    "receivesapension": PersonStatus.PENSIONER,
    "pensioner": PersonStatus.PENSIONER,
    "全日制学生": PersonStatus.STUDENT,
    "全日制在校学生": PersonStatus.STUDENT,
    "在校生": PersonStatus.STUDENT,
    "在校学生": PersonStatus.STUDENT,
    "学生": PersonStatus.STUDENT,
    "full-timestudent": PersonStatus.STUDENT,
    "student": PersonStatus.STUDENT,
    "在编人员": PersonStatus.PUBLIC_POST,
    "在编": PersonStatus.PUBLIC_POST,
    "事业编制": PersonStatus.PUBLIC_POST,
    "机关事业单位在编人员": PersonStatus.PUBLIC_POST,
    "holdsanestablishedpublicpost": PersonStatus.PUBLIC_POST,
    "publicpost": PersonStatus.PUBLIC_POST,
}
YES_NO: dict[str, bool] = {
    **dict.fromkeys(
        ("是", "有", "已缴", "已缴纳", "缴纳", "yes", "y", "true", "1", "√", "✓", "✔", "参保", "已参保"), True
    ),
    **dict.fromkeys(("否", "无", "未缴", "未缴纳", "不缴纳", "no", "n", "false", "0", "×", "未参保"), False),
}
OPEN_ENDED_WORD = "无固定期限"
OPEN_ENDED = frozenset(
    {
        "无固定期限",
        "无固定期",
        "无固定期限合同",
        "无固定期限劳动合同",
        "长期有效",
        "长期",
        "不限",
        "open-ended",
        "openended",
        "indefinite",
        "permanent",
    }
)

POST_KINDS.update({value: value for value in PostKind.values})
PERSON_STATUSES.update({value: value for value in PersonStatus.values})


def plain(text: str) -> str:
    """A word as it is looked up: one width, small letters, no blanks."""
    return "".join(fold_width(text).lower().split())
