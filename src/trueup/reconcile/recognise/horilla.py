"""Horilla's worker exports and its bonus points. Knows their headers (most are English in every language).

Dates stand in the company's own format, as text: 01/04/2024 may be either day. A worker without a badge
is known by mail alone, and no column holds a UUID: the badge stands for the person.
"""

import re

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import Claim, Sample
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table

_MAIL = (
    "Email",
    "E-Mail-Adresse",
    "Correo electrónico",
    "Adresse e-mail",
    "Adresse email",
    "E-mail",
    "بريد إلكتروني",
    "البريد الإلكتروني",
    "电子邮件",
)
_BADGE = re.compile(r"^(?P<name>.*)\((?P<badge>[^()]+)\)\s*$", re.DOTALL)


def badge_of(employee: str) -> str | None:
    """The badge inside "Björk Tester1 (E1001)"; None where there is only a name.

    >>> badge_of("Björk Tester1 (E1001)"), badge_of("admin admin")
    ('E1001', None)
    """
    found = _BADGE.match(employee)
    return found["badge"].strip() if found else None


def _has_badge(employee: str | None) -> str | None:
    return None if employee and badge_of(employee) else "no badge behind the name: a name is no key"


TABLES = (
    Table(
        system="horilla",
        name="work information export",
        role="people",
        signature=(
            ("Badge ID",),
            ("First Name",),
            ("Last Name",),
            ("Reporting Manager", "Job Position", "Work Type", "Employee Type"),
        ),
        fields=(
            Field("person_id", ("Badge ID", "Work Email", *_MAIL), merge=True),
            Field("employee_number", ("Badge ID",)),
            Field("email", ("Work Email", *_MAIL), merge=True),
            Field("first_name", ("First Name",)),
            Field("last_name", ("Last Name",)),
            Field("hired_on", ("Date Joining", "Joining Date", "Date of Joining")),
            Field("left_on", ("Exit Date", "Date of Exit")),
            Field("department", ("Department",)),
            Field("city", ("City", "Location")),
        ),
        person=("Badge ID", "Work Email", *_MAIL),
        confidence=0.97,
    ),
    Table(
        system="horilla",
        name="employee export",
        role="people",
        signature=(("badge_id",), ("employee_first_name",), ("employee_last_name",)),
        fields=(
            Field("person_id", ("badge_id", "email"), merge=True),
            Field("employee_number", ("badge_id",)),
            Field("email", ("email",)),
            Field("first_name", ("employee_first_name",)),
            Field("last_name", ("employee_last_name",)),
            Field("city", ("city",)),
        ),
        person=("badge_id", "email"),
        says=(("leavers are in it without a mark, and no date says since when anybody is there", ""),),
        confidence=0.97,
    ),
    Table(
        system="horilla",
        name="bonus points",
        role="reviews",
        signature=(("Employee",), ("Bonus Point", "Bonus Points"), ("Based On",)),
        fields=(
            Field("person", ("Employee",), badge_of),
            Field("score", ("Bonus Point", "Bonus Points")),
            Field("label", ("Based On",)),
        ),
        keeps=(Keep(("Employee",), _has_badge, "Name (badge)"),),
        says=(("it holds no course and no date: points are given for objectives, by their text", ""),),
        confidence=0.85,
    ),
)


def claim_horilla(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on one of Horilla's exports."""
    return next(
        (claim for table in TABLES if (claim := claim_table(table, sample, declared)) is not None), None
    )
