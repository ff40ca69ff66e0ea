"""Files in a folder keep the contract; no half of a file is ever seen."""

import pytest
from contract import GOOD, TargetContract

from trueup.connectors.folder import Folder
from trueup.connectors.target import Options, UnusableOptionsError
from trueup.model.delivery import Told


class TestFolder(TargetContract):
    @pytest.fixture
    def target(self, tmp_path):
        return Folder(Options(str(tmp_path / "out")))

    def test_a_folder_that_can_t_be_written_is_a_failure_and_no_loss(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        target = Folder(Options(str(tmp_path / "file" / "below")))
        wrote = self.run(lambda line: target.write(line, [self.job(target)]))
        assert [one.told for one in wrote.answers] == [Told.FAILED]

    def test_nothing_but_whole_files_is_left(self, target, tmp_path):
        self.run(lambda line: target.write(line, [self.job(target)]))
        assert [one.suffix for one in (tmp_path / "out").iterdir()] == [".json"]

    def test_a_name_that_is_no_file_s_is_one_all_the_same(self, target, tmp_path):
        from dataclasses import replace

        from trueup.model.completions import Key

        odd = self.job(target, replace(GOOD, key=Key("moodle-hr", "../../" + "x" * 190, "1")))
        self.run(lambda line: target.write(line, [odd]))
        assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_folder_needs_its_path():
    with pytest.raises(UnusableOptionsError, match="path"):
        Folder(Options())
