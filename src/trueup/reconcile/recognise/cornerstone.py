"""Cornerstone OnDemand transcripts, as report or API answer. Knows the standard field names, not a tenant's own."""

import re

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import NOTHING, Claim, Sample
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table
from trueup.reconcile.recognise.words import status

_STATUS = ("Transcript Status", "TranscriptStatus", "Training Status", "user_lo_status", "Status")
_USER = (
    "User ID",
    "UserID",
    "User Ref",
    "user_ref",
    "User GUID",
    "UserGuid",
    "userId",
    "Employee ID",
    "user_lo_user_ref",
)
_OBJECT = (
    "Training Object ID",
    "Training ID",
    "Training Ref",
    "LO ID",
    "LOID",
    "loId",
    "Object ID",
    "lo_ref",
    "Learning Object ID",
    "transc_object_id",
)
_WHEN = (
    "Transcript Completed Date",
    "TranscriptCompletedDate",
    "Training Completed Date",
    "Transcript Completion Date",
    "Completed Date",
    "user_lo_comp_dt",
    "completionDate",
)


def meaning_of(text: str) -> str | None:
    """What a transcript status says: "Completed (Equivalent)" is completed, "Failed" failed, "Removed" voided.

    >>> meaning_of("Completed (Equivalent)"), meaning_of("In Progress / Past Due"), meaning_of("Incomplete")
    ('completed', None, None)
    """
    known = status(text)
    if known is not None:
        return known
    return "completed" if re.match(r"completed\b", text.strip(), re.IGNORECASE) else None


def _verdict(text: str | None) -> str | None:
    """Cornerstone has a score of states before completion, more in each tenant: none of them is a completion."""
    return None if text is None or not text.strip() or meaning_of(text) is not None else NOTHING


_TRANSCRIPT = Table(
    system="cornerstone",
    name="transcript",
    role="completions",
    signature=(
        _USER,
        _WHEN,
        _STATUS,
        (
            "Transcript Status",
            "TranscriptStatus",
            "user_lo_comp_dt",
            "Training Title",
            "Training Object ID",
            "Transcript Completed Date",
        ),
    ),
    fields=(
        Field(
            "record_id",
            ("Transcript ID", "Transcript Item ID", "Registration Number", "reg_num", "transcriptId"),
        ),
        Field("employee_number", _USER),
        Field("email", ("User Email", "Email", "Email Address")),
        Field("course_id", (*_OBJECT, "Training Title")),
        Field("status", _STATUS, meaning_of),
        Field("completed_at", _WHEN),
        Field(
            "enrolled_at",
            (
                "Transcript Registration Date",
                "Registration Date",
                "user_lo_reg_dt",
                "Transcript Assigned Date",
                "Assigned Date",
            ),
        ),
        Field("score", ("Transcript Score", "Training Score", "Score", "user_lo_score")),
        Field(
            "updated_at", ("Transcript Last Modified Date", "Last Modified Date", "user_lo_last_modified_dt")
        ),
    ),
    keeps=(Keep(_STATUS, _verdict, "Completed, Failed ..."),),
    person=(*_USER, "User Email"),
    constants={"source": "cornerstone"},
    record_key=("source", "course_id", "", "employee_number/email", "completed_at"),
    confidence=0.92,
)


def claim_cornerstone(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on a transcript."""
    return claim_table(_TRANSCRIPT, sample, declared)
