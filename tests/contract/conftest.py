"""The running system of a suite, shared by its tests, and a hub of its own for each of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.contract.part import DoesNotApply
from tests.contract.staging import Hub, Staging, staging
from tests.contract.standing import Undisturbed

MARK = "does_not_apply"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a stream cannot be in; `pytest tests/contract -m does_not_apply` lists it."""
    if MARK in (config.getoption("-m") or ""):
        return
    out = [item for item in items if item.get_closest_marker(MARK)]
    if out:
        items[:] = [item for item in items if not item.get_closest_marker(MARK)]
        config.hook.pytest_deselected(items=out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that met nothing to try is none that a machine could not run: it is not skipped."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(DoesNotApply):
        report.outcome, report.longrepr = "passed", None
        report.user_properties.append((MARK, str(call.excinfo.value)))
    return report


@pytest.fixture(scope="class")
def staged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staging]:
    """The suite's system, running."""
    suite = request.cls
    folder = tmp_path_factory.mktemp(suite.system)
    with staging(suite.system, suite.businesses, folder, suite.real) as running:
        yield running


@pytest.fixture(scope="class")
def barren(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staging]:
    """The suite's system in a world without businesses."""
    suite = request.cls
    if suite.real is not None:
        pytest.skip("a real system is not empty")
    with staging(suite.system, 0, tmp_path_factory.mktemp(suite.system), None) as running:
        yield running


@pytest.fixture(scope="class")
def undisturbed(staged: Staging, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What a sync leaves that nothing disturbed, by stream."""
    return Undisturbed(staged, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(autouse=True)
def _no_fault_left(request: pytest.FixtureRequest) -> None:
    if "staged" in request.fixturenames:
        servers = request.getfixturevalue("staged").servers
        if servers is not None:
            servers.faults.clear()


@pytest.fixture
def hub(request: pytest.FixtureRequest, staged: Staging, tmp_path: Path) -> Iterator[Hub]:
    """An empty hub on the system; on PostgreSQL where the test's `database` says so."""
    called = getattr(request.node, "callspec", None)
    kind = called.params.get("database", "sqlite") if called else "sqlite"
    with ExitStack() as stack:
        url = None
        if kind == "postgresql":
            server: postgres.Server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        yield stack.enter_context(staged.hub(tmp_path / "hub", url))
