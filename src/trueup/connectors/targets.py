"""The targets there are: one line each. Knows their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.connectors.bamboohr import BambooHr
from trueup.connectors.evidence_pack import EvidencePack
from trueup.connectors.folder import Folder
from trueup.connectors.frappe_feedback import FrappeFeedback
from trueup.connectors.frappe_skills import FrappeSkills
from trueup.connectors.frappe_training import FrappeTraining
from trueup.connectors.horilla import Horilla
from trueup.connectors.lattice import Lattice
from trueup.connectors.orangehrm import OrangeHrm
from trueup.connectors.successfactors import SuccessFactors
from trueup.connectors.webhook import Webhook
from trueup.connectors.xapi_lrs import XapiLrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.connectors.target import Options, Target
    from trueup.model.delivery import Manifest

KINDS = (
    BambooHr,
    EvidencePack,
    Folder,
    FrappeFeedback,
    FrappeSkills,
    FrappeTraining,
    Horilla,
    Lattice,
    OrangeHrm,
    SuccessFactors,
    Webhook,
    XapiLrs,
)

TARGETS: Mapping[str, Callable[[Options], Target]] = {kind.manifest.name: kind for kind in KINDS}
"""How each is made, by its name."""

MANIFESTS: Mapping[str, Manifest] = {kind.manifest.name: kind.manifest for kind in KINDS}
"""What each can do and needs, by its name."""
