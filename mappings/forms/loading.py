"""Reads the forms that stand in the mapping files, each field bound to the rules of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from base.errors import MappingError
from canonical.model.concepts import Concept, concept_of
from mappings.compiler import read_rules, system_of
from mappings.forms.agreement import binding_index, fits
from mappings.forms.form import Binding, Filler, Form, FormField, format_of
from mappings.loading import MappingFile, load_mapping

FOLDER = Path(__file__).parents[1]
_NO_CONSENT = "none"


def load_forms(folder: Path = FOLDER) -> dict[str, Form]:
    """All forms of a folder of mapping files by id, in the order of the files' names.

    Raises:
        MappingError: names file, line and field; also where two files have a form of one id.
    """
    forms: dict[str, Form] = {}
    for path in sorted(folder.glob("*.yaml")):
        if "\nforms:" not in f"\n{path.read_text(encoding='utf-8')}":
            continue
        file = load_mapping(path)
        for form in read_forms(file):
            if form.id in forms:
                other = forms[form.id].system
                raise file.error(("forms", form.id), f"{other} has a form of this name")
            forms[form.id] = form
    return forms


def read_forms(file: MappingFile) -> tuple[Form, ...]:
    """The forms of one mapping file.

    Raises:
        MappingError: names file, line and field: an unknown concept or stream, or a consent that
            is no declaration of the form.
    """
    return tuple(_Reader(file, name).read() for name in file.tree.get("forms", {}))


class _Reader:
    def __init__(self, file: MappingFile, name: str) -> None:
        self.file = file
        self.name = name
        self.place = ("forms", name)
        self.tree: dict[str, Any] = file.tree["forms"][name]
        stream = self.tree.get("stream")
        self.index = binding_index(read_rules(file, stream)) if stream else {}

    def read(self) -> Form:
        fields = tuple(self._fields())
        declared = {each.name for each in fields if each.declaration}
        for each in fields:
            if each.consent is not None and each.consent not in declared:
                raise self._error(each.name, f"{each.consent} is no declaration of the form")
        return Form(
            self.name, system_of(self.file), self.tree.get("stream"), self.tree["title"]["ja"],
            self.tree["title"]["en"], self._versions(), fields,
            self.tree.get("encoding", "utf-8"),
        )  # fmt: skip

    def _error(self, field: str, what: str, remedy: str | None = None) -> MappingError:
        return self.file.error((*self.place, "fields", field), what, remedy=remedy)

    def _versions(self) -> tuple[tuple[str, date], ...]:
        stated = self.tree["versions"].items()
        found = [(name, self._day(day, "versions", name)) for name, day in stated]
        return tuple(sorted(found, key=lambda version: version[1]))

    def _day(self, text: str, *place: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.file.error((*self.place, *place), f"{text} is no day") from None

    def _fields(self) -> Iterator[FormField]:
        for name, given in self.tree["fields"].items():
            try:
                concept = concept_of(given["asks"])
            except LookupError as error:
                raise self._error(name, str(error.args[0])) from error
            yield self._field(name, given, concept)

    def _field(self, name: str, given: dict[str, Any], concept: Concept) -> FormField:
        answers = self._answers(name, given)
        bindings = tuple(bound for path in answers for bound in self.index.get(path, ()))
        fitting = tuple(sorted(bindings, key=lambda bound: not fits(concept, bound)))
        by = Filler(given.get("by", Filler.APPLICANT))
        closed = concept.qualifier("year") == "closed"
        if "years" in given and not closed:
            raise self._error(name, f"{concept.id} is of no closed year: `years` says nothing")
        days = {key: self._day(given[key], "fields", name) for key in _DAYS if key in given}
        return FormField(
            name, concept, by, given.get("required", by is Filler.APPLICANT),
            format_of(given, _first(concept, fitting)),
            self.file.line((*self.place, "fields", name)),
            answers, given.get("years", int(closed)), self._consent(given, concept, by),
            bindings=fitting, **days,
        )  # fmt: skip

    def _answers(self, name: str, given: dict[str, Any]) -> tuple[str, ...]:
        if not self.tree.get("stream"):
            return ()
        stated = given.get("answer", name)
        paths = [stated] if isinstance(stated, str) else stated
        under = self.tree.get("under")
        return tuple(f"{under}.{path}" if under else path for path in paths)

    def _consent(self, given: dict[str, Any], concept: Concept, by: Filler) -> str | None:
        if "consent" in given:
            return None if given["consent"] == _NO_CONSENT else str(given["consent"])
        if by is not Filler.APPLICANT or not concept.reusable:
            return None
        return self.tree.get("consent")


_DAYS = ("since", "until")


def _first(concept: Concept, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
    return tuple(bound for bound in bindings if fits(concept, bound))[:1]
