"""The canonical relations that every export is read into. Knows names, kinds and meanings, not files.

Each role below is one relation (faults.md, "The files"). Reading turns whatever an export calls its
columns into these, as text; typing then turns each column into its kind:

    text     string, trimmed, blank is null
    instant  five columns: NAME (int64, microseconds since 1970-01-01 UTC, null where no instant
             follows), NAME_raw (the text as given), NAME_precision (model.instants.Precision),
             NAME_offset (minutes east of UTC as given or as the zone says, null where unknown),
             NAME_rule (the rule that was applied, or the reason why none could be: Unsettled)
    number   two columns: NAME (float64, null where not a number), NAME_raw (the text as given)
    integer  int64, null where not one
    flag     boolean, null where unknown
    list     text, its members separated by ";"

`sync` also has what its payload says: payload_fields (list), payload_person, payload_revision,
payload_purpose; `reviews` has extras (list of the other fields that the row carried) and visible_to.
Every relation also has `file` (the name as given on the command line) and `line` (1 = first line of
the file; of a sheet: its row; of Parquet or a JSON array: the position of the record).
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a canonical column holds."""

    TEXT = "text"
    INSTANT = "instant"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "flag"
    LIST = "list"


PERSON_KEYS = frozenset({"person", "employee_number", "email", "account_name"})
NO_KEY = (
    "null",
    "(null)",
    "none",
    "nil",
    "nan",
    "n/a",
    "undefined",
    "\\n",
    "-",
)  # exporters' words for blank


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column."""

    name: str
    kind: Kind
    says: str
    required: bool = False
    personal: bool = False  # masked in the terminal and in HTML unless --reveal


@dataclass(frozen=True, slots=True)
class Role:
    """What a file is for."""

    name: str
    says: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where the role has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """All canonical column names, in contract order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which the role can't be read."""
        return tuple(column.name for column in self.columns if column.required)


def _text(name: str, says: str, *, required: bool = False, personal: bool = False) -> Column:
    return Column(name, Kind.TEXT, says, required, personal)


def _instant(name: str, says: str, *, required: bool = False) -> Column:
    return Column(name, Kind.INSTANT, says, required)


def _number(name: str, says: str) -> Column:
    return Column(name, Kind.NUMBER, says)


def _integer(name: str, says: str) -> Column:
    return Column(name, Kind.INTEGER, says)


def _flag(name: str, says: str) -> Column:
    return Column(name, Kind.FLAG, says)


def _list(name: str, says: str, *, personal: bool = False) -> Column:
    return Column(name, Kind.LIST, says, personal=personal)


COMPLETIONS = Role(
    "completions",
    "what the learning management system says was learned",
    (
        _text("record_id", "the source's own id of the record", required=True),
        _integer("revision", "1 for the first, higher for each correction of the same record"),
        _text("source", "the learning management system"),
        _text("account_issuer", "who issued the account name: the system or its home page"),
        _text("account_name", "the account in that system", personal=True),
        _text("employee_number", "the employee number, current or former", personal=True),
        _text("email", "the mail address", personal=True),
        _text("course_id", "the course, by the key that both sides use", required=True),
        _text("attempt", "which try of this person at this course"),
        _text(
            "status", "completed, passed, failed, voided or launched, as the source asserts it", required=True
        ),
        _instant("completed_at", "when it happened, by the source", required=True),
        _instant("enrolled_at", "when the person was enrolled"),
        _number("score", "the score as given; a word of its scale (B, passed) stands for its points"),
        _text("scale", "the scale of the score"),
        _list("tags", "competency tags"),
        _instant("updated_at", "when the source last changed the record"),
    ),
)

SYNC = Role(
    "sync",
    "what the integration tried to send: one row an attempt",
    (
        _text("run_id", "the sync run", required=True),
        _text("record_id", "the record that was sent", required=True),
        _text("target", "the review system"),
        _instant("attempt_at", "when it was tried", required=True),
        _integer("attempt", "1 for the first try of this record in this run"),
        _text("outcome", "accepted, rejected, throttled, error or skipped", required=True),
        _integer("http_status", "the answer's status, null where none came"),
        _text("request_id", "the request's id"),
        _text("retry_after", "what the answer said: seconds or an HTTP date"),
        _text("batch", "the batch the record went in"),
        _integer("page", "the page of the source the record came on"),
        _integer("limit", "how many records the run or page could carry"),
        _text("payload", "what was sent, as JSON", personal=True),
        _instant("run_started_at", "when the run started"),
        _instant("run_ended_at", "when the run ended"),
    ),
)

