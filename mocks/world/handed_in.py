"""Applications with answers that are given word for word: what a front end would hand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Answers = dict[str, Any]

SYSTEMS = ("it_subsidy", "management_plan", "subsidy")
"""Where answers can be handed in."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One application of a business to a system, submitted at the world's present instant."""

    id: str
    system: str
    business: str
    answers: Answers


def nested(texts: Mapping[str, Any]) -> Answers:
    """Answers by path (`answers.役員一覧[0].氏名`) as a record holds them, below `answers`.

    Raises:
        ValueError: a path is none, or leaves out an element of a list.
    """
    found: Answers = {}
    for path, value in sorted(texts.items(), key=lambda pair: _steps(pair[0])):
        at: Any = found
        steps = _steps(path.removeprefix("answers."))
        for step, below in pairwise(steps):
            at = _at(at, step, [] if isinstance(below, int) else {})
        _at(at, steps[-1], value)
    return found


def _steps(path: str) -> list[Any]:
    steps = [name or int(number) for name, number in _STEP.findall(path)]
    if not steps:
        msg = f"{path!r} is no path of an answer"
        raise ValueError(msg)
    return steps


def _at(holder: Any, step: Any, fresh: Any) -> Any:
    if isinstance(holder, list):
        if step == len(holder):
            holder.append(fresh)
        elif not isinstance(step, int) or step > len(holder):
            msg = f"element {step} of a list comes before the ones above it"
            raise ValueError(msg)
        return holder[step]
    return holder.setdefault(step, fresh)


def typed(given: Any, like: Any) -> Any:
    """A given answer with the types of one that the system draws: numbers and truths as such."""
    if isinstance(given, dict):
        beside = like if isinstance(like, dict) else {}
        return {name: typed(value, beside.get(name)) for name, value in given.items()}
    if isinstance(given, list):
        first = like[0] if isinstance(like, list) and like else None
        return [typed(value, first) for value in given]
    if isinstance(like, bool) and isinstance(given, str):
        return given in {"true", "はい"}
    if isinstance(like, int) and isinstance(given, str) and re.fullmatch(r"-?\d+", given):
        return int(given)
    return given
