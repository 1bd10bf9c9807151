"""What leaves the hub: the answers that the applicant ticked, and nothing of the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from mappings.prefill.answers import Answer, Outcome, Prefill
from mappings.prefill.reasons import KEPT_BACK


@dataclass(frozen=True, slots=True)
class Released:
    """The answers that leave; of a field that was not ticked there is no trace.

    `answers` are those of `prefill` or `confirm`, in the form's order.
    """

    form: str
    version: str | None
    party_id: int
    day: date
    answers: tuple[Answer, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Path in the form's stream → text."""
        return {path: text for each in self.answers for path, text in each.texts.items()}


def release(prefill: Prefill, ticked: Collection[str] | None = None) -> Released:
    """The answers of the fields that are ticked, by their names; of all fields without a choice.

    Two fields can have one place in the form's data: what is not ticked does not leave there
    either. A field that is asked has nothing to leave, ticked or not.

    Raises:
        KeyError: a name is no field of the form.
    """
    names = [answer.field.name for answer in prefill.answers]
    if unknown := set(ticked or ()) - set(names):
        raise KeyError(f"{prefill.form} has no field {', '.join(sorted(unknown))}")
    chosen = set(names if ticked is None else ticked)
    filled = [answer for answer in prefill.answers if answer.outcome is not Outcome.ASK]
    kept = {
        path for answer in filled if answer.field.name not in chosen for path in _own_paths(answer)
    }
    leaving = (_without(each, kept) for each in filled if each.field.name in chosen)
    return Released(
        prefill.form,
        prefill.version,
        prefill.party_id,
        prefill.day,
        tuple(answer for answer in leaving if answer is not None),
    )


def _own_paths(answer: Answer) -> set[str]:
    """The places that the field itself names: not the year's end that stands beside a figure."""
    leaves = {path.partition("[].")[2] for path in answer.field.answers if "[]." in path}
    if not leaves:
        return set(answer.texts)
    return {path for path in answer.texts if path.partition("].")[2] in leaves}


def _without(answer: Answer, kept: set[str]) -> Answer | None:
    texts = {path: text for path, text in answer.texts.items() if path not in kept}
    if kept.isdisjoint(_own_paths(answer)):
        return answer
    return replace(answer, texts=texts) if not _own_paths(answer) <= kept else None


def kept_back(answer: Answer) -> Answer:
    """The field of an answer that does not leave: asked, as one of which nothing is held."""
    return replace(
        answer,
        outcome=Outcome.ASK,
        why=(KEPT_BACK,),
        texts={},
        values={},
        origins=(),
        derived_from=(),
        cannot="",
    )
