"""trueup.toml: what is read, what is refused and how, and what is proposed."""

import pytest

from trueup.kit.settings import UnreadableSettings, load
from trueup.kit.settings_draft import Asked, Proposed, proposal, write_init
from trueup.model.settings import CheckSettings, DayOrder, FileSettings

FULL = """
zone = "Europe/Berlin"
day_order = "dmy"
purpose = "performance-review"
as_of = 2026-04-01T00:00:00Z
launched_days = 2
shift_group = 4

[retention_days]
performance-review = 730

[thresholds]
missing = [0.1, 0.5]

[[files]]
path = "completion-*.csv"
role = "completions"
system = "moodle"
zone = "America/New_York"
day_order = "mdy"
decimal = ","
encoding = "utf-16"
delimiter = ";"
sheet = "Sheet1"
constants.course_id = "SAFE101"
columns.employee_number = "ID number"
"""


def _load(folder, text, roles=()):
    (folder / "trueup.toml").write_text(text, encoding="utf-8")
    return load(folder, roles)


def test_everything_that_can_be_declared_is_read(tmp_path):
    assert _load(tmp_path, FULL) == CheckSettings(
        files=(
            FileSettings(
                path="completion-*.csv",
                role="completions",
                system="moodle",
                columns={"employee_number": "ID number"},
                constants={"course_id": "SAFE101"},
                zone="America/New_York",
                day_order=DayOrder.MDY,
                decimal=",",
                encoding="utf-16",
                delimiter=";",
                sheet="Sheet1",
            ),
        ),
        zone="Europe/Berlin",
        day_order=DayOrder.DMY,
        purpose="performance-review",
        as_of="2026-04-01T00:00:00+00:00",
        launched_days=2.0,
        shift_group=4,
        retention_days={"performance-review": 730},
        thresholds={"missing": (0.1, 0.5)},
    )


def test_directory_without_settings_has_the_defaults(tmp_path):
    assert load(tmp_path) == CheckSettings()


def test_named_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableSettings, match="can't be read"):
        load(tmp_path / "other.toml")


REFUSED = [
    ("zoen = 'UTC'", "unknown key 'zoen'", "did you mean 'zone'?", 1),
    ("\n[[files]]\npath = 'x'\nrol = 'sync'", "unknown key 'rol'", "did you mean 'role'?", 4),
    ("zone = 'Europe/Berln'", "zone is no IANA time zone", "did you mean 'Europe/Berlin'?", 1),
    ("zone = 2", "zone has the wrong type", "a text in quotes", 1),
    ("day_order = 'ymdd'", "day_order is none that is known", "dmy, mdy or ymd", 1),
    ("launched_days = true", "launched_days has the wrong type", "a number", 1),
    ("shift_group = -1", "shift_group has the wrong type", "not negative", 1),
    ("thresholds = 3", "thresholds has the wrong type", "[thresholds]", 1),
    ("[thresholds]\nmissing = [1]", "the threshold missing has the wrong type", "[warn, breach]", 2),
    ("[retention_days]\nx = 'long'", "retention_days has the wrong type", "whole number", 1),
    ("files = 'x'", "files has the wrong type", "[[files]]", 1),
    ("[[files]]\nrole = 'sync'", "an entry of [[files]] has no path", "path = ", 1),
    ("[[files]]\npath = 'x'\nrole = 'snyc'", "role is none that is known", "did you mean 'sync'?", 3),
    ("[[files]]\npath = 'x'\ncolumns = 'y'", "columns has the wrong type", "columns.name", 3),
    ("[[files]]\npath = 'x'\nconstants.version = 1", "constants has the wrong type", "constants.name", 3),
    ("[[files]]\npath = 'x'\ndecimal = ';'", "decimal is none that is known", '"." or ","', 3),
    ("[[files]]\npath = 'x'\ndelimiter = ';;'", "delimiter is none that is known", "one character", 3),
    ("zone = = 1\n", "this is not TOML", "correct the line", 1),
]


