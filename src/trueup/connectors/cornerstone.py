"""Cornerstone as a source: what was completed, or removed, of all transcripts. Knows its reporting API, no table.

GET /services/api/x/odata/api/views/vw_rpt_transcript (OData; the next page is @odata.nextLink). The transcript search was
left aside: it gives a day at a time, of active users alone, and its fields are described nowhere that can be read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.said import account, below, instant, plain, said, score, utc
from trueup.connectors.source import Page, Range, records
from trueup.model.delivery import Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line

_VIEW = "services/api/x/odata/api/views/vw_rpt_transcript"
_FIELDS = (
    "transc_user_id",
    "transc_object_id",
    "reg_num",
    "user_lo_status_group_id",
    "user_lo_comp_dt",
    "user_lo_score",
    "user_lo_last_modified_dt",
    "is_removed",
)
_COMPLETED = 11  # the group of statuses


class Cornerstone:
    """Reads what changed in transcripts."""

    statements = False
    manifest = Manifest(
        name="cornerstone",
        title="Cornerstone (transcripts by the reporting API)",
        capabilities=frozenset({Capability.LIST, Capability.SINCE}),
        needs=(Need("GET", f"/{_VIEW}", _FIELDS, "vw_rpt_transcript:read"),),
        proof=Proof.DOCUMENTED,
        traps=(
            "users are called by their Cornerstone ids: enrol those accounts (issuer: the address, or options.issuer)",
            "the view may be hours behind the portal; its times are taken as UTC",
            "what was removed from a transcript is a void",
            "a score has no scale of its own: options.scale names a declared one, or it waits (TU0801)",
            "options.token_url (/services/api/oauth2/token), options.client_id and options.scope renew the token",
        ),
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at(_VIEW)
        self._bearer = Bearer(options)
        self._issuer = options.text("issuer", options.address.rstrip("/"))
        self._scale = options.text("scale")

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:
        """A page of the view, in the order in which it changed."""
        if more:
            reply = await self._bearer.ask(line, "GET", below(self._url, more))
        else:
            params = {
                "$select": ",".join(_FIELDS),
                "$filter": _filter(wanted),
                "$orderby": "user_lo_last_modified_dt",
            }
            reply = await self._bearer.ask(line, "GET", self._url, params=params)
        document = reply.json()
        rows = records(reply, document, '{"value": [...], "@odata.nextLink": "..."}', "value")
        named = document.get("@odata.nextLink")
        through = max((at for one in rows if (at := _at(one.get("user_lo_last_modified_dt")))), default=None)
        raws = [json.dumps(one, ensure_ascii=False).encode() for one in rows]
        return Page(raws, named if isinstance(named, str) and named else None, through, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """A completion, or that it was removed; None of what is not completed."""
        told = json.loads(raw)
        removed = told.get("is_removed") is True
        if not removed and told.get("user_lo_status_group_id") != _COMPLETED:
            return None
        return said(
            record_id=f"{told.get('transc_user_id')}:{told.get('transc_object_id')}:{told.get('reg_num')}",
            revision=plain(told.get("user_lo_last_modified_dt") or "1"),
            account=account(self._issuer, told.get("transc_user_id")),
            course_id=str(told.get("transc_object_id", "")),
            status="voided" if removed else "completed",
            occurred_at=_text(told.get("user_lo_comp_dt")),
            recorded_at=_text(told.get("user_lo_last_modified_dt")),
            score=score(told.get("user_lo_score"), scale=self._scale),
        )


def _filter(wanted: Range) -> str:
    changed = "user_lo_last_modified_dt"
    parts = [f"(user_lo_status_group_id eq {_COMPLETED} or is_removed eq true)"]
    if wanted.since:
        parts.append(f"{changed} gt cast('{utc(wanted.since)}', Edm.DateTimeOffset)")
    if wanted.until:
        parts.append(f"{changed} le cast('{utc(wanted.until)}', Edm.DateTimeOffset)")
    return " and ".join(parts)


def _text(told: object) -> str | None:
    """A time of the view: UTC, whether that stands there or not (its documentation says so)."""
    at = _at(told)
    return utc(at) if at else None


def _at(told: object) -> datetime | None:
    if found := instant(told):
        return found
    try:
        return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    except ValueError:
        return None
