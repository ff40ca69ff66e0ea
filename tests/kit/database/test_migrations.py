"""Numbered files, each run once, whoever starts at the same time; an edited or unknown one is noticed."""

import asyncio
from pathlib import Path

import pytest

import servers
from trueup.kit.database import DatabaseError, DatabaseSettings, migrate, migrations, opened, standing


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(text)
    return folder


def test_files_are_run_in_order_and_once(empty: DatabaseSettings, tmp_path: Path):
    folder = write(
        tmp_path,
        m0001_one="CREATE TABLE counted (n integer); INSERT INTO counted VALUES (1);",
        m0002_two="INSERT INTO counted SELECT n + 1 FROM counted;",
    )

    async def work(use: servers.Opened) -> list[int]:
        first = await migrate(use.database, migrations(folder))
        again = await migrate(use.database, migrations(folder))
        assert [one.number for one in first] == [1, 2]
        assert again == ()
        return [row["n"] for row in await use.database.rows("SELECT n FROM counted ORDER BY n")]

    assert servers.use(empty, work) == [1, 2]


def test_starters_at_the_same_time_run_each_file_once(empty: DatabaseSettings, tmp_path: Path):
    folder = write(tmp_path, m0001_one="SELECT pg_sleep(0.2); CREATE TABLE counted (n integer);")

    async def starter() -> int:
        async with opened(empty, 1) as use:
            return len(await migrate(use.database, migrations(folder)))

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(starter() for _ in range(6)))

    assert sorted(asyncio.run(all_of_them())) == [0, 0, 0, 0, 0, 1]


def test_failing_file_leaves_nothing_of_itself(empty: DatabaseSettings, tmp_path: Path):
    folder = write(
        tmp_path,
        m0001_one="CREATE TABLE counted (n integer);",
        m0002_two="INSERT INTO counted VALUES (1); SELECT 1 / 0;",
    )

    async def work(use: servers.Opened) -> object:
        with pytest.raises(DatabaseError, match="0002_two failed: division by zero"):
            await migrate(use.database, migrations(folder))
        return await use.database.value("SELECT count(*) FROM counted")

    assert servers.use(empty, work) == 0


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ({"m0001_one": "SELECT 2"}, "0001_one is not the one"),  # edited
        ({}, "0001_one, which this trueup does not know"),  # an older trueup
    ],
)
def test_database_that_has_had_something_else_is_refused(
    empty: DatabaseSettings, tmp_path: Path, later: dict[str, str], said: str
):
    before, after = write(tmp_path / "before", m0001_one="SELECT 1"), write(tmp_path / "after", **later)

    async def work(use: servers.Opened) -> None:
        await migrate(use.database, migrations(before))
        with pytest.raises(DatabaseError, match=said):
            await standing(use.database, migrations(after))
        with pytest.raises(DatabaseError, match=said):
            await migrate(use.database, migrations(after))

    servers.use(empty, work)


@pytest.mark.parametrize(
    "names",
    [
        ["0002_late"],  # a gap
        ["0001_one", "0001_two"],  # a twin
        ["0001_one", "notes"],  # a stray
        ["0001-one"],  # another sign
    ],
)
def test_folder_that_is_not_in_order_is_refused(tmp_path: Path, names: list[str]):
    with pytest.raises(DatabaseError, match="is not the next migration"):
        migrations(write(tmp_path, **{f"m{name}": "SELECT 1" for name in names}))


def test_own_migrations_are_in_order_and_leave_other_tables_alone(empty: DatabaseSettings):
    async def work(use: servers.Opened) -> object:
        await migrate(use.database, migrations())
        statement = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = 'completion'"
        return await use.database.value(statement)

    assert servers.use(empty, work) == 0
