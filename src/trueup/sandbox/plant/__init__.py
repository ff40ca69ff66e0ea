"""Which function plants which code, in the order in which they choose their records. Knows no single fault."""

from collections.abc import Callable
from random import Random

from trueup.sandbox.draft import Draft
from trueup.sandbox.plant import missing, when

Planter = Callable[[Draft, Random, int], None]

# what needs whole runs, whole people or rare records chooses first
PLANTERS: dict[str, Planter] = {
    "TU0202": when.zone_shift,
    "TU0205": when.impossible_time,
    "TU0305": missing.void_not_applied,
    "TU0306": missing.stale_correction,
    "TU0307": missing.consumed_unreported,
    "TU0201": when.naive_time,
    "TU0203": when.lost_precision,
    "TU0204": when.wrong_cycle,
    "TU0206": when.invented_time,
    "TU0207": when.moved_time,
    "TU0301": missing.never_received,
    "TU0302": missing.not_delivered,
    "TU0303": missing.false_success,
    "TU0304": missing.orphan,
    "TU0308": missing.unreadable_row,
}
