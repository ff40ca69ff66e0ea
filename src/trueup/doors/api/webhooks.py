"""POST /v1/webhooks/{source}: what a source pushes (Standard Webhooks, CloudEvents 1.0). Knows the request only.

The signature speaks for the source; the body is an event, or an envelope around one.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import is_name
from trueup.doors.api import verdicts
from trueup.doors.api.bodies import JSON, Body, read_body
from trueup.doors.api.completions import take
from trueup.doors.api.keys import with_key
from trueup.doors.api.problems import Refused, asked_by
from trueup.doors.api.service import Service
from trueup.doors.webhook_keys import WebhookKeysError
from trueup.kit.cloudevents import NotACloudEventError, event_from, is_cloudevent
from trueup.kit.log import logger
from trueup.kit.webhooks import NotAuthenticError, Refusal, SignedHeaders, WebhookKey, authenticate

RETRY_AFTER = 30  # seconds: somebody has to mend a file
CLOUDEVENT = "application/cloudevents+json"


async def post_webhook(request: Request) -> Response:
    """One event, once it is certain that the source sent it."""
    service = Service.of(request)
    source = unquote(request.path_params["source"])
    keys = _keys(service, source)
    if not keys:
        raise Refused("not-found", "no source of this name sends webhooks", pointer="source")
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON, CLOUDEVENT), service.limits)
        webhook_id = _authentic(request, body, keys)
        event, own_id = _event(request, body)
        keyed = with_key(event, {"source": source}, service.limits)
        if "record_id" not in msgspec.json.decode(keyed):
            keyed = with_key(keyed, {"record_id": own_id or webhook_id}, service.limits)
        if not await service.admission.same_request(
            f"webhook:{source}", webhook_id, hashlib.sha256(body.raw).digest()
        ):
            raise Refused(
                "key-reused",
                "the webhook-id stands for another body",
                pointer="webhook-id",
                expected="the body of the first time",
                actual="another body",
            )
        return verdicts.one((await take(service, [keyed], "webhook"))[0], asked_by(request))


def _keys(service: Service, source: str) -> Sequence[WebhookKey]:
    """The source's secrets, none where it has none."""
    try:
        return service.webhook_keys.of(source) if is_name(source) else ()
    except WebhookKeysError as error:
        logger().error("webhook.keys_unusable", what=str(error))
        raise Refused(
            "unavailable", "the secrets of webhooks can't be read", retry_after=RETRY_AFTER
        ) from None


def _authentic(request: Request, body: Body, keys: Sequence[WebhookKey]) -> str:
    """The webhook's id, once its signature holds. Raises Refused (400, 401) otherwise."""
    told = (request.headers.get(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature"))
    try:
        return authenticate(SignedHeaders(*told), body.raw, keys, datetime.now(UTC))
    except NotAuthenticError as error:
        malformed = error.refusal is Refusal.MALFORMED
        raise Refused(
            "bad-parameter" if malformed else "bad-signature",
            "the webhook's headers are not as they may be"
            if malformed
            else f"the webhook is {error.refusal}",
            pointer=error.header,
            expected=error.expected,
            actual=error.actual,
            headers={} if malformed else {"WWW-Authenticate": 'Signature realm="trueup"'},
        ) from None


def _event(request: Request, body: Body) -> tuple[bytes, str | None]:
    """The event in the body, and the id of the envelope around it where there is one."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    content_type = request.headers.get("content-type", "")
    if not is_cloudevent(content_type, headers):
        return body.raw, None
    try:
        envelope = event_from(content_type, headers, body.raw)
    except NotACloudEventError as error:
        raise Refused(
            "malformed-body",
            "this is no CloudEvent",
            pointer=f"/{error.attribute}" if body.media_type == CLOUDEVENT else error.attribute,
            expected=error.expected,
            actual=error.actual,
        ) from None
    return envelope.data or b"", envelope.id
