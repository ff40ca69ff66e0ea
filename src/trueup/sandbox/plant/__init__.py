"""Which function plants which code, in the order in which they choose their records. Knows no single fault."""

from collections.abc import Callable
from random import Random

from trueup.sandbox.draft import Draft
from trueup.sandbox.plant import doubles, late, marks, missing, purposes, rates, rights, tags, when, who

Planter = Callable[[Draft, Random, int], None]

# what needs whole runs, then whole people, then rare records chooses first
PLANTERS: dict[str, Planter] = {
    "TU0903": late.window_misaligned,
    "TU0904": late.unattributed,
    "TU0403": rates.truncated_run,
    "TU0405": rates.lost_checkpoint,
    "TU0401": rates.throttled_run,
    "TU0106": who.reused_identifier,
    "TU0105": who.swapped_persons,
    "TU0503": doubles.split_history,
    "TU0501": doubles.duplicate_account,
    "TU1002": purposes.no_basis,
    "TU1003": purposes.withdrawn,
    "TU0103": who.unknown_person,
    "TU0902": late.sla_breached,
    "TU0901": late.late_completion,
    "TU0202": when.zone_shift,
    "TU0205": when.impossible_time,
    "TU0305": missing.void_not_applied,
    "TU0306": missing.stale_correction,
    "TU0307": missing.consumed_unreported,
    "TU0104": who.ambiguous_person,
    "TU0107": who.misfiled,
    "TU0805": marks.invented_score,
    "TU0801": marks.unknown_scale,
    "TU0802": marks.out_of_range,
    "TU0803": marks.conversion_mismatch,
    "TU0804": marks.scale_version_skew,
    "TU0101": who.missing_identifier,
    "TU0102": who.malformed_identifier,
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
    "TU0402": rates.server_errors,
    "TU0404": rates.retry_storm,
    "TU0502": doubles.duplicate_record,
    "TU0601": tags.unknown_tag,
    "TU0602": tags.label_drift,
    "TU0603": tags.superseded_competency,
    "TU0604": tags.unmapped_competency,
    "TU0605": tags.obsolete_tag,
    "TU0701": rights.over_scoped,
    "TU0702": rights.under_scoped,
    "TU0703": rights.evidence_leaked,
    "TU0704": rights.unused_grant,
    "TU1001": purposes.excess_field,
    "TU1004": purposes.identity_exposed,
    "TU1005": purposes.retention_overdue,
}
