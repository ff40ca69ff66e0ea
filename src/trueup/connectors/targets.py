"""The targets there are: one line each. Knows their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.connectors.folder import Folder
from trueup.connectors.successfactors import SuccessFactors
from trueup.connectors.webhook import Webhook
from trueup.connectors.xapi_lrs import XapiLrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.connectors.target import Options, Target
    from trueup.model.delivery import Manifest

KINDS: tuple[type[Folder | SuccessFactors | Webhook | XapiLrs], ...] = (
    Folder,
    SuccessFactors,
    Webhook,
    XapiLrs,
)

TARGETS: Mapping[str, Callable[[Options], Target]] = {kind.manifest.name: kind for kind in KINDS}
"""How each is made, by its name."""

MANIFESTS: Mapping[str, Manifest] = {kind.manifest.name: kind.manifest for kind in KINDS}
"""What each can do and needs, by its name."""
