"""What holds the house together, beyond what linters know (house.md). Knows the tree, no rule of a room.

Directions of import are held by import-linter's contract in pyproject.toml, which is run here too.
"""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from trueup.connectors import sources
from trueup.connectors.targets import KINDS
from trueup.doors import connectors_page
from trueup.model.faults import CATALOGUE
from trueup.model.relations import ROLES
from trueup.model.settings import CheckSettings, CycleSettings, FileSettings, SourceSettings, TargetSettings

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "trueup"
DOCS = ROOT / "docs"
MODULES = sorted(HOUSE.rglob("*.py"))
BIN = Path(sys.executable).parent

LONGEST_MODULE = 400  # lines; about 300 read well
LONGEST_FUNCTION = 60  # lines; about 40 read well
DATA = {
    HOUSE / "model",
    HOUSE / "reconcile" / "recognise" / "layouts",
}  # tables are as long as what they list
LAZY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
STATEMENT = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE\s+TABLE"
    r"|(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(TEMP\s+)?(TABLE|VIEW|INDEX|MACRO|SCHEMA|FUNCTION)"
    r"|COPY\b.+\b(TO|FROM)|WITH\s+\w+\s+AS)\b",
    re.DOTALL,
)
RUNS_SQL = {"execute", "executemany", "sql", "raw_sql", "fetchval"} | {"rows", "row", "value", "run"}


