"""`trueup doctor` beside a running service: it is met as a friend, and its log is in step."""

import json
import subprocess

from served import TRUEUP, Served


def test_a_running_service_is_recognised_at_its_port(served: Served):
    told = subprocess.run(
        [TRUEUP, "doctor", "--json", "--port", str(served.port)],
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,  # what other tests left in the service (a token that ends soon) may be found wrong
    )
    checks = {one["name"]: one for one in json.loads(told.stdout)["checks"]}
    assert checks["port"]["state"] == checks["audit log"]["state"] == checks["database"]["state"] == "fine"
    assert checks["port"]["found"] == f"trueup answers at 127.0.0.1:{served.port}, and is ready"
    assert "signed" in checks["audit log"]["found"]
