"""Choosing among the claims on a file. Knows that there are layouts, not what any of them looks for."""

from dataclasses import replace

from trueup.model.relations import ROLES
from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.canonical import SPELLED, claim_canonical
from trueup.reconcile.recognise.claim import Claim, Need, Sample
from trueup.reconcile.recognise.names import nearest
from trueup.reconcile.recognise.systems import CLAIMANTS

SURE_ENOUGH = 0.5  # below this nothing is assumed: the role is asked for


def recognise(sample: Sample, declared: FileSettings) -> Claim:
    """The best claim on the file; one without a role, but with a need, where none is good enough.

    Our own columns by their exact names win over everything; then the layouts of systems, most certain
    first; then synonyms. What the settings declare narrows the choice.
    """
    if _keys_are_lost(sample):
        return replace(_keys_lost(sample), keys=sample.header)
    own = claim_canonical(sample, declared)
    exact = (
        own is not None and own.confidence >= SPELLED and declared.role is None and declared.system is None
    )
    claims = (
        [claim for claimant in CLAIMANTS if (claim := claimant(sample, declared)) is not None]
        if not exact
        else []
    )
    claims = [claim for claim in claims if _allowed(claim, declared)]
    fits = own is not None and declared.role in {None, own.role}
    if own is not None and fits and (declared.system in {None, "canonical", "unknown"} or not claims):
        claims.append(own)
    best = max(claims, key=lambda claim: claim.confidence, default=None)
    if best is None or (best.role is not None and best.confidence < SURE_ENOUGH):
        best = _unknown(sample, best) if sample.header else _no_records(sample)
    return replace(best, keys=sample.header)


def _keys_are_lost(sample: Sample) -> bool:
    """Whether JSON records have come with empty keys: equal keys overwrite one another, so values are gone."""
    return sum("" in record for record in sample.records) * 2 > len(sample.records)


def _allowed(claim: Claim, declared: FileSettings) -> bool:
    if declared.role is not None and claim.role != declared.role:
        return False
    return declared.system is None or claim.system == declared.system


def _unknown(sample: Sample, best: Claim | None) -> Claim:
    """No role: what the file looks like most, and what to put into the settings."""
    headers = ", ".join(header for header in sample.header if header.strip())
    guess = f" (nearest: {best.role}, {best.confidence:.0%})" if best and best.role else ""
    problem = Problem(
        sample.file,
        1,
        f"it can't be told what this file is for{guess}",
        expected="the columns of one role, or the export of a system that is known",
        actual=headers[:300] or "no headers",
        todo="name the role and its columns in trueup.toml",
    )
    need = Need(
        what="the role of this file",
        key="role",
        why="its headers fit no role well enough" + guess,
        example=f'role = "{best.role if best and best.role else "completions"}"   # one of {", ".join(ROLES)}',
        required=True,
    )
    return Claim(
        system=best.system if best else "unknown",
        layout="",
        role=None,
        confidence=best.confidence if best else 0.0,
        columns=dict(best.columns) if best else {},
        translate=None,
        problems=(problem,),
        needs=(need,),
    )


def _no_records(sample: Sample) -> Claim:
    problem = Problem(
        sample.file,
        None,
        "there is no record in it that can be read",
        expected='records with names: {"record_id": ..., "course_id": ...}',
        actual="none",
        todo="export it again, with a filter and a period that hold something",
    )
    return Claim("unknown", "", None, 0.0, {}, None, (problem,))


def _keys_lost(sample: Sample) -> Claim:
    problem = Problem(
        sample.file,
        None,
        "the exporter lost the names of the columns: every key is empty, so that only one value a row is left",
        expected="one name a column",
        actual='""',
        todo="export as CSV: Moodle's JSON download drops all letters beyond ASCII from its keys",
    )
    return Claim("moodle", "lost keys", None, 0.0, {}, None, (problem,))


def unknown_role(name: str) -> str:
    """What to say of a role that is none."""
    near = nearest(name, list(ROLES))
    return f"{name!r} is no role" + (f"; did you mean {near!r}?" if near else f": one of {', '.join(ROLES)}")
