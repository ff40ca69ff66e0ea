"""`trueup doctor` beside a running service: it is met as a friend, and what it keeps is fine."""

import json

from served import Served


def test_a_running_service_is_recognised_at_its_port(served: Served):
    answer = json.loads(served.trueup("doctor", "--json", "--port", str(served.port)))
    told = {one["name"]: one["found"] for one in answer["checks"]}
    assert answer["fine"]
    assert told["port"] == f"trueup answers at 127.0.0.1:{served.port}, and is ready"
    assert "signed" in told["audit log"]
