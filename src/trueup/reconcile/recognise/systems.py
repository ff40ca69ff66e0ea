"""The list of systems whose exports are known. One line a system; knows nothing of what they export."""

from collections.abc import Callable

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise import moodle_completion, moodle_tables
from trueup.reconcile.recognise.claim import Claim, Sample

CLAIMANTS: tuple[Callable[[Sample, FileSettings], Claim | None], ...] = (
    moodle_completion.claim_completion,
    moodle_tables.claim_moodle_table,
)
