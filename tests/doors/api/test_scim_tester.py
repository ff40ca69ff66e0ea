"""scim2-tester's judgement of the running service: RFC 7643 and 7644, clause by clause."""

import pytest
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from served import Served


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    return served.trueup(
        "account",
        "create",
        "provider",
        "--source",
        "provider",
        "--scope",
        "people:write",
        "--scope",
        "people:read",
    )


def test_nothing_that_the_tester_checks_fails_or_is_left_out(served: Served, token: str):
    with Client(
        base_url=f"http://127.0.0.1:{served.port}/scim/v2", headers={"Authorization": f"Bearer {token}"}
    ) as client:
        results = check_server(SyncSCIMClient(client))
    assert len(results) >= 135
    assert [
        (one.title, one.resource_type, one.reason) for one in results if one.status is not Status.SUCCESS
    ] == []
