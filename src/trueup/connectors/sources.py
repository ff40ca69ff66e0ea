"""The sources that are pulled: one line each. Knows their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.connectors.canvas import Canvas
from trueup.connectors.cornerstone import Cornerstone
from trueup.connectors.files import Files
from trueup.connectors.moodle import Moodle
from trueup.connectors.openedx import OpenEdx
from trueup.connectors.scorm_cloud import ScormCloud
from trueup.connectors.successfactors_history import SuccessFactorsHistory
from trueup.connectors.xapi_source import XapiSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.connectors.source import Source
    from trueup.connectors.target import Options
    from trueup.model.delivery import Manifest

KINDS = (Canvas, Cornerstone, Files, Moodle, OpenEdx, ScormCloud, SuccessFactorsHistory, XapiSource)

SOURCES: Mapping[str, Callable[[Options], Source | Files]] = {kind.manifest.name: kind for kind in KINDS}
"""How each is made, by its name."""

MANIFESTS: Mapping[str, Manifest] = {kind.manifest.name: kind.manifest for kind in KINDS}
"""What each can do and needs, by its name."""
