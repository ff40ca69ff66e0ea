"""`trueup identity pull` from a running SCIM server over HTTP: our own, as a stranger sees it."""

import json
import subprocess

import pytest
from served import TRUEUP, Served
from test_scim_door import WORK, Scim


@pytest.fixture(scope="module")
def upstream(served: Served) -> Scim:
    scim = Scim(served, "upstream")
    for number in range(7):
        scim.user(
            f"pull{number}@corp.example",
            name={"givenName": "Pull", "familyName": f"Sample{number}"},
            **{WORK: {"employeeNumber": f"PU-{number}"}},
        )
    return scim


def pulled(scim: Scim, *words: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**scim.served.environment, "THEIRS": scim.token if token is None else token}
    address = f"http://127.0.0.1:{scim.served.port}/scim/v2"
    return subprocess.run(
        [
            TRUEUP,
            "identity",
            "pull",
            address,
            "--source",
            "mirror",
            "--token-env",
            "THEIRS",
            "--page",
            "3",
            *words,
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_everybody_is_pulled_who_has_left_leaves_and_a_shrunk_roster_is_refused(upstream: Scim):
    first = pulled(upstream, "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["people"], told["new"], told["people_founded"]) == (
        7,
        7,
        0,
    )  # the source itself has them already
    ids = {
        number: upstream.ask("GET", f"/Users?filter=userName%20eq%20%22pull{number}@corp.example%22")
        for number in (1, 2)
    }
    where = {number: f"/Users/{answer.json['Resources'][0]['id']}" for number, answer in ids.items()}
    assert upstream.ask("DELETE", where[1]).status == 204
    told = json.loads(pulled(upstream, "--json").stdout)
    assert (told["people"], told["new"], told["changed"], told["unchanged"], told["ended"]) == (6, 0, 0, 6, 1)
    assert upstream.ask("DELETE", where[2]).status == 204
    shrunk = {"op": "replace", "value": {"active": False}}
    for found in upstream.ask("GET", "/Users").json["Resources"][:2]:
        assert upstream.patch(f"/Users/{found['id']}", shrunk).status == 200
    refused = pulled(upstream)
    assert refused.returncode == 2
    assert "--accept-shrink" in refused.stderr
    assert json.loads(pulled(upstream, "--accept-shrink", "--json").stdout)["ended"] == 1


def test_a_token_that_is_refused_is_told_and_never_shown(upstream: Scim):
    refused = pulled(upstream, token="tu_secret")
    assert refused.returncode == 2
    assert "401" in refused.stderr
    assert "tu_secret" not in refused.stderr + refused.stdout
    assert pulled(upstream, token="").returncode == 2


@pytest.mark.parametrize(
    "address", ["http://idp.example/scim/v2", "ftp://idp.example", "https://a:b@idp.example", "nonsense"]
)
def test_an_address_that_cant_be_trusted_is_refused_before_anything_is_sent(served: Served, address: str):
    told = subprocess.run(
        [TRUEUP, "identity", "pull", address, "--source", "mirror"],
        env={**served.environment, "TRUEUP_SCIM_TOKEN": "x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert "do:" in told.stderr
