"""SAP SuccessFactors Learning: the learning history, as report or OData answer. Knows names, not a tenant's codes.

A completion status is a code of the tenant (COURSE-COMPL, ONL-INCMPL ...) or its description; what one
of them means is told by the words in it. Epoch milliseconds and /Date(...)/ stay as they are.
"""

import re

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import NOTHING, Claim, Sample
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table
from trueup.reconcile.recognise.words import status, status_verdict

_CODES = (  # tried in turn: "incomplete" before "complete"
    (
        re.compile(
            r"INC(?:O?MPL|OMPLETE)|IN.?PROG|NOT.?(?:COMPL|ATT|START)|NO.?SHOW|ENROL|REGIST|CANCEL|DROP",
            re.IGNORECASE,
        ),
        None,
    ),
    (re.compile(r"FAIL|NOT.?PASS|UNSUCC", re.IGNORECASE), "failed"),
    (re.compile(r"PASS", re.IGNORECASE), "passed"),
    (re.compile(r"COMPL|CMPL|ATTEND|EQUIV|FOR.?CREDIT|DONE|TAUGHT", re.IGNORECASE), "completed"),
    (re.compile(r"REVOK|VOID|DELET", re.IGNORECASE), "voided"),
)
_STATUS = (
    "Completion Status ID",
    "CompletionStatusID",
    "Completion Status",
    "CompletionStatusDesc",
    "Completion Status Description",
    "Status ID",
    "Status",
    "COMPL_STAT_ID",
    "Abschlussstatus",
    "Statut d'achèvement",
    "Estado de finalización",
)
_USER = (
    "User ID",
    "Student ID",
    "UserID",
    "StudentID",
    "ID (User)",
    "STUD_ID",
    "TargetUserID",
    "Benutzer-ID",
    "ID utilisateur",
    "ID de usuario",
)
_ITEM = (
    "Item ID",
    "ItemID",
    "Component ID",
    "ComponentID",
    "cpntID",
    "CPNT_ID",
    "Entity ID",
    "Artikel-ID",
    "ID élément",
    "ID del elemento",
)
_WHEN = (
    "Completion Date",
    "CompletionDate",
    "COMPL_DTE",
    "Completion Date/Time",
    "Completion Date and Time",
    "Abschlussdatum",
    "Date d'achèvement",
    "Fecha de finalización",
)


def meaning_of(code: str) -> str | None:
    """What a completion status says; None where it is no completion, or not known.

    >>> meaning_of("COURSE-COMPL"), meaning_of("ONL-INCMPL"), meaning_of("Failed (No Credit)")
    ('completed', None, 'failed')
    """
    return status(code) or next((meaning for form, meaning in _CODES if form.search(code)), None)


def _verdict(code: str | None) -> str | None:
    if code is None or not code.strip() or meaning_of(code) is not None:
        return None
    known = status_verdict(code) == NOTHING or any(form.search(code) for form, _ in _CODES)
    return NOTHING if known else "a completion status that is not known"


_HISTORY = Table(
    system="successfactors",
    name="learning history",
    role="completions",
    signature=(
        _USER,
        _ITEM,
        _WHEN,
        (
            *_STATUS,
            "Item Type",
            "ComponentTypeID",
            "cpntTypeID",
            "Item Revision Date",
            "Revision Date",
            "RevisionDate",
            "REV_DTE",
        ),
    ),
    fields=(
        Field(
            "record_id",
            ("Learning Event ID", "Event ID", "Student Event ID", "EVTHST_ID", "Learning History ID"),
        ),
        Field("employee_number", _USER),
        Field("email", ("Email", "Email Address", "User Email")),
        Field("course_id", _ITEM),
        Field("status", _STATUS, meaning_of),
        Field("completed_at", _WHEN),
        Field("score", ("Grade", "Score", "Note", "Calificación")),
        Field(
            "updated_at", ("Last Updated", "Last Update Timestamp", "LastUpdateTimestamp", "LST_UPD_TSTMP")
        ),
    ),
    keeps=(Keep(_STATUS, _verdict, "a code with COMPL, PASS, FAIL ... in it"),),
    person=_USER,
    constants={"source": "successfactors"},
    record_key=("source", "course_id", "", "employee_number/email", "completed_at"),
    confidence=0.9,
)


def claim_successfactors(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on a learning history."""
    return claim_table(_HISTORY, sample, declared)
