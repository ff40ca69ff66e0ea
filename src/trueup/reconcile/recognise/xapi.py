"""xAPI statements (1.0.3 and 2.0) as completions. Knows statements, not the store that they come from.

A voided statement and the statement that voids it are both read: the second is revision 2 of the first,
with the status voided (xAPI 1.0.3, Data 2.3.2). Extensions are left alone. A statement's id is its
record id; the verb is what the source asserts, and nothing is inferred from a score.
"""

from collections.abc import Mapping

from trueup.model.settings import FileSettings
from trueup.model.verbs import STATUSES, verb_name
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import CanonicalRow, Claim, Emitted, Recordwise, Sample
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table
from trueup.reconcile.recognise.translating import plain

_VERBS = STATUSES | {"voided": "voided"}
_SHOWN = {
    "record_id": "id",
    "account_issuer": "actor.account.homePage",
    "account_name": "actor.account.name",
    "email": "actor.mbox",
    "course_id": "object.id",
    "attempt": "context.registration",
    "status": "verb.id",
    "completed_at": "timestamp",
    "score": "result.score.raw",
    "scale": "result.score",
    "updated_at": "stored",
}


def claim_xapi(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on a page of statements, a list of them, or one a line; or on a flattened sheet of them."""
    if not sample.nested:
        return claim_table(_FLAT, sample, declared)
    empty = not sample.records and "more" in sample.envelope and "totalResults" not in sample.envelope
    if not empty and not {"actor", "verb", "object"} <= set(sample.header):
        return None
    like = sum(isinstance(r.get("verb"), dict) and isinstance(r.get("actor"), dict) for r in sample.records)
    if like * 2 < len(sample.records):
        return None
    columns = {name: key for name, key in _SHOWN.items() if key in sample.header}
    if "actor.account.name" not in sample.header:
        columns.pop("account_issuer", None)
    if "result.score.raw" not in sample.header and "result.score.scaled" in sample.header:
        columns["score"] = "result.score.scaled"
    claim = Claim(
        system="xapi",
        layout="statements",
        role="completions",
        confidence=0.6 if empty else 0.98,
        columns=columns,
        translate=Recordwise(lambda record: translate(record, declared.constants)),
    )
    if sample.envelope.get("more"):
        claim = claim.with_problems(
            Problem(
                sample.file,
                None,
                "this is one page of several: the answer says that more statements follow",
                expected="all pages",
                actual=f"more = {str(sample.envelope['more'])[:60]}",
                todo="fetch the other pages too, and give all of them",
            )
        )
    return claim


def translate(statement: Mapping[str, object], constants: Mapping[str, str]) -> Emitted:
    """One statement as a completion, or why it is none."""
    verb = _inner(statement, "verb", "id")
    if not isinstance(verb, str):
        return Emitted(reason="a statement without a verb", expected="verb.id")
    status = _VERBS.get(verb_name(verb))
    if status is None:
        return Emitted(
            reason=f"no completion: the verb is {verb}",
            expected="completed, passed, failed, launched or voided",
            actual=verb,
        )
    if status == "voided":
        return _voided(statement, constants)
    person, reason = _actor(statement.get("actor"))
    if reason:
        return Emitted(reason=reason, expected="one person, known by mbox, mbox_sha1sum, openid or account")
    if _inner(statement, "object", "objectType") not in {None, "Activity"} or not _text(
        _inner(statement, "object", "id")
    ):
        return Emitted(
            reason="no completion: the object is no activity", expected="object.objectType Activity"
        )
    score, scale = _score(_inner(statement, "result", "score"))
    row: CanonicalRow = {
        "source": "xapi",
        **constants,
        "record_id": _text(statement.get("id")),
        **person,
        "course_id": _text(_inner(statement, "object", "id")),
        "attempt": _text(_inner(statement, "context", "registration")),
        "status": status,
        "completed_at": _text(statement.get("timestamp")) or _text(statement.get("stored")),
        "score": score,
        "scale": scale,
        "updated_at": _text(statement.get("stored")),
    }
    return Emitted((row,))


def _voided(statement: Mapping[str, object], constants: Mapping[str, str]) -> Emitted:
    target = _text(_inner(statement, "object", "id"))
    if not target or _inner(statement, "object", "objectType") != "StatementRef":
        return Emitted(
            reason="a voiding statement that names no statement",
            expected="object.objectType StatementRef and its id",
        )
    row: CanonicalRow = {
        "source": "xapi",
        **constants,
        "record_id": target,
        "revision": "2",
        "status": "voided",
        "updated_at": _text(statement.get("stored")) or _text(statement.get("timestamp")),
    }
    return Emitted((row,))


def _actor(actor: object) -> tuple[CanonicalRow, str]:
    """Who it is: exactly one identifier (xAPI 1.0.3, Data 2.4.2.3); or why that can't be said."""
    if not isinstance(actor, dict):
        return {}, "a statement without an actor"
    if actor.get("objectType") == "Group" or "member" in actor:
        return {}, "the actor is a group: it can't be told which of its members did it"
    account = actor.get("account")
    if isinstance(account, dict) and account.get("name"):
        return {
            "account_issuer": _text(account.get("homePage")),
            "account_name": _text(account.get("name")),
        }, ""
    mail = _text(actor.get("mbox"))
    if mail:
        return {"email": mail[7:] if mail.lower().startswith("mailto:") else mail}, ""
    for kind in ("openid", "mbox_sha1sum"):
        if found := _text(actor.get(kind)):
            return {"account_issuer": kind, "account_name": found}, ""
    return {}, "the actor has no identifier: a name alone is none"


def _score(score: object) -> tuple[str | None, str | None]:
    """The score with the range it is given on, scaled only where there is no raw one."""
    if not isinstance(score, dict):
        return None, None
    raw, scaled = _text(score.get("raw")), _text(score.get("scaled"))
    if raw is None:
        return scaled, "xapi:-1..1" if scaled is not None else None
    lowest, highest = _text(score.get("min")), _text(score.get("max"))
    return raw, f"xapi:{lowest}..{highest}" if lowest is not None and highest is not None else None


def _inner(record: Mapping[str, object], *path: str) -> object:
    found: object = record
    for key in path:
        if not isinstance(found, dict):
            return None
        found = found.get(key)
    return found


def _text(value: object) -> str | None:
    text, fine = plain(value, None)
    return text if fine else None


def _status(verb: str) -> str | None:
    return _VERBS.get(verb_name(verb))


def _verdict(verb: str | None) -> str | None:
    return None if verb and _status(verb) else "no completion: another verb"


def _address(mbox: str) -> str | None:
    return mbox[7:] if mbox.lower().startswith("mailto:") else mbox


_FLAT = Table(
    system="xapi",
    name="statements in a sheet",
    role="completions",
    signature=(
        ("verb.id", "statement.verb.id", "verb"),
        ("object.id", "statement.object.id", "activity.id"),
        ("actor.mbox", "actor.account.name", "statement.actor.mbox", "statement.actor.account.name"),
    ),
    fields=(
        Field("record_id", ("id", "statement.id", "statementId")),
        Field("account_issuer", ("actor.account.homePage", "statement.actor.account.homePage")),
        Field("account_name", ("actor.account.name", "statement.actor.account.name")),
        Field("email", ("actor.mbox", "statement.actor.mbox"), _address),
        Field("course_id", ("object.id", "statement.object.id", "activity.id")),
        Field("attempt", ("context.registration", "statement.context.registration")),
        Field("status", ("verb.id", "statement.verb.id", "verb"), _status),
        Field("completed_at", ("timestamp", "statement.timestamp")),
        Field(
            "score",
            (
                "result.score.raw",
                "statement.result.score.raw",
                "result.score.scaled",
                "statement.result.score.scaled",
            ),
        ),
        Field("updated_at", ("stored", "statement.stored")),
    ),
    keeps=(
        Keep(
            ("verb.id", "statement.verb.id", "verb"),
            _verdict,
            "completed, passed, failed, launched or voided",
        ),
    ),
    constants={"source": "xapi"},
    confidence=0.9,
)
