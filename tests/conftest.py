"""What every test may ask for. Knows the machine (Java, a browser), no room's rules.

A test marked `spark` or `browser` is skipped with the reason where the machine lacks what it starts. Both
talk to a process of their own over the loopback, so theirs is the only socket that is opened; each kind
stays on one worker, so that one Java machine and one browser are enough.
"""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import real_lrs
import servers

if TYPE_CHECKING:
    from rows_at_hand import Hand
    from trueup.kit.database import DatabaseSettings

ROOT = Path(__file__).parent.parent
LOOPBACK = ["127.0.0.1", "127.0.1.1", "::1", "localhost"]


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are called by their place alone: a file made for a test holds the time at which a worker made it."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _lacks(marker: str) -> str | None:
    """Why tests of that marker can't run here, None where they can."""
    if marker == "spark" and shutil.which("java") is None:
        return "no Java on the PATH"
    if marker == "spark" and importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (trueup[spark])"
    if marker == "browser" and _chromium() is None:
        return "no Chromium on the PATH"
    return None


def pytest_configure(config: pytest.Config) -> None:
    # ibis 12 still asks DuckDB 2 for its answers by the name that DuckDB has just replaced
    config.addinivalue_line(
        "filterwarnings", "ignore:fetch_(arrow_table|record_batch)\\(\\) is deprecated:DeprecationWarning"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first; and what is asked at a door is asked of one kind of database: the rooms are asked of each."""
    again = [item for item in items if _asks_another_database_at_a_door(item)]
    config.hook.pytest_deselected(items=again)
    items[:] = [item for item in items if item not in set(again)]
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)
    for item in items:
        for marker in ("spark", "browser"):
            if item.get_closest_marker(marker) is None:
                continue
            item.add_marker(pytest.mark.xdist_group(marker))
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
            if reason := _lacks(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def _asks_another_database_at_a_door(item: pytest.Item) -> bool:
    kind = getattr(item, "callspec", None) and item.callspec.params.get("postgres")
    doors = any(item.path.is_relative_to(ROOT / "tests" / room) for room in ("doors", "contracts"))
    return doors and kind in servers.KINDS[1:]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium, for Playwright's `executable_path`."""
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium on the PATH")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Hand"]:
    """DuckDB, and the means to lay rows before it; one for all tests."""
    from rows_at_hand import Hand
    from trueup.kit.engine import open_engine

    engine = open_engine("duckdb", tmp_path_factory.mktemp("duckdb"), 2**30, threads=1)
    yield Hand(engine)
    engine.close()


@pytest.fixture(scope="session")
def spark_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Hand"]:
    """The same on Spark, for tests marked `spark`."""
    from rows_at_hand import Hand
    from trueup.kit.engine import open_engine

    engine = open_engine("spark", tmp_path_factory.mktemp("spark"), 2**31, threads=1)
    yield Hand(engine)
    engine.close()


@pytest.fixture(scope="session")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real LRS, for tests of the group `ralph`."""
    with real_lrs.running(tmp_path_factory.mktemp("ralph")) as address:
        yield address


@pytest.fixture(scope="session", params=servers.KINDS)
def postgres(request: pytest.FixtureRequest) -> Iterator["DatabaseSettings"]:
    """A running PostgreSQL, of each kind there is; what is in it is whatever the last test left."""
    with servers.running(request.param) as settings:
        yield settings


@pytest.fixture
def empty(postgres: "DatabaseSettings") -> "DatabaseSettings":
    """A database with nothing of ours in it."""
    return servers.emptied(postgres)


@pytest.fixture
def database(postgres: "DatabaseSettings") -> "DatabaseSettings":
    """A database as the migrations leave it."""
    return servers.fresh(postgres)
