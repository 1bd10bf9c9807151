"""What happens to an application over time, written down in advance and revealed day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from mocks.world.programs import Program, japan

FINAL = frozenset({"不採択", "取下げ", "辞退", "廃止", "取消"})
"""States after which nothing more is asked of the applicant."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one procedure's state. `notice` is (kind, title, body) where one is sent."""

    at: datetime
    procedure: str
    kind: str
    state: str
    decision: str | None = None
    note: str | None = None
    notice: tuple[str, str, str] | None = None
    due_at: datetime | None = None


class Timeline:
    """Collects the steps of one application; days are Japan's."""

    def __init__(self, rng: Random, application: str) -> None:
        self.rng = rng
        self.application = application
        self.steps: list[Step] = []
        self.day = date.min

    def after(self, low: int, high: int) -> date:
        """Go on by so many days."""
        self.day += timedelta(days=self.rng.randint(low, high))
        return self.day

    def instant(self) -> datetime:
        """Some second of the present day between 9:00 and 20:59 in Japan."""
        rng = self.rng
        start = japan(self.day, 9)
        return start + timedelta(seconds=rng.randrange(12 * 3600), milliseconds=rng.randrange(1000))

    def add(
        self,
        code: str,
        kind: str,
        state: str,
        *,
        at: datetime | None = None,
        decision: str | None = None,
        note: str | None = None,
        notice: tuple[str, str, str] | None = None,
        due_in: int | None = None,
    ) -> None:
        """One step on the present day; an earlier step is never later than it."""
        moment = at or self.instant()
        if self.steps and moment <= self.steps[-1].at:
            moment = self.steps[-1].at + timedelta(minutes=1)
        due = japan(self.day + timedelta(days=due_in), 17) if due_in is not None else None
        self.steps.append(
            Step(moment, f"{self.application}-{code}", kind, state, decision, note, notice, due)
        )

    def sent_back(self, code: str, kind: str, chance: float) -> None:
        """差戻し with its reason, and the applicant's second submission."""
        if self.rng.random() >= chance:
            return
        self.after(2, 9)
        reason = self.rng.choice(
            (
                "決算書の添付がありません。",
                "見積書の日付が確認できません。",
                "役員一覧を記入してください。",
            )
        )
        self.add(
            code,
            kind,
            "差戻し",
            note=reason,
            notice=("差戻し理由", f"{kind}の差戻し", reason),
            due_in=14,
        )
        self.after(1, 10)
        self.add(code, kind, "申請済", note="再申請")


def write_timeline(rng: Random, application: str, program: Program) -> list[Step]:
    """The whole life of an application from its draft on."""
    line = Timeline(rng, application)
    start, end = program.start, program.end
    if start is None or end is None:
        return []
    closing = (end + timedelta(hours=9)).date()
    opening = (start + timedelta(hours=9)).date()
    # Half of all come in the last week, a fifth on the last day (§j: the deadline's peak).
    span = (closing - opening).days
    before = rng.choice((0, 0, 1, 2, 4, 6, rng.randrange(7, span), rng.randrange(7, span)))
    submit = closing - timedelta(days=before)
    line.day = max(opening, submit - timedelta(days=rng.randrange(1, 25)))
    line.add("01", "公募申請", "下書き", due_in=(closing - line.day).days)
    if rng.random() < 0.06:
        return line.steps
    line.day = submit
    line.add("01", "公募申請", "申請済")
    if rng.random() < 0.03:
        line.after(1, 10)
        line.add("01", "公募申請", "取下げ", note="申請者による取下げ")
        return line.steps
    line.sent_back("01", "公募申請", 0.08)
    line.day = max(line.day, closing + timedelta(days=15))
    line.add("01", "公募申請", "審査中", at=japan(closing + timedelta(days=15), 10))
    _decide(line, closing)
    return line.steps


def _decide(line: Timeline, closing: date) -> None:
    """The round's decisions are all published at one instant: updates tie by the hundred."""
    line.day = closing + timedelta(days=75)
    at = japan(line.day, 15)
    if line.rng.random() > 0.46:
        line.add(
            "01", "公募申請", "不採択", at=at, decision="不採択",
            notice=("お知らせ", "審査結果について", "審査の結果、不採択となりました。"),
        )  # fmt: skip
        return
    line.add(
        "01", "公募申請", "採択", at=at, decision="採択",
        notice=("お知らせ", "採択のお知らせ", "採択されました。交付申請を行ってください。"),
    )  # fmt: skip
    if line.rng.random() < 0.04:
        line.after(5, 40)
        line.add("01", "公募申請", "辞退", decision="採択", note="資金計画の変更による辞退")
        return
    _grant(line)


def _grant(line: Timeline) -> None:
    rng = line.rng
    line.after(5, 30)
    line.add("02", "交付申請", "下書き", due_in=60)
    line.after(2, 25)
    line.add("02", "交付申請", "申請済")
    line.sent_back("02", "交付申請", 0.35)
    line.after(20, 45)
    line.add(
        "02", "交付申請", "交付決定", decision="交付決定",
        notice=("お知らせ", "交付決定通知", "交付を決定しました。補助事業を開始してください。"),
    )  # fmt: skip
    if rng.random() < 0.10:
        line.after(20, 60)
        line.add("03", "変更", "申請済", note="導入機種の変更")
        line.after(7, 20)
        line.add("03", "変更", "交付決定", decision="交付決定", note="変更承認")
    if rng.random() < 0.02:
        line.after(10, 60)
        line.add("02", "交付申請", "廃止", decision="交付決定", note="補助事業の廃止承認")
        return
    if rng.random() < 0.2:
        line.after(30, 60)
        line.add("04", "遂行状況", "申請済", due_in=20)
    _settle(line)


def _settle(line: Timeline) -> None:
    rng = line.rng
    line.after(40, 160)
    line.add("05", "実績報告", "下書き", due_in=45)
    line.after(3, 30)
    line.add("05", "実績報告", "申請済")
    line.sent_back("05", "実績報告", 0.5)
    line.after(5, 20)
    line.add("05", "実績報告", "実績報告済")
    line.after(20, 50)
    line.add(
        "05",
        "実績報告",
        "額確定",
        notice=("お知らせ", "額の確定通知", "補助金の額を確定しました。"),
    )
    line.after(3, 20)
    line.add("06", "請求", "申請済", due_in=30)
    line.after(10, 30)
    line.add("06", "請求", "支払済")
    if rng.random() < 0.01:
        line.after(30, 200)
        line.add("02", "交付申請", "取消", decision="交付決定", note="財産処分の承認違反による取消")
        return
    for year in (1, 2):
        line.after(300, 380)
        line.add(f"0{6 + year}", "事業化状況報告", "申請済", note=f"{year}年目", due_in=60)
