"""The running service keeps contracts/openapi.yaml: it has its operations, and whatever is asked, answers as it says."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from served import Served

from trueup.doors.api.app import OPERATIONS

CONTRACT = Path(__file__).parents[3] / "contracts" / "openapi.yaml"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def test_every_operation_of_the_contract_is_served_and_no_other():
    api = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    told = {
        (path, method.upper(), operation["operationId"])
        for path, item in api["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    served = {(path.replace(":path}", "}"), method, name) for path, method, name, _ in OPERATIONS}
    assert served == told


@pytest.mark.parametrize(
    ("version", "paths"), [("1.0.3", "/"), ("2.0.0", "/xapi")]
)  # the version is of xAPI's addresses alone
def test_whatever_is_asked_is_answered_as_the_contract_says(
    served: Served, version: str, paths: str, tmp_path
):
    asked = [
        *(
            Path(sys.executable).parent / "schemathesis",
            "run",
            CONTRACT,
            "--url",
            f"http://127.0.0.1:{served.port}",
        ),
        *(
            "--header",
            f"Authorization: Bearer {served.token}",
            "--header",
            f"X-Experience-API-Version: {version}",
        ),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", "10"),
        *("--seed", "1", "--no-color", "--include-path-regex", f"^{paths}"),
    ]
    told = subprocess.run(
        [*map(str, asked)], capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path
    )
    said = "\n".join(line[:300] for line in told.stdout.splitlines())  # an address may be as long as it likes
    assert told.returncode == 0, said[-8000:]
