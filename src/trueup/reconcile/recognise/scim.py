"""SCIM 2.0 list responses (RFC 7644, 3.4.2) as people. Knows resources, not the server that they come from."""

from collections.abc import Mapping

from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import CanonicalRow, Claim, Emitted, Recordwise, Sample
from trueup.reconcile.recognise.translating import plain

_CORE = "urn:ietf:params:scim:schemas:core:2.0:"
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_SHOWN = {
    "person_id": ("id",),
    "employee_number": (f"{_ENTERPRISE}.employeeNumber",),
    "email": ("emails", "userName"),
    "aliases": ("emails",),
    "first_name": ("name.givenName",),
    "last_name": ("name.familyName",),
    "department": (f"{_ENTERPRISE}.department",),
    "city": ("addresses",),
}


def claim_scim(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on a list of users; on a list of groups one without a role."""
    if not sample.nested:
        return None
    listed = "totalResults" in sample.envelope
    schemas = {str(s) for record in sample.records for s in _list(record.get("schemas"))}
    if not listed and not any(schema.startswith(_CORE) for schema in schemas):
        return None
    if not sample.records and "group" in sample.file.lower():
        return None
    if (
        sample.records
        and f"{_CORE}User" not in schemas
        and not any("userName" in record for record in sample.records)
    ):
        return _no_people(sample, schemas)
    columns = {name: key for name, keys in _SHOWN.items() for key in keys[:1] if key in sample.header}
    if "email" not in columns and "userName" in sample.header:
        columns["email"] = "userName"
    return Claim(
        system="scim",
        layout="users",
        role="people",
        confidence=0.97 if sample.records else 0.6,
        columns=columns,
        translate=Recordwise(lambda record: translate(record, declared.constants)),
        problems=tuple(_page_problems(sample)),
    )


def _no_people(sample: Sample, schemas: set[str]) -> Claim:
    kinds = (
        ", ".join(sorted(schema.rpartition(":")[2] for schema in schemas if schema.startswith(_CORE)))
        or "no known schema"
    )
    problem = Problem(
        sample.file,
        None,
        f"these resources are no users ({kinds}): check needs none of them",
        expected=f"{_CORE}User",
        actual=kinds,
        todo="fetch /Users instead",
    )
    return Claim(
        "scim", "groups" if "Group" in kinds else "other resources", None, 0.95, {}, None, (problem,)
    )


def _page_problems(sample: Sample) -> list[Problem]:
    total, page = sample.envelope.get("totalResults"), sample.envelope.get("itemsPerPage")
    if not isinstance(total, int) or not isinstance(page, int) or total <= page:
        return []
    start = sample.envelope.get("startIndex", 1)
    return [
        Problem(
            sample.file,
            None,
            f"this is one page of several: {page} of {total} users",
            expected=f"{total} users",
            actual=f"{page}, from {start}",
            todo="fetch the other pages too (startIndex, count), and give all of them",
        )
    ]


def translate(user: Mapping[str, object], constants: Mapping[str, str]) -> Emitted:
    """One user as a person; a user without an id is none (RFC 7643, 3.1)."""
    key = _text(user.get("id"))
    if not key:
        return Emitted(reason="a user without an id", expected="id")
    name, enterprise = user.get("name"), user.get(_ENTERPRISE)
    name = name if isinstance(name, dict) else {}
    enterprise = enterprise if isinstance(enterprise, dict) else {}
    mail, others = _mails(user)
    row: CanonicalRow = {
        **constants,
        "person_id": key,
        "employee_number": _text(enterprise.get("employeeNumber")),
        "email": mail,
        "aliases": ";".join(others) or None,
        "first_name": _text(name.get("givenName")),
        "last_name": _text(name.get("familyName")),
        "department": _text(enterprise.get("department")),
        "city": _city(user),
    }
    return Emitted((row,))


def _mails(user: Mapping[str, object]) -> tuple[str | None, list[str]]:
    """The primary address (else the work one, else the first, else the user name if it is one), and the others."""
    entries = [
        entry for entry in _list(user.get("emails")) if isinstance(entry, dict) and _text(entry.get("value"))
    ]
    entries.sort(key=lambda entry: (entry.get("primary") is not True, entry.get("type") != "work"))
    found = [value for entry in entries if (value := _text(entry.get("value")))]
    name = _text(user.get("userName"))
    if name and "@" in name:
        found.append(name)
    first: dict[str, str] = {}
    for value in found:
        first.setdefault(value.casefold(), value)
    unique = list(first.values())
    return (unique[0], unique[1:]) if unique else (None, [])


def _city(user: Mapping[str, object]) -> str | None:
    places = [entry for entry in _list(user.get("addresses")) if isinstance(entry, dict)]
    places.sort(key=lambda entry: (entry.get("primary") is not True, entry.get("type") != "work"))
    return next((city for entry in places if (city := _text(entry.get("locality")))), None)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    text, fine = plain(value, None)
    return text if fine else None
