"""The list of systems whose exports are known. One line a system; knows nothing of what they export."""

from collections.abc import Callable

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise import (
    appraisals,
    canvas,
    cornerstone,
    horilla,
    moodle_completion,
    moodle_tables,
    scim,
    scorm_cloud,
    successfactors,
    workforce,
    xapi,
)
from trueup.reconcile.recognise.claim import Claim, Sample

CLAIMANTS: tuple[Callable[[Sample, FileSettings], Claim | None], ...] = (
    moodle_completion.claim_completion,
    moodle_tables.claim_moodle_table,
    horilla.claim_horilla,
    scim.claim_scim,
    xapi.claim_xapi,
    scorm_cloud.claim_scorm_cloud,
    canvas.claim_canvas,
    cornerstone.claim_cornerstone,
    successfactors.claim_successfactors,
    workforce.claim_workforce,
    appraisals.claim_appraisals,
)
