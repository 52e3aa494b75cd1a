"""Invented values for the style page; no record of the system is read."""

from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.errors import Problem
from apps.core.models.job import Job, JobState
from apps.core.widgets import Chart, Check, Document, Entry, Pager, Series, Step

_STAGES = [
    *("单位同意", "申请", "区级审核", "市级复核", "学徒报名", "学籍审核"),
    *("开班", "预拨", "培训", "评价", "清算"),
]


# How each component is written, and what it is for. Attributes with a colon take a value of the page.
REFERENCE: list[tuple[str, Promise]] = [
    (
        '<c-badge tone="good" label="…" />',
        _("A state as a word; tones: neutral, info, good, warn, bad, money."),
    ),
    ('<c-money :fen="line.due_fen" unit="yes" sign="yes" />', _("Fen as yuan; a dash where there is none.")),
    (
        '<c-panel id="…" title="…" note="…" flush="yes">…</c-panel>',
        _("A framed part of a page; slots actions and foot; flush for tables."),
    ),
    (
        '<c-next-step title="…" tone="waiting" :due="due" :days="days">…</c-next-step>',
        _("What to do now, in the block next_step; slot actions."),
    ),
    ('<c-note tone="warn" title="…">…</c-note>', _("A remark that must not be missed.")),
    ('<c-problems :problems="problems" title="…" />', _("What is missing or wrong, each with its article.")),
    (
        '<c-empty title="…" text="…" action_url="…" action_label="…" />',
        _("A list with nothing in it, and what to do about that."),
    ),
    (
        '<c-table label="…" queue="yes">…</c-table>',
        _("A table that stacks on a phone; cells carry data-label; queue listens to j, k, x."),
    ),
    ('<c-pager :pager="pager" />', _("The foot of a list: core.widgets.Pager.")),
    (
        '<c-filter-bar reset_url="…" target="#list">…</c-filter-bar>',
        _("Search and filters; with a target only that part is reloaded."),
    ),
    ('<c-facts><c-fact label="…">…</c-fact></c-facts>', _("Names and values.")),
    (
        '<c-stats><c-stat label="…" value="…" unit="…" url="…" tone="bad" /></c-stats>',
        _("Figures at the top of a page; a link leads to the records behind."),
    ),
    ('<c-steps :steps="steps" />', _("The stages of the main process: core.widgets.Step.")),
    (
        '<c-deadline :due="case.due_on" :days="working_days_left" />',
        _("When it is due; negative days are overdue."),
    ),
    ('<c-timeline :entries="entries" />', _("History: core.widgets.Entry.")),
    ('<c-checklist :items="checks" />', _("Items with pass, fail or note: core.widgets.Check.")),
    ('<c-documents :documents="documents" />', _("Files, and those still missing: core.widgets.Document.")),
    (
        '<c-chart :chart="chart" small="yes" />',
        _("A drawing and its table from the same numbers: core.widgets.Chart."),
    ),
    (
        '<c-progress :job="job" :progress="progress" url="…">…</c-progress>',
        _("Background work, asked for again until it is over; then the slot shows."),
    ),
    (
        '<c-field :field="form.name" />',
        _("One field with label, help and error; {{ form }} writes them all."),
    ),
    ('<c-icon name="inbox" />', _("A symbol of static/icons/sprite.svg; never alone, always beside a word.")),
    ('<button data-confirm="…" data-confirm-tone="bad">', _("Asks before it is sent.")),
    (
        '<form data-autosave id="…" hx-post="…" hx-trigger="change delay:500ms">',
        _("Saves as one goes; data-save-state beside it says so."),
    ),
    ("<form data-warn-dirty>", _("Asks before leaving with changes that were not saved.")),
]


def _at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2023, month, day, hour, minute, tzinfo=clock.BEIJING)


def _steps() -> list[Step]:
    done = [Step(name, "done", date(2023, 3, 1 + number)) for number, name in enumerate(_STAGES[:5])]
    return [*done, Step(_STAGES[5], "current"), *[Step(name) for name in _STAGES[6:]]]


def _entries() -> list[Entry]:
    return [
        Entry("市级复核通过", _at(3, 20, 16, 5), "李建国", "市人社复核员", tone="good"),
        Entry(
            "区级审核退回补正",
            _at(3, 8, 10, 32),
            "王晓燕",
            "区人社审核员",
            reason="请于 3 月 29 日前补正后重新提交。",
            tone="warn",
            details=("教学计划缺少第二学期实训安排（第五条）", "企业导师张伟未上传资格证明（第七条）"),
        ),
        Entry("提交申请", _at(3, 6, 9, 15), "陈芳", "企业经办人"),
    ]