@pytest.mark.parametrize(("text", "what", "hint", "line"), REFUSED)
def test_what_is_wrong_is_named_with_its_line_and_what_to_do(tmp_path, text, what, hint, line):
    with pytest.raises(UnreadableSettings) as error:
        _load(tmp_path, text, roles=("completions", "sync"))
    assert what in str(error.value)
    assert hint in str(error.value)
    assert error.value.line == line


def test_file_that_is_no_text_or_too_big_is_refused(tmp_path):
    (tmp_path / "trueup.toml").write_bytes(b"\xff\xfe\x00z")
    with pytest.raises(UnreadableSettings, match="not UTF-8"):
        load(tmp_path)
    (tmp_path / "trueup.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(UnreadableSettings, match="too big"):
        load(tmp_path)


PROPOSED = (
    Proposed(
        "completion-course-safe101.csv",
        "completions",
        "moodle",
        0.97,
        18,
        {"email": "Email address", "completed_at": "Course complete"},
        ("a remark\nover two lines",),
        (
            Asked(
                "constants.course_id",
                "the report names no course",
                'constants.course_id = "safe101"',
                required=True,
            ),
        ),
    ),
    Proposed(
        'we"ird [1].csv',
        None,
        "unknown",
        0.2,
        3,
        {},
        (),
        (Asked("role", "why", 'role = "sync"', required=True),),
    ),
    Proposed(
        "data.csv", "completions", "unknown", 0.8, 5, {"employee_number": 'Pers"Nr', "course_id": "Kurs"}
    ),
)


def test_what_was_recognised_is_written_so_that_it_can_be_read_back(tmp_path):
    path = write_init(tmp_path, PROPOSED)
    assert load(tmp_path).files == (
        FileSettings("completion-course-safe101.csv", role="completions", system="moodle"),
        FileSettings('we"ird [1].csv'),
        FileSettings(
            "data.csv", role="completions", columns={"employee_number": 'Pers"Nr', "course_id": "Kurs"}
        ),
    )
    text = path.read_text(encoding="utf-8")
    assert "# 18 rows; 97% sure" in text
    assert '# NEEDED: the report names no course\n# constants.course_id = "safe101"' in text
    assert "# a remark over two lines" in text
    assert "it can't be told what this is for" in text


def test_line_that_is_asked_for_works_as_it_stands(tmp_path):
    text = proposal(PROPOSED).replace('# constants.course_id = "safe101"', 'constants.course_id = "safe101"')
    assert _load(tmp_path, text).files[0].constants == {"course_id": "safe101"}


def test_lines_that_are_asked_for_work_beside_the_columns_that_were_recognised(tmp_path):
    asked = tuple(
        Asked(line, "why", line, required=True)
        for line in ('columns.score = "Note"', 'constants.source = "lms"')
    )
    text = proposal([Proposed("x.csv", "completions", "unknown", 0.6, 2, {"course_id": "Kurs"}, (), asked)])
    (told,) = _load(tmp_path, text.replace("# columns", "columns").replace("# constants", "constants")).files
    assert (told.columns, told.constants) == ({"course_id": "Kurs", "score": "Note"}, {"source": "lms"})


def test_columns_of_a_file_without_a_role_are_not_put_in_force(tmp_path):
    text = proposal([Proposed("x.csv", None, "unknown", 0.4, 1, {"person": "Account name"})])
    assert _load(tmp_path, text).files[0].columns == {}
    assert "# recognised: person = 'Account name'" in text


def test_settings_that_are_there_are_never_overwritten(tmp_path):
    (tmp_path / "trueup.toml").write_text("zone = 'UTC'\n")
    with pytest.raises(UnreadableSettings, match="there already"):
        write_init(tmp_path, PROPOSED)
    assert (tmp_path / "trueup.toml").read_text() == "zone = 'UTC'\n"
    with pytest.raises(UnreadableSettings, match="can't be written"):
        write_init(tmp_path / "gone", PROPOSED)
