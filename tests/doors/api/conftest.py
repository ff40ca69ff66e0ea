"""One running service for all tests of the HTTP doors; they share its database and use keys of their own."""

from collections.abc import Iterator

import pytest
from served import LOOPBACK, SCOPES, SOURCE, WEBHOOK_SECRET, Served, command, serving

import servers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "doors/api" in item.path.as_posix():
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
            item.add_marker(pytest.mark.xdist_group("served"))


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with servers.running("wheel") as settings:
        environment = servers.environment(settings)
        keys = settings.data / "webhooks.keys"
        keys.write_text(f"{SOURCE} {WEBHOOK_SECRET}\n")
        keys.chmod(0o600)
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        token = command(environment, "account", "create", "tester", "--source", SOURCE, *scopes)
        with serving(environment) as running:
            running.token = token
            yield running