def _charts() -> dict[str, Chart]:
    months = [f"{number} 月" for number in range(1, 9)]
    return {
        "funnel": Chart(
            "funnel",
            "各环节人数",
            "funnel",
            ["报名", "学籍", "在训", "评价合格", "已清算"],
            [Series("人数", [1500, 1320, 1105, 640, 410])],
            category_label="环节",
            unit_label="人",
        ),
        "money": Chart(
            "money",
            "资金：已核定、已拨付、待追回",
            "bar",
            months,
            [
                Series("已核定", [820_000_00, 950_000_00, 1_210_000_00, 990_000_00, 1_400_000_00, 0, 0, 0]),
                Series("已拨付", [400_000_00, 700_000_00, 880_000_00, 870_000_00, 1_100_000_00, 0, 0, 0]),
                Series("待追回", [0, 16_000_00, 8_000_00, 24_000_00, 8_000_00, 0, 0, 0]),
            ],
            category_label="月份",
            unit="fen",
        ),
        "ages": Chart(
            "ages",
            "未退余额账龄",
            "stacked",
            ["未到期", "逾期1至30天", "逾期31至60天", "逾期61至90天", "逾期超过90天"],
            [
                Series("职业技能提升行动专账资金", [0, 172_266_67, 0, 8_000_00, 0]),
                Series("就业补助资金（市级）", [24_000_00, 0, 16_000_00, 0, 8_000_00]),
            ],
            category_label="账龄",
            unit="fen",
        ),
        "none": Chart("none", "尚无数据", "bar", ["一月"], [Series("人数", [0])]),
    }


def context() -> dict[str, Any]:
    """Everything the style page shows."""
    return {
        "reference": REFERENCE,
        "tones": ["neutral", "info", "good", "warn", "bad", "money"],
        "steps": _steps(),
        "failed_steps": [Step("申请", "done"), Step("区级审核", "failed"), Step("市级复核")],
        "entries": _entries(),
        "checks": [
            Check("企业不在禁止行业目录内", "pass", "第四条"),
            Check("培训机构范围涵盖所申请职业和等级", "fail", "第六条", "电工（三级）不在办学许可范围内"),
            Check("教学计划学时比例约为 1:3:6", "note", "第五条", "通用素质占 16%，略高"),
            Check("企业导师资格齐全", "", "第七条"),
        ],
        "problems": [
            Problem("plan_mentor_missing", "为电工（三级）添加至少一名企业导师。", "第七条"),
            Problem("roster_bad_id", "身份证号校验位不正确，请核对原件。", row=17),
        ],
        "documents": [
            Document(
                "校企合作协议", "#", "cooperation.pdf", 482_133, date(2023, 3, 6), "9f86d081884c7d65" * 4
            ),
            Document("企业新型学徒培训协议", article="第九条"),
            Document("管理制度", required=False),
        ],
        "charts": _charts(),
        "pager": Pager(next_url="#", first_url="#", previous_url="#", shown=20, total=148),
        "due": date(2023, 3, 29),
        "job": Job(
            pk=1,
            kind="import_roster",
            title="导入学徒名册",
            state=JobState.RUNNING,
            total=100000,
            done=41320,
            note="已核对 41,320 行，其中 37 行有误。",
        ),
        "queue": [
            {
                "no": "BJ-2023-0142",
                "who": "北京京仪精密制造有限公司",
                "what": "电工（三级）24 人",
                "fen": 768_000_00,
                "state": "submitted",
                "label": "待审核",
                "due": date(2023, 3, 10),
                "days": -3,
            },
            {
                "no": "BJ-2023-0151",
                "who": "北京首冶机电设备安装有限责任公司",
                "what": "焊工（四级）40 人",
                "fen": 400_000_00,
                "state": "submitted",
                "label": "待审核",
                "due": date(2023, 3, 21),
                "days": 1,
            },
            {
                "no": "BJ-2023-0155",
                "who": "北京城南食品有限公司",
                "what": "中式面点师（四级）12 人",
                "fen": 60_000_00,
                "state": "returned",
                "label": "待补正",
                "due": date(2023, 3, 29),
                "days": 7,
            },
        ],
    }
