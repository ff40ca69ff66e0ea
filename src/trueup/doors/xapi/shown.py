"""A statement as it is answered: as it came, with what the server assigns. Knows no request.

Assigned are stored and authority, and timestamp, version and id where they were absent (xAPI 1.0.3, Data 2.4). The
authority is the service account that brought it. Context activities are arrays (Data 2.4.6.2).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from trueup.intake.xapi.forms import written
from trueup.intake.xapi.refusal import Version
from trueup.intake.xapi.selection import Form
from trueup.journey.statements import Found

HOME = "urn:trueup:service-accounts"  # whose accounts authorities are
_VERSION = {Version.V1: "1.0.0", Version.V2: "2.0.0"}  # of a statement that names none (Data 2.4.10)


def shown(found: Found, form: Form, languages: Sequence[str]) -> dict[str, Any]:
    """The statement in a form; its text must be kept."""
    told = msgspec.json.decode(found.text or b"{}")
    stored = found.stored_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    told["id"] = str(found.id)
    told["stored"] = stored
    told.setdefault("timestamp", stored)
    told["authority"] = {"objectType": "Agent", "account": {"homePage": HOME, "name": found.account}}
    told.setdefault("version", _VERSION[Version(found.version)])
    return written(_with_arrays(told), form, languages)


def _with_arrays(told: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(told)
    activities = result.get("context", {}).get("contextActivities")
    if activities:
        listed = {key: value if isinstance(value, list) else [value] for key, value in activities.items()}
        result["context"] = {**result["context"], "contextActivities": listed}
    if result["object"].get("objectType") == "SubStatement":
        result["object"] = _with_arrays(result["object"])
    return result
