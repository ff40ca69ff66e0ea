"""The rows of the eleven files, in contract order, as text ready to be written. Knows no rule of the simulation.

Named tuples, because hundreds of thousands are made, compared and handed to the CSV writer as they are.
"""

from typing import NamedTuple


class Completion(NamedTuple):
    """A row of the learning management system's export."""

    record_id: str
    revision: str
    source: str
    account_issuer: str
    account_name: str
    employee_number: str
    email: str
    course_id: str
    attempt: str
    status: str
    completed_at: str
    enrolled_at: str
    score: str
    scale: str
    tags: str
    updated_at: str


class Attempt(NamedTuple):
    """A row of the sync log. What is the whole run's (page, limit, end) is filled in on writing."""

    run_id: str
    record_id: str
    target: str
    attempt_at: str
    attempt: str
    outcome: str
    http_status: str
    request_id: str
    retry_after: str
    batch: str
    page: str
    limit: str
    payload: str
    run_started_at: str
    run_ended_at: str


class Review(NamedTuple):
    """A row of the review system's export. `title` is more than the contract asks: real exports have more."""

    review_record_id: str
    record_id: str
    person: str
    course_id: str
    completed_at: str
    score: str
    scale: str
    scale_version: str
    competency: str
    label: str
    cycle: str
    received_at: str
    title: str


class Person(NamedTuple):
    """A row of the roster."""

    person_id: str
    employee_number: str
    former_numbers: str
    email: str
    aliases: str
    first_name: str
    last_name: str
    former_last_names: str
    hired_on: str
    left_on: str
    department: str
    city: str


class Account(NamedTuple):
    """A row of the accounts of a learning management system."""

    account_issuer: str
    account_name: str
    employee_number: str
    email: str
    first_name: str
    last_name: str
    department: str
    city: str
    created_at: str
    suspended: str


class Competency(NamedTuple):
    """A row of the registry of competencies."""

    framework: str
    version: str
    id: str
    label: str
    language: str
    status: str
    replaced_by: str
    aliases: str


class Scale(NamedTuple):
    """A row of the scales; blank points mean linear from min to max."""

    scale: str
    version: str
    min: str
    max: str
    step: str
    points: str
    rounding: str


class Cycle(NamedTuple):
    """A row of the review calendar."""

    cycle: str
    opens_at: str
    cutoff_at: str
    grace_until: str
    frozen_at: str
    zone: str
    sla_hours: str


class Consent(NamedTuple):
    """A row of the consents and other lawful bases."""

    person: str
    purpose: str
    basis: str
    granted_at: str
    withdrawn_at: str


class Grant(NamedTuple):
    """A row of what the service accounts may do."""

    account: str
    scope: str
    granted: str
    needed: str
    last_used_at: str


class Policy(NamedTuple):
    """A row of what may be transferred (role blank) and who may see it."""

    purpose: str
    role: str
    field: str
    allowed: str
    retention_days: str


class Truth(NamedTuple):
    """One planted fault: its code and what it can be recognised by; blank where it does not apply."""

    code: str
    record_id: str = ""
    person: str = ""
    course_id: str = ""
    run_id: str = ""
    account: str = ""
    scope: str = ""
    competency: str = ""
    cycle: str = ""
    field: str = ""
    review_record_id: str = ""  # where the review that is wrong names no record
    file: str = ""  # where the row itself cannot be read
    line: int = 0
    note: str = ""
    also: tuple[str, ...] = ()
