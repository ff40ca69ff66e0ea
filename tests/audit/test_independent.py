"""What others read: Go's own sumdb packages, which the format comes from, judge our exports and proofs.

They know nothing of trueup. The tests are skipped, and say so, where Go or these packages are not installed.
"""

import json
import os
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from audit_logs import KEY, ORIGIN, Log, entries_of, log_of
from trueup.audit.checkpoint import signed
from trueup.audit.merkle import consistency_proof, inclusion_proof, leaf_hash
from trueup.audit.tiles import subtree_from_tiles
from trueup.kit.signing import SigningKey

SOURCE = Path(__file__).parent / "independent" / "verify.go"
GOPATH = Path("/usr/share/gocode")  # where Debian puts packages
SIZE = 66_000

pytestmark = [
    pytest.mark.skipif(
        shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
        reason="no Go with golang.org/x/mod (Debian: golang-go, golang-golang-x-mod-dev)",
    ),
    pytest.mark.xdist_group("go"),  # one build is enough
]


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("go")
    offline = {"GOPATH": str(GOPATH), "GO111MODULE": "off", "GOCACHE": str(out / "cache"), "CGO_ENABLED": "0"}
    subprocess.run(
        ["go", "build", "-o", out / "verify", SOURCE],
        env={**os.environ, **offline},
        check=True,
        timeout=300,
        cwd=out,
    )
    return out / "verify"


@pytest.fixture(scope="module")
def whole() -> Log:
    return log_of(entries_of(SIZE))


def judged(verifier: Path, directory: Path, key: str = str(KEY.verifier), **proofs: list[dict]) -> dict:
    job = json.dumps({"Directory": str(directory), "Key": key, **proofs})
    said = subprocess.run([verifier], input=job, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(said.stdout)


def raw(one: bytes) -> str:
    return b64encode(one).decode()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700, SIZE])
def test_go_reads_our_export_and_finds_every_leaf(verifier: Path, tmp_path: Path, size: int):
    said = judged(verifier, log_of(entries_of(size)).export(tmp_path / "export"))
    assert (said["Error"], said["BadLeaves"]) == ("", None)
    assert (said["Origin"], said["Size"], said["SignedBy"]) == (ORIGIN, size, [ORIGIN])


def test_go_reads_a_checkpoint_of_a_rotation(verifier: Path, tmp_path: Path):
    log, new = log_of(entries_of(3)), SigningKey.generate(ORIGIN)
    export = log.export(tmp_path / "export")
    (export / "checkpoint").write_text(signed(log.head, [new, KEY]), encoding="utf-8")
    for key in (new, KEY):
        assert judged(verifier, export, str(key.verifier))["Error"] == ""


def test_go_finds_the_leaf_that_we_find(verifier: Path, tmp_path: Path):
    export = log_of(entries_of(700)).export(tmp_path / "export")
    bundle = export / "tile" / "entries" / "001"
    data = bytearray(bundle.read_bytes())
    data[34 * 44 + 10] ^= 1
    bundle.write_bytes(data)
    assert judged(verifier, export)["BadLeaves"] == [300]


@pytest.mark.parametrize("file", ["tile/0/001", "tile/1/000.p/2", "checkpoint"])
def test_go_refuses_what_we_refuse(verifier: Path, tmp_path: Path, file: str):
    export = log_of(entries_of(700)).export(tmp_path / "export")
    data = bytearray((export / file).read_bytes())
    data[40] ^= 1
    (export / file).write_bytes(data)
    said = judged(verifier, export)
    assert said["Error"] or said["BadLeaves"] == [257]  # x/mod 0.7 does not hold each full tile to its parent


def test_go_follows_our_proofs(verifier: Path, whole: Log, tmp_path: Path):
    export = whole.export(tmp_path / "export")
    subtree = subtree_from_tiles(SIZE, whole.read)
    entries = entries_of(SIZE)
    inclusion = [
        {
            "Index": index,
            "Size": SIZE,
            "Leaf": raw(leaf_hash(entries[index])),
            "Root": raw(whole.root),
            "Proof": [raw(one) for one in inclusion_proof(index, SIZE, subtree)],
        }
        for index in (0, 1, 255, 256, 65_535, 65_536, SIZE - 1)
    ]
    consistency = [
        {
            "OldSize": old,
            "Size": SIZE,
            "OldRoot": raw(log_of(entries[:old]).root),
            "Root": raw(whole.root),
            "Proof": [raw(one) for one in consistency_proof(old, SIZE, subtree)],
        }
        for old in (1, 255, 256, 1000, 65_536, SIZE - 1, SIZE)
    ]
    wrong = {**inclusion[0], "Index": 1}
    said = judged(verifier, export, Inclusion=[*inclusion, wrong], Consistency=consistency)
    assert said["Inclusion"] == ["verified"] * len(inclusion) + [said["Inclusion"][-1]]
    assert said["Inclusion"][-1] != "verified"
    assert set(said["Consistency"]) == {"verified"}
