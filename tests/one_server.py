"""Commands and answers are tried on one kind of server: what may differ between kinds is in the stores' and legs' tests."""

from collections.abc import Iterator

import pytest

import servers


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.DatabaseSettings]:
    """A running PostgreSQL: Debian's where there is one, as people have it beside the wheel of the demo."""
    with servers.running(servers.KINDS[-1]) as settings:
        yield settings
