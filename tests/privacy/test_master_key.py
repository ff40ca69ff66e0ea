"""Where the master key comes from; a missing, open or foreign one is refused before anything is written."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trueup.privacy.master_key import MasterKeyError, master_keys

OLD, NEW = (f"trueup-master-1:{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_first_start_makes_a_key_that_only_its_owner_may_read(tmp_path: Path):
    place = tmp_path / "data" / "master.key"
    made = master_keys({}, place, [])
    assert place.stat().st_mode & 0o777 == 0o600
    assert master_keys({}, place, [made.newest.key_id]) == made
    assert [path.name for path in place.parent.iterdir()] == ["master.key"]


def test_starters_at_the_same_time_make_one_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: master_keys({}, tmp_path / "master.key", []).newest.key_id, range(8)))
    assert len(set(made)) == 1


def test_lost_key_of_a_database_in_use_is_never_replaced(tmp_path: Path):
    with pytest.raises(MasterKeyError, match="can't be read"):
        master_keys({}, tmp_path / "master.key", ["0123456789abcdef"])
    assert not (tmp_path / "master.key").exists()


def test_key_of_another_database_is_refused(tmp_path: Path):
    with pytest.raises(MasterKeyError, match="0123456789abcdef") as caught:
        master_keys({"TRUEUP_MASTER_KEY": OLD}, tmp_path / "none", ["0123456789abcdef"])
    assert OLD.partition(":")[2] not in caught.value.what + caught.value.expected + caught.value.todo


def test_rotated_file_wraps_with_the_first_and_opens_with_all(tmp_path: Path):
    old = master_keys({"TRUEUP_MASTER_KEY": OLD}, tmp_path / "none", []).newest
    both = key_file(tmp_path / "both.key", f"{NEW}\n{OLD}\n")
    keys = master_keys({"TRUEUP_MASTER_KEY_FILE": str(both)}, tmp_path / "none", [old.key_id])
    assert keys.newest != old
    assert keys.named(old.key_id) == old


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int):
    with pytest.raises(MasterKeyError, match=f"{mode:04o}") as caught:
        master_keys(
            {"TRUEUP_MASTER_KEY_FILE": str(key_file(tmp_path / "k", OLD, mode))}, tmp_path / "none", []
        )
    assert "chmod 600" in caught.value.todo


@pytest.mark.parametrize(
    "text",
    [
        "\n",  # nothing
        "secret-words",  # no mark
        f"{OLD}\nsecret-words",  # a stray line
        OLD[:-5],  # cut off
        "trueup-master-1:c2VjcmV0LXdvcmRz",  # too short
    ],
)
def test_text_that_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str):
    with pytest.raises(MasterKeyError, match="no master key") as caught:
        master_keys({"TRUEUP_MASTER_KEY": text}, tmp_path / "none", [])
    assert "secret-words" not in caught.value.what + caught.value.expected + caught.value.todo
