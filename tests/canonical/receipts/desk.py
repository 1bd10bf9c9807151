"""Receipts by hand over the small world of golden records: no form, no mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from canonical.golden import checks, sources
from canonical.golden.asof import business
from canonical.model.business import Business
from canonical.model.receipt import Filing, Given
from canonical.receipts.answers import UNIT_OF
from canonical.receipts.issuing import issue
from canonical.store import Store
from canonical.store.receipt_tables import RETURNED_ANSWER
from tests.canonical.golden.parties import link
from tests.canonical.golden.world import NEW, PARTY, World

TODAY = date(2026, 5, 1)


class Desk(World):
    """Fills in a form of `grants.applications` whose fields are the columns themselves."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        for system, role in (("registry", "base_registry"), ("grants", "procedure")):
            stream = self.syncs[system].stream_id
            store.describe_stream(stream, source_role=role, scope="", purposes=["prefill"])

    def say(self, system: str, key: str, as_of: date | None = NEW, **said: Any) -> None:
        """As the world says it; an application says that its answers may be used elsewhere."""
        if system == "grants":
            said.setdefault("project", [{"data_use_consent": True}])
        super().say(system, key, as_of, **said)

    def link(self) -> None:
        """Members find their parties, without golden records."""
        link(self.store, at=self.clock.now())

    def told(self, party: int = PARTY, **options: Any) -> Business:
        found = business(self.store.database, party, **options)
        assert found is not None
        return found

    def fill_in(self, *columns: str, day: date = TODAY, party: int = PARTY, **also: Any) -> str:
        """A receipt of the words that hold, by column; `also` are values of nobody's."""
        return self.filling(*columns, day=day, party=party, **also)()

    def filling(
        self, *columns: str, day: date = TODAY, party: int = PARTY, **also: Any
    ) -> Callable[[], str]:
        """The same, of the words that hold now, to be written down when it is called."""
        told = self.told(party)
        given = [self._given(told, column) for column in columns]
        given += [
            Given(name, name, name, str(value), (), ("sales",), "party", "self", "",
                  {name: value}, (name,))
            for name, value in also.items()
        ]  # fmt: skip
        filing = Filing(party, "form", "1", "grants", "applications", day, "prefill")

        def written() -> str:
            self.clock.sleep(60)
            return issue(self.store.database, filing, given, clock=self.clock).id

        return written

    @staticmethod
    def _given(told: Business, column: str) -> Given:
        unit = next(unit for unit in told.units if unit.name == UNIT_OF[column])
        said = unit.said[0]
        beside = f"{column}_unit", f"{column}_precision"
        names = [n for n in (column, *beside) if said.values.get(n) is not None]
        values = {name: said.values[name] for name in names}
        return Given(
            column, column, column, str(values[column]), (said.origin,), (), "party", "self", "",
            values, tuple(values),
        )  # fmt: skip

    def fill_in_figure(self, column: str) -> str:
        """A receipt of a figure of the last closed year."""
        item = next(i for i in self.told().items if i.entity == "financial_statement")
        value = item.values[column]
        given = Given(
            column, column, column, str(value), (item.origin,), (), "financial_statement", "self",
            "year:0", {column: value}, (column,),
        )  # fmt: skip
        filing = Filing(PARTY, "form", "1", "grants", "applications", TODAY, "prefill")
        return issue(self.store.database, filing, [given], clock=self.clock).id

    def file(self, key: str, as_of: date, *, consent: bool | None = True, **said: Any) -> None:
        """An application that says, or does not say, whether its answers may be used elsewhere."""
        self.say("grants", key, as_of, project=[{"data_use_consent": consent}], **said)

    def held(self, party: int = PARTY) -> dict[str, tuple[Any, date | None, int]]:
        """Unit → value, as of when, and whose, for units of one column."""
        golden = self.golden(party)
        assert golden is not None
        return {
            unit: (golden[unit], source.as_of, source.member_id)
            for unit, source in sources.read(golden["sources"]).items()
            if unit in golden
        }

    def came_back(self) -> list[Mapping[str, Any]]:
        table = RETURNED_ANSWER.c
        names = ("record_id", "path", "outcome", "source_member", "as_of", "said_on")
        query = select(*(table[name] for name in names)).where(table.recorded_to.is_(None))
        with self.store.database.read() as connection:
            return [dict(row) for row in connection.execute(query.order_by("path")).mappings()]

    def outcomes(self) -> dict[str, str]:
        return {row["path"]: row["outcome"] for row in self.came_back()}

    def sound(self) -> bool:
        """Whether golden records are what their claims and receipts give, and what is told of a
        business quickly is what the frames give."""
        quick, whole = (
            business(self.store.database, PARTY, purpose="prefill", known_at=known_at)
            for known_at in (None, self.clock.now())
        )
        found = checks.examine(self.store.database)
        return quick == whole and not any(finding.count for finding in found)