def said(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def texts(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings, f-strings with a gap for each value."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(getattr(part, "value", "?")) for part in node.values)


def statements(source: ast.Module) -> list[int]:
    """The lines where a module holds SQL, or hands a text of its own to a database."""
    written = [line for line, text in texts(source) if STATEMENT.search(text)]
    run = [
        node.lineno
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in RUNS_SQL
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    return sorted({*written, *run})


def test_sql_stands_in_stores_only():
    found = [
        f"{said(path)}:{line}"
        for path in MODULES
        if path.name != "store.py"
        and path.parent.name != "matching"  # docs/adr/0010: its tables live for one run
        for line in statements(tree(path))
    ]
    assert not found, f"SQL belongs in the room's store.py: {found}"


@pytest.mark.parametrize(
    "code",
    [
        'x = "SELECT a FROM b"',  # plain
        'x = f"INSERT INTO {table} VALUES (1)"',  # f-string
        'con.execute("pragma x")',  # whatever is handed to a database
        'x = """\nWITH a AS (\n select 1)"""',  # over lines
    ],
)
def test_sql_is_seen_wherever_it_hides(code: str):
    assert statements(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        '"""SELECT a FROM b"""',  # a docstring may explain a statement
        'x = "Select the file from the list"',  # prose
        "con.execute(expression)",  # no text of its own
    ],
)
def test_prose_and_expressions_are_not_sql(code: str):
    assert not statements(ast.parse(code))


def test_every_module_says_first_what_it_knows():
    mute = [said(path) for path in MODULES if not ast.get_docstring(tree(path))]
    assert not mute


def lines_beside_tables(path: Path) -> int:
    """The lines of a module without its constants: a table is as long as what it lists."""
    tables = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    return len(path.read_text(encoding="utf-8").splitlines()) - tables


def test_no_module_outgrows_a_reader():
    long = {said(path): n for path in MODULES if (n := lines_beside_tables(path)) > LONGEST_MODULE}
    assert not long, f"split these by idea: {long}"


def lines_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of what a function does: without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_function_outgrows_a_reader():
    long = {
        f"{said(path)}:{node.lineno} {node.name}": lines_of_body(node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of_body(node) > LONGEST_FUNCTION
    }
    assert not long, f"split these by idea: {long}"


def test_names_say_what_is_inside():
    lazy = [said(path) for path in MODULES if LAZY_WORDS & {path.stem, path.parent.name}]
    assert not lazy


def unexplained(source: str) -> Iterator[int]:
    """Lines whose suppression has no reason behind it, nor one on the line above for the same code."""
    settled: set[str] = set()
    for number, line in enumerate(source.splitlines(), 1):
        found = re.search(
            r"#\s*(?:noqa:|type:\s*ignore)\s*\[?(?P<codes>[\w, -]*?\w)\]?(?P<reason>\s*(?:#|- |  ).*\w.*)?$",
            line,
        )
        codes = set(re.split(r"[,\s]+", found["codes"])) if found else set()
        if found and not found["reason"] and not codes <= settled:
            yield number
        settled = codes if found else set()


def test_a_suppression_carries_its_reason_on_the_line():
    bare = [f"{said(path)}:{n}" for path in MODULES for n in unexplained(path.read_text(encoding="utf-8"))]
    assert not bare


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("import a  # noqa: PLC0415 - half a second", []),
        ("import a  # noqa: PLC0415  # half a second", []),
        ("import a  # noqa: PLC0415", [1]),
        ("x = y  # type: ignore[arg-type]", [1]),
        ("x = y  # type: ignore[arg-type]  # the stub is wrong", []),
        ("import a  # noqa: PLC0415 - slow\nimport b  # noqa: PLC0415", []),  # the same reason
        ("import a  # noqa: PLC0415 - slow\nimport b  # noqa: F401", [2]),  # another one
    ],
)
def test_a_reason_is_seen_where_it_stands(source: str, bare: list[int]):
    assert list(unexplained(source)) == bare


def project_texts() -> Iterator[tuple[Path, str]]:
    """Everything people write here: not the lock, not exports that are read as they came."""
    for top in ("src", "scripts", "contracts", "benchmarks", "docs", "examples", ".ci", "tests"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in {
                ".py",
                ".sh",
                ".md",
                ".json",
                ".yaml",
                ".yml",
                ".toml",
                ".css",
                ".j2",
            } and not ({"exports", "recordings", "__pycache__"} & set(path.parts)):
                yield path, path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.yml"), ROOT / "Makefile"]:
        yield path, path.read_text(encoding="utf-8")


def test_nothing_depends_on_one_machine():
    # paths of somebody's home or workplace; an index or mirror that packages came from
    machine = re.compile(r"(?<![\w.<*])/(?:home|root|work|Users|opt)/[a-z]")
    index = re.compile(r"https?://\S+/simple\b|--(?:extra-)?index(?:-url)?[ =]|--find-links")
    found = [
        f"{said(path)}: {hit[0]}"
        for path, text in project_texts()
        if path != Path(__file__)
        for hit in (*machine.finditer(text), *index.finditer(text))
    ]
    assert not found


def test_open_work_is_in_the_tracker_and_not_in_the_tree():
    mark = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + r"XX)\b")
    found = [said(path) for path, text in project_texts() if mark.search(text)]
    assert not found


def test_tests_mirror_the_house():
    lost, seen = [], {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        room = path.parent.relative_to(ROOT / "tests")
        if not (HOUSE / room).is_dir() and room.parts[:1] not in {("contracts",), ("elsewhere",)}:
            lost.append(said(path))
        seen.setdefault(path.name, []).append(said(path))
    assert not lost, f"no part of the house is called so: {lost}"
    twins = [paths for paths in seen.values() if len(paths) > 1]
    assert not twins, f"pytest wants one test module of a name: {twins}"


def test_imports_go_one_way():
    kept = subprocess.run(
        [BIN / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert kept.returncode == 0, kept.stdout + kept.stderr


HEAVY = (
    "ibis",
    "duckdb",
    "pyarrow",
    "pandas",
    "numpy",
    "babel",
    "python_calamine",
    "pyspark",
    "jinja2",
    "asyncpg",
    "cryptography",
)


def test_help_imports_nothing_heavy():
    asked = (
        "import sys\n"
        "sys.argv = ['trueup', '--help']\n"
        "from trueup.doors.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', *[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "check" in told
    assert told.splitlines()[-1].strip() == "HEAVY"


def test_every_fault_of_the_catalogue_has_a_finding():
    registered = {finding.code for finding in importlib.import_module("trueup.journey.check").FINDINGS}
    assert registered == set(CATALOGUE)


def test_each_code_is_found_in_one_room():
    rooms: dict[str, set[str]] = {}
    for path in HOUSE.glob("*/findings.py"):
        room = path.parent.name
        if room in {"model", "journey"}:  # what a finding is, and where they are gathered
            continue
        for finding in importlib.import_module(f"trueup.{room}.findings").FINDINGS:
            rooms.setdefault(finding.code, set()).add(room)
    assert rooms
    both = {"TU0702"}  # access reads it off the grants, delivery off the 401 and 403 answers
    assert not {code: found for code, found in rooms.items() if len(found) > 1 and code not in both}


def test_every_finding_asks_for_columns_that_exist():
    for finding in importlib.import_module("trueup.journey.check").FINDINGS:
        for need in finding.needs:
            role, _, column = need.partition(".")
            assert role in ROLES, f"{finding.code} needs {need}"
            assert not column or column in ROLES[role].names, f"{finding.code} needs {need}"


def test_every_fault_has_its_page_and_every_page_its_fault():
    pages = {path.stem for path in (DOCS / "faults").glob("TU*.md")}
    assert pages == set(CATALOGUE)


def test_every_fault_is_explained_by_causes_that_exist():
    for entry in CATALOGUE.values():
        assert set(entry.consequence_of) <= set(CATALOGUE) - {entry.code}
        assert set(entry.needs) <= set(ROLES)


def test_every_connector_is_listed_and_inherits_the_contract():
    files = {path.stem for path in (HOUSE / "connectors").glob("*.py")} - {
        "__init__",
        "target",
        "targets",
        "source",
        "sources",
    }
    listed = {kind.__module__.rpartition(".")[2] for kind in (*KINDS, *sources.KINDS)}
    assert files == listed
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "connectors").glob("test_*.py")
    )
    for kind in KINDS:
        assert re.search(
            rf"class Test\w+\(\w*Contract\):[^@]+@pytest.fixture[^@]+return {kind.__name__}\(", tests
        ), kind


def test_the_page_of_the_connectors_says_what_they_say():
    # when this fails: python -m trueup.doors.connectors_page
    assert (DOCS / "connectors.md").read_text(encoding="utf-8") == connectors_page.page()


def test_every_setting_is_in_the_docs():
    reference = "".join(
        (DOCS / page).read_text(encoding="utf-8") for page in ("check.md", "import.md", "delivery.md")
    )
    settings = {
        field.name
        for of in (CheckSettings, FileSettings, SourceSettings, TargetSettings, CycleSettings)
        for field in fields(of)
    }
    assert not {name for name in settings if f"`{name}`" not in reference}


def test_every_canonical_column_is_in_the_docs():
    reference = (DOCS / "check.md").read_text(encoding="utf-8")
    assert not {name for role in ROLES.values() for name in role.names if f"`{name}`" not in reference}


def test_every_verb_is_in_the_docs():
    verbs = {path.stem for path in (HOUSE / "doors" / "cli").glob("*.py")} - {"__init__", "app"}
    shown = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    assert verbs
    assert not {verb for verb in verbs if f"trueup {verb.rstrip('_')}" not in shown}  # import_ is `import`


def test_every_option_of_check_is_in_the_docs():
    from typer.main import get_command

    from trueup.doors.cli.app import app

    reference = (DOCS / "check.md").read_text(encoding="utf-8")
    options = {name for option in get_command(app).commands["check"].params for name in option.opts}
    assert "--html" in options
    assert not {name for name in options if name.startswith("-") and f"`{name}" not in reference} - {
        "-h",
        "--help",
    }


def test_every_dependency_has_its_reason():
    named = set(
        re.findall(
            r'^\s*"([A-Za-z0-9-]+)(?:\[\w+\])?>=',
            (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    told = (DOCS / "adr" / "dependencies.md").read_text(encoding="utf-8")
    assert {"duckdb", "pytest"} <= named
    assert not {name for name in named if f"| {name} " not in told}
