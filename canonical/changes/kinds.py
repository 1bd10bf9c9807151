"""The kinds of changes that the feed tells of, and what makes a procedure's state."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "internal.sme-hub."
"""What comes before a kind in the `type` of a CloudEvent: reverse DNS of a name below `.internal`,
the top-level domain that is reserved for private use, so that nobody's domain is claimed."""

BUSINESS = "business"
PARTY = "party"
RELATION = "relation"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: `group` is what changed, `what` what became of it."""

    group: str
    what: str
    ja: str
    en: str

    @property
    def name(self) -> str:
        """As `--kind` and the table of events have it."""
        return f"{self.group}.{self.what}"

    @property
    def type(self) -> str:
        """The `type` of its CloudEvents."""
        return PREFIX + self.name


@dataclass(frozen=True, slots=True)
class State:
    """What makes the state of a thing that a record is about.

    Args:
        group: the kind's group; several entities may tell of one.
        entity: the claims that say it.
        reference: the column that tells several of one record apart, and that names it.
        columns: the state. A change of any of them is told by its name,
        told: or all together by this one.
    """

    group: str
    entity: str
    reference: str
    columns: tuple[str, ...]
    told: str | None = None


STATES = (
    State("project", "project", "project_number", ("status",)),
    State("procedure", "procedure", "procedure_key", ("state", "decision")),
    State("procedure", "procedure_event", "procedure_key", ("state", "occurred_at"), "history"),
    State("plan", "plan", "plan_key", ("status",)),
    State(
        "consultation", "consultation", "consultation_key", ("received_on", "handled_at", "outcome")
    ),
    State("succession_case", "succession_case", "case_key", ("status",)),
    State("account", "account", "account_key", ("account_type", "rights", "valid")),
    State(
        "delegation",
        "delegation",
        "delegation_key",
        ("starts_on", "ends_on", "withdrawn_on", "active"),
    ),
    State("consent", "consent", "consent_key", ("state",)),
)  # fmt: skip

STATE_CHANGED = "state_changed"

_SAID = {
    "project": ("補助事業の状態の変更", "the state of a project changed"),
    "procedure": ("手続の状態の変更", "the state, decision or history of a procedure changed"),
    "plan": ("経営力向上計画の状態の変更", "the state of a plan changed"),
    "consultation": ("相談の受付・対応", "a consultation was received or handled"),
    "succession_case": ("事業承継案件の状態の変更", "the state of a succession case changed"),
    "account": ("アカウントの状態の変更", "an account's type, rights or validity changed"),
    "delegation": ("委任の状態の変更", "a delegation was given, ended or withdrawn"),
    "consent": ("同意の状態の変更", "a consent was given or withdrawn"),
}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(BUSINESS, "created", "ゴールデンレコードの新規作成", "a golden record is there"),
        Kind(BUSINESS, "changed", "ゴールデンレコードの変更", "a golden record changed"),
        Kind(BUSINESS, "removed", "ゴールデンレコードの消滅", "a golden record is no more"),
        Kind(PARTY, "merged", "名寄せによる統合", "a party was found to be another one"),
        Kind(PARTY, "restored", "統合・消滅の取消し", "a party that was merged or gone is back"),
        Kind(PARTY, "gone", "消滅", "nothing speaks of a party any more"),
        Kind(RELATION, "confirmed", "関係の確定", "two parties are known to hang together"),
        Kind(RELATION, "ended", "関係の解消", "two parties no longer hang together"),
        *(Kind(group, STATE_CHANGED, ja, en) for group, (ja, en) in _SAID.items()),
    )
}

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(kind.group for kind in KINDS.values()))


def chosen(names: tuple[str, ...]) -> frozenset[str]:
    """The kinds that these names mean: a kind's name or type, or a group for all of its kinds.

    Raises:
        ValueError: a name is none of them; says which there are.
    """
    found: set[str] = set()
    for name in names:
        short = name.removeprefix(PREFIX)
        meant = {kind for kind in KINDS if short in {kind, KINDS[kind].group}}
        if not meant:
            raise ValueError(f"{name} is no kind of change; there are: {', '.join(KINDS)}")
        found |= meant
    return frozenset(found)
