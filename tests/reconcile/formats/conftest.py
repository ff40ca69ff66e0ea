"""What the tests of file formats share."""

import pytest

from trueup.reconcile.formats import Grid, Hints, Limits, Records, UnreadableFile, open_table


@pytest.fixture
def table(tmp_path):
    """Opens bytes, or text in an encoding, as a file."""

    def opened(content, encoding="utf-8", name="export.csv", hints=Hints(), limits=Limits()):  # noqa: B008 - frozen
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return open_table(path, hints, name, limits)

    return opened


@pytest.fixture(scope="session")
def rows_of():
    """All rows of a grid with their lines, having seen that columns are as long as lines."""

    def rows(grid):
        found = []
        for chunk in grid.chunks():
            assert len(chunk.columns) == len(grid.header)
            assert all(len(column) == len(chunk.lines) for column in chunk.columns)
            found += zip(chunk.lines, map(list, zip(*chunk.columns, strict=True)), strict=True)
        return found

    return rows


@pytest.fixture(scope="session")
def refusal():
    """The problem that a call refuses a file with; it says what to do."""

    def problem(call):
        with pytest.raises(UnreadableFile) as caught:
            call()
        assert caught.value.problem.todo
        assert caught.value.problem.expected
        assert caught.value.problem.file in str(caught.value)
        return caught.value.problem

    return problem


@pytest.fixture(scope="session")
def outcome():
    """How many rows a file has, or None where it is refused with what to do; anything else is an error."""

    def read(path, limits=Limits()):  # noqa: B008 - frozen
        try:
            table = open_table(path, limits=limits)
            if isinstance(table, Grid):
                return sum(len(chunk.lines) for chunk in table.chunks())
            if isinstance(table, Records):
                return sum(1 for _ in table.records())
            return sum(batch.num_rows for _, batch in table.batches())
        except UnreadableFile as refused:
            return None if refused.problem.todo and refused.problem.what else "a refusal that does not help"

    return read
