"""Keys rotate without one failed verification, and are unreadable where they are stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from joserfc import jwk
from sqlalchemy import select

from base.clock import ManualClock
from base.errors import SettingsError
from base.settings import Settings
from sso.configuration import read as read_configuration
from sso.keys import CACHE_SECONDS, LONGEST_TOKEN, Keys
from sso.register import Register
from sso.sealing import Sealer, make_key
from sso.service import prepare
from sso.settings import ServiceSettings
from sso.tables import KEY
from sso.tokens import BadToken, Claims, TokenReader, read, write

ISSUER = "https://hub.test"


def claims(now: int, seconds: int = LONGEST_TOKEN) -> Claims:
    return Claims(
        "t", "client", "https://api.test", now, now + seconds, frozenset({"a"}), frozenset({"p"})
    )


class House:
    """A register on a clock that is moved by hand."""

    def __init__(self, home: Path) -> None:
        environ = {"HUB_HOME": str(home), "HUB_SSO_KEY": make_key(), "HUB_SSO_ISSUER": ISSUER}
        self.settings = ServiceSettings.of(Settings.load(environ))
        self.clock = ManualClock()
        self.database = prepare(self.settings, self.clock)
        self.register = Register(self.database, self.settings, self.clock)

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def keys(self) -> Keys:
        return read_configuration(self.database, self.settings.sealer).keys


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def published_to_readers(told: dict[str, object]) -> Keys:
    """The keys as somebody holds them who read the published set."""
    from sso.keys import SigningKey

    some = told["keys"]
    assert isinstance(some, list)
    return Keys(SigningKey(jwk.ECKey.import_key(one), one["kid"], 0, 0) for one in some)


def test_no_verification_fails_while_keys_rotate(house: House) -> None:
    """Readers renew their set as late as they may; every token holds all its life."""
    held = house.keys().jwks(house.now)
    held_at = house.now
    alive: list[tuple[str, int]] = []
    signed_by = set()
    for step in range(200):
        if step % 40 == 6:  # a minute after readers renewed theirs
            house.register.rotate_key()
        if house.now - held_at >= CACHE_SECONDS:
            held, held_at = house.keys().jwks(house.now), house.now
        keys = house.keys()
        token = write(ISSUER, keys, claims(house.now), house.now)
        signed_by.add(keys.signing(house.now).kid)
        alive = [*((one, end) for one, end in alive if end > house.now), (token, house.now + 3600)]
        for one, _ in alive:
            assert read(one, ISSUER, published_to_readers(held), house.now)
            assert read(one, ISSUER, keys, house.now)
        house.clock.advance(60)
    assert len(signed_by) == 6
    assert len(house.keys().jwks(house.now)["keys"]) <= 3


def test_a_second_rotation_waits_for_the_first(house: House) -> None:
    house.register.rotate_key()
    with pytest.raises(SettingsError, match="waits to sign"):
        house.register.rotate_key()


def test_a_leaked_key_is_gone_at_once(house: House) -> None:
    leaked = house.keys().signing(house.now).kid
    token = write(ISSUER, house.keys(), claims(house.now), house.now)
    reader = TokenReader(ISSUER)
    assert reader.read(token, house.keys(), 1, house.now)
    with pytest.raises(SettingsError, match="no other key"):
        house.register.retire_key(leaked)
    house.register.rotate_key(at_once=True)
    house.register.retire_key(leaked)
    assert leaked not in {one["kid"] for one in house.keys().jwks(house.now)["keys"]}
    with pytest.raises(BadToken):
        reader.read(token, house.keys(), 2, house.now)
    assert write(ISSUER, house.keys(), claims(house.now), house.now)


def test_no_private_key_is_readable_in_the_store(house: House, tmp_path: Path) -> None:
    key = house.keys().all[0].key
    private = str(key.as_dict(private=True)["d"])
    with house.database.read() as connection:
        row = connection.execute(select(KEY)).one()
    assert private not in str(row.public)
    assert private.encode() not in row.sealed
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert private.encode() not in files
    assert private not in repr(house.keys().all[0])


def test_the_sealing_key_can_be_changed() -> None:
    old, new = make_key(), make_key()
    sealed = Sealer(old).seal(b"text")
    assert Sealer(f"{new},{old}").open(sealed) == b"text"
    with pytest.raises(SettingsError, match="does not open"):
        Sealer(new).open(sealed)


@pytest.mark.parametrize("key", ["", "short", "x" * 44])
def test_a_missing_or_malformed_sealing_key_is_said(key: str) -> None:
    with pytest.raises(SettingsError, match="HUB_SSO_KEY"):
        Sealer(key)