REVIEWS = Role(
    "reviews",
    "what the review system holds",
    (
        _text("review_record_id", "the review system's own id of the row"),
        _text("record_id", "the source record it came from"),
        _text("person", "employee number, UUID or pseudonym", required=True, personal=True),
        _text("course_id", "the course", required=True),
        _instant("completed_at", "when it happened, by the review system"),
        _number("score", "the score the review shows"),
        _text("scale", "the scale of that score"),
        _text("scale_version", "the version of that scale, or of the source's where it converts"),
        _text("competency", "the competency it counts for"),
        _text("label", "the label shown for that competency"),
        _text("cycle", "the review cycle it is filed under"),
        _instant("received_at", "when the review system received it"),
    ),
)

PEOPLE = Role(
    "people",
    "the HR roster",
    (
        _text("person_id", "the person's own id, a UUID", required=True, personal=True),
        _text("employee_number", "the current employee number", personal=True),
        _list("former_numbers", "earlier employee numbers", personal=True),
        _text("email", "the current mail address", personal=True),
        _list("aliases", "other mail addresses", personal=True),
        _text("first_name", "first name", personal=True),
        _text("last_name", "last name", personal=True),
        _list("former_last_names", "earlier last names", personal=True),
        _instant("hired_on", "first day of employment"),
        _instant("left_on", "last day of employment"),
        _text("department", "department"),
        _text("city", "city"),
    ),
)

ACCOUNTS = Role(
    "accounts",
    "the accounts of a learning management system",
    (
        _text("account_issuer", "who issued the account name", required=True),
        _text("account_name", "the account", required=True, personal=True),
        _text("employee_number", "the employee number noted on it", personal=True),
        _text("email", "the mail address noted on it", personal=True),
        _text("first_name", "first name", personal=True),
        _text("last_name", "last name", personal=True),
        _text("department", "department"),
        _text("city", "city"),
        _instant("created_at", "when it was created"),
        _flag("suspended", "whether it is switched off"),
    ),
)

COMPETENCIES = Role(
    "competencies",
    "the registry of competencies",
    (
        _text("framework", "the framework", required=True),
        _text("version", "its version", required=True),
        _text("id", "the competency's id", required=True),
        _text("label", "its label"),
        _text("language", "the label's language"),
        _text("status", "active or deprecated"),
        _text("replaced_by", "the id of its successor"),
        _list("aliases", "other tags that mean it"),
    ),
)

SCALES = Role(
    "scales",
    "the scales of scores, and how they convert to 0-100",
    (
        _text("scale", "the scale", required=True),
        _text("version", "its version", required=True),
        _number("min", "lowest score"),
        _number("max", "highest score"),
        _number("step", "the distance between two scores"),
        _text("points", "the matrix to 0-100: 1=0;2=25;... or A=100;B=85;..."),
        _text("rounding", "how a converted score is rounded"),
    ),
)

CYCLES = Role(
    "cycles",
    "the review calendar",
    (
        _text("cycle", "the review cycle", required=True),
        _instant("opens_at", "evidence counts from here", required=True),
        _instant("cutoff_at", "evidence counts up to here", required=True),
        _instant("grace_until", "completions up to here still count, under the SLA"),
        _instant("frozen_at", "nothing changes after this"),
        _text("zone", "the IANA zone of the times above"),
        _number("sla_hours", "how long a completion after the cut-off may take"),
    ),
)

CONSENTS = Role(
    "consents",
    "consent or lawful basis, by person and purpose",
    (
        _text("person", "employee number, UUID or mail address", required=True, personal=True),
        _text("purpose", "what the data may be used for", required=True),
        _text("basis", "consent, contract, legitimate interest ..."),
        _instant("granted_at", "from when"),
        _instant("withdrawn_at", "until when"),
    ),
)

GRANTS = Role(
    "grants",
    "what the connectors' accounts may do",
    (
        _text("account", "the service account", required=True),
        _text("scope", "the endpoint, method or field", required=True),
        _flag("granted", "whether it is granted"),
        _flag("needed", "whether the connector needs it"),
        _instant("last_used_at", "when it was last used"),
    ),
)

POLICY = Role(
    "policy",
    "which field may be transferred for which purpose, and which role may see it",
    (
        _text("purpose", "the purpose"),
        _text("role", "who looks; blank: the transfer itself"),
        _text("field", "the field"),
        _flag("allowed", "whether it may"),
        _integer("retention_days", "how long the purpose allows keeping it"),
    ),
)

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        COMPLETIONS,
        SYNC,
        REVIEWS,
        PEOPLE,
        ACCOUNTS,
        COMPETENCIES,
        SCALES,
        CYCLES,
        CONSENTS,
        GRANTS,
        POLICY,
    )
}

NEEDED_ROLES = ("completions", "sync", "reviews")  # without these `check` has nothing to compare
