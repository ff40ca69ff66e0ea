"""Which database is meant, and what is said where it can't be had: never the password."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

import servers
from trueup.kit.database import DatabaseError, DatabaseSettings, UnavailableError, database_settings, opened

SECRET = "s3cr3t-0f-the-0wner"


def refused(url: str) -> DatabaseError:
    async def attempt() -> None:
        async with opened(DatabaseSettings(Path("/nowhere"), url)):
            pytest.fail("it was opened")

    with pytest.raises(DatabaseError) as caught:
        asyncio.run(attempt())
    return caught.value


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"mysql://trueup:{SECRET}@db/trueup", "does not begin with postgresql://"),
        (f"postgresql://trueup:{SECRET}/x@db/trueup", "percent-encoded"),  # an unquoted slash
        (f"postgresql://trueup:{SECRET}[@db/trueup", "can't be told apart"),  # half a bracket
        (f"postgresql://trueup:{SECRET}@db:port/trueup", "can't be told apart"),  # no number
        (f"postgresql://trueup:{SECRET}@%2Fno%2Fsuch/trueup", "can't be reached"),
        (SECRET, "does not begin"),  # not even an address
    ],
)
def test_address_that_can_not_be_used_is_explained_without_its_password(url: str, said: str):
    error = refused(url)
    told = f"{error.what} {error.expected} {error.todo}"
    assert said in told
    assert "s3cr3t" not in told
    assert error.todo


def test_named_server_is_used_over_its_socket(postgres: DatabaseSettings):
    sockets = postgres.data / "database" / "run"
    url = f"postgresql://trueup:{SECRET}@/postgres?host={sockets}"
    settings = DatabaseSettings(Path("/nowhere"), url)
    assert SECRET not in repr(settings) + settings.shown

    async def work(use: servers.Opened) -> object:
        assert SECRET not in repr(use.server) + use.server.shown
        assert use.embedded is None
        return await use.database.value("SELECT current_setting('search_path')")

    assert servers.use(settings, work) == "trueup"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("trueup@/nowhere", "no such|does not exist"),  # a database that is not there
        ("nobody-of-ours@/postgres", "nobody-of-ours"),  # a user that is not there
    ],
)
def test_refusing_server_is_quoted(postgres: DatabaseSettings, parts: str, said: str):
    error = refused(f"postgresql://{parts}?host={postgres.data}/database/run")
    assert not isinstance(error, UnavailableError)
    assert any(word in error.what for word in said.split("|"))
    assert "TRUEUP_DATABASE_URL" in error.todo


@pytest.mark.parametrize(
    ("environ", "data"),
    [
        ({"TRUEUP_DATA_DIR": "/srv/ledger"}, "/srv/ledger"),  # said outright
        ({"TRUEUP_DATA_DIR": "ledger"}, str(Path.cwd() / "ledger")),  # relative to where the command runs
    ],
)
def test_data_lies_where_it_is_told_to(environ: Mapping[str, str], data: str):
    assert str(database_settings(environ).data) == data


def test_blank_settings_are_none():
    settings = database_settings({"TRUEUP_DATABASE_URL": "", "TRUEUP_POSTGRES_BIN": ""})
    assert (settings.url, settings.binaries) == (None, None)


async def half_done(use: servers.Opened) -> None:
    async with use.database.transaction() as transaction:
        await transaction.run("INSERT INTO public.half VALUES (1)")
        raise FileNotFoundError


def test_transaction_is_undone_where_its_block_raises_and_keeps_the_error(empty: DatabaseSettings):
    async def work(use: servers.Opened) -> object:
        await use.database.run("DROP TABLE IF EXISTS public.half; CREATE TABLE public.half (n integer)")
        with pytest.raises(FileNotFoundError):  # an error of the block, not of the database
            await half_done(use)
        return await use.database.value("SELECT count(*) FROM public.half")

    assert servers.use(empty, work) == 0
