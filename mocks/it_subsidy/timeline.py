"""The life of an IT subsidy application: monthly rounds, and no 採択 before 交付決定."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mocks.world.founding import year_end
from mocks.world.programs import japan
from mocks.world.timeline import Step, Timeline

DRAFT = frozenset({"作成中", "事業者入力中"})
FINAL = frozenset({"不採択", "取下げ", "辞退", "交付決定取消"})
ROUNDS = 24
"""Monthly rounds: most lie behind the world's first day, a few ahead."""


def closing_day(start: date, number: int) -> date:
    """The day on which round `number` closes; round 20 is the one after the world's first day."""
    months = start.year * 12 + start.month - 1 + number - 20
    return year_end(months // 12, months % 12 + 1) - timedelta(days=9)


def write_life(rng: Random, key: str, closing: date) -> list[Step]:
    """The whole life of an application from its draft on."""
    line = Timeline(rng, key)
    line.day = closing - timedelta(days=rng.randrange(12, 45))
    line.add("A", "交付申請", "作成中", due_in=(closing - line.day).days)
    line.after(1, 5)
    line.add("A", "交付申請", "事業者入力中", note="IT導入支援事業者が入力しています。")
    if rng.random() < 0.06:
        return line.steps
    line.after(1, 5)
    line.add("A", "交付申請", "提出済")
    if rng.random() < 0.03:
        line.after(1, 2)
        line.add("A", "交付申請", "取下げ", note="申請者による取下げ")
        return line.steps
    if rng.random() < 0.07:
        line.after(1, 2)
        line.add("A", "交付申請", "不備差戻し", note="納税証明書が確認できません。", due_in=10)
        line.after(1, 5)
        line.add("A", "交付申請", "提出済", note="再提出")
    line.day = max(line.day, closing + timedelta(days=1))
    line.add("A", "交付申請", "審査中", at=japan(closing + timedelta(days=1), 10))
    _decide(line, closing)
    return line.steps


def _decide(line: Timeline, closing: date) -> None:
    """All decisions of a round are published at one instant: updates tie by the hundred."""
    line.day = closing + timedelta(days=35)
    at = japan(line.day, 15)
    if line.rng.random() > 0.62:
        line.add("A", "交付申請", "不採択", at=at, decision="不採択")
        return
    line.add("A", "交付申請", "交付決定", at=at, decision="交付決定")
    if line.rng.random() < 0.04:
        line.after(3, 30)
        line.add("A", "交付申請", "辞退", decision="交付決定", note="導入計画の中止")
        return
    if line.rng.random() < 0.1:
        line.after(10, 40)
        line.add("B", "変更", "提出済", note="ITツールの変更")
        line.after(5, 15)
        line.add("B", "変更", "交付決定", decision="交付決定", note="変更承認")
    _report(line)


def _report(line: Timeline) -> None:
    line.after(30, 110)
    line.add("C", "実績報告", "実績報告中", due_in=30)
    line.after(3, 20)
    line.add("C", "実績報告", "確定検査中")
    line.after(15, 40)
    line.add("C", "実績報告", "補助額確定")
    line.after(5, 25)
    line.add("D", "請求", "交付済")
    if line.rng.random() < 0.01:
        line.after(30, 120)
        line.add("A", "交付申請", "交付決定取消", decision="交付決定", note="目的外使用による取消")
        return
    for year in (1, 2):
        line.after(330, 380)
        line.add("E", "事業実施効果報告", "提出済", note=f"{year}年目", due_in=60)
