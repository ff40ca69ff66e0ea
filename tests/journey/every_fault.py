"""The table of planted faults: each code of the catalogue at least once, the subtle ones in several shapes.

All of PLANTS stand in one company, each on records of its own; each of the others needs a company to itself.
"""

from functools import partial

from plants import (
    USED,
    Plant,
    after_the_cut_off,
    also,
    ambiguous_mail,
    ambiguous_number,
    at_time,
    before_employment,
    before_enrolment,
    both,
    cells,
    copied,
    corrected,
    corrected_time,
    day_only,
    gone,
    grant,
    home_midnight,
    late,
    launched,
    misfiled,
    moved,
    retried,
    reused,
    second_account,
    sent_twice,
    shifted_group,
    split,
    swapped,
    time_of_run,
    time_of_sync,
    unused_competency,
    waited_less_than_told,
)

# fmt: off
WHO = (
    # nothing on the LMS row says who it was
    Plant("TU0101", "no key in the LMS", cells(lms={"employee_number": "", "email": "", "account_name": ""}),
          "employee_number", "a person key", None, "lms", person=None),
    # blanks are no key either
    Plant("TU0101", "the review row names nobody", cells(shown={"person": "  "}),
          "person", "a person key", None, "shown", person=None),
    # an exporter's word for a blank
    Plant("TU0101", "NULL in the reviews", cells(shown={"person": "NULL"}),
          "person", "a person key", None, "shown", person=None),
    # the import mapping lost it on the way
    Plant("TU0101", "the payload names nobody", cells(**{"try": {"payload": '{"person": null, "score": "3"}'}}),
          "payload.person", "a person key", None, "try", person=None),
    # a UUID where the review system keeps numbers; it does resolve
    Plant("TU0102", "another kind of key in the reviews", lambda c, r: r.shown.update(person=r.person["person_id"]),
          "person", "an identifier like A9999", "{person[person_id]}", "shown"),
    # the number of a system that is gone; the mail still says who it is
    Plant("TU0102", "a legacy number in the LMS", cells(lms={"employee_number": "004711"}),
          "employee_number", "like A9999", "004711", "lms", person="004711"),
    # written like a number of the roster, and nobody's
    Plant("TU0103", "nobody's number", cells(lms={"employee_number": "E9999", "email": "", "account_name": ""}),
          "employee_number", "somebody in the roster", "E9999", "lms", person="E9999"),
    Plant("TU0103", "nobody's number in the reviews", cells(shown={"person": "E9998"}),
          "person", "somebody in the roster", "E9998", "shown", person="E9998"),
    # the account is all there is, and the list of accounts does not have it
    Plant("TU0103", "nobody's account", cells(lms={"employee_number": "", "email": "", "account_name": "ghost"}),
          "account_name", "somebody in the roster", "ghost", "lms", person="ghost"),
    Plant("TU0103", "nobody's mail", cells(lms={"employee_number": "", "email": "x@y.example", "account_name": ""}),
          "email", "somebody in the roster", "x@y.example", "lms", person="x@y.example"),
    # two people of the roster have one number at the same time
    Plant("TU0104", "a number of two people", ambiguous_number,
          "employee_number", "one person", "{person[employee_number]}", "person", record=None, person=None, also=also("TU0104")),
    # an old shared mailbox stands as an alias of two
    Plant("TU0104", "a mail of two people", ambiguous_mail,
          "email", "one person", "shared@corp.example", "lms", person="shared@corp.example"),
    Plant("TU0105", "two people's completions crossed", swapped,
          "person", "{person[person_id]}", "{fellow_person[employee_number]}", n=2),
    # the address of a leaver, given to a new colleague
    Plant("TU0106", "a reused mail", partial(reused, identifier="email"),
          "person", "{person[person_id]}", "{heir[employee_number]}"),
    Plant("TU0107", "under a third person, one way", misfiled,
          "person", "{person[person_id]}", "{other[employee_number]}"),
)

WHEN = (
    Plant("TU0201", "naive in the LMS", cells(lms={"completed_at": "2026-01-05 10:15:00"}),
          "completed_at", "a time with its offset, or a declared zone", "2026-01-05 10:15:00"),
    Plant("TU0201", "naive in the reviews", cells(shown={"completed_at": "2026-01-05T10:15:00"}),
          "completed_at", "a time with its offset, or a declared zone", "2026-01-05T10:15:00", "shown"),
    # any column of times, once a file and column
    Plant("TU0201", "naive in the sync log", cells(**{"try": {"attempt_at": "2026-01-05 20:00:07"}}),
          "sync.attempt_at", "a time with its offset, or a declared zone", "2026-01-05 20:00:07", "try", record=None, person=None),
    Plant("TU0202", "an hour, on three records of a source", shifted_group,
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}", n=3),
    # two of a source are no group: see TU0207
    Plant("TU0203", "a date in the reviews", day_only,
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0203", "midnight in UTC", lambda c, r: r.shown.update(completed_at=r.shown["completed_at"][:10] + "T00:00:00Z"),
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0203", "midnight where the LMS is", home_midnight,
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0204", "filed under the next cycle", cells(shown={"cycle": "2026-Q2"}), "cycle", "2026-Q1", "2026-Q2"),
    Plant("TU0204", "filed under a cycle that does not exist", cells(shown={"cycle": "2025-H9"}),
          "cycle", "2026-Q1", "2025-H9"),
    # the time crossed the cut-off, so it is no moved time within a cycle
    Plant("TU0204", "its time lies in the next cycle", cells(shown={"completed_at": "2026-04-01T09:13:00Z"}),
          "completed_at", "2026-Q1", "2026-Q2"),
    # in the days of grace of the cycle before, where it may stand; its time may not
    Plant("TU0204", "its time lies in the cycle before", after_the_cut_off,
          "completed_at", "2026-Q2", "2026-Q1"),
    Plant("TU0205", "a day that does not exist", cells(lms={"completed_at": "2026-02-30T10:00:00Z"}),
          "completed_at", "a date and time that exist", "2026-02-30T10:00:00Z"),
    Plant("TU0205", "no time at all", cells(lms={"completed_at": "next week"}),
          "completed_at", "a date and time that exist", "next week"),
    Plant("TU0205", "a word in the reviews", cells(shown={"completed_at": "done"}),
          "completed_at", "a date and time that exist", "done", "shown"),
    Plant("TU0205", "the zero date of a database", cells(shown={"completed_at": "0000-00-00"}),
          "completed_at", "{lms[completed_at]}", "0000-00-00"),
    # the time of the year 2027 is the fault; that the sides differ follows from it
    Plant("TU0205", "in the future in the LMS alone", cells(lms={"completed_at": "2027-01-01T10:00:00Z"}),
          "completed_at", "up to 2026-04-02T20:30:00Z", "2027-01-01T10:00:00Z", also=also(TU0207="TU0205")),
    Plant("TU0205", "in the future on both sides", cells(lms={"completed_at": "2027-01-01T10:00:00Z"}, shown={"completed_at": "2027-01-01T10:00:00Z"}),
          "completed_at", "up to 2026-04-02T20:30:00Z", "2027-01-01T10:00:00Z"),
    Plant("TU0205", "before the employment", before_employment,
          "completed_at", "from {person[hired_on]}", "{lms[completed_at]}"),
    Plant("TU0205", "before the enrolment", before_enrolment,
          "completed_at", "from {enrolled}", "{lms[completed_at]}"),
    # completed, it says, and not when; the reviews have no time either
    Plant("TU0205", "blank on both sides", cells(lms={"completed_at": ""}, shown={"completed_at": ""}),
          "completed_at", "a date and time", None),
    Plant("TU0206", "the time it arrived", time_of_sync,
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0206", "the time the run started", time_of_run,
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    # the source asserts none: whatever the reviews show was made up
    Plant("TU0206", "a time for none", both(cells(lms={"completed_at": ""}), time_of_sync),
          "completed_at", None, "{shown[completed_at]}", caused_by="TU0205", also=also("TU0205")),
    Plant("TU0207", "37 minutes on one record", moved(minutes=37),
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    # an hour is a zone's offset, but one record makes no group
    Plant("TU0207", "an hour on one record", both(cells(lms={"source": "graz"}), moved(hours=1)),
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0207", "no time in the reviews", cells(shown={"completed_at": ""}), "completed_at", "{at}", None),
)

MISSING = (
    Plant("TU0301", "in no sync log", gone("try", "shown"), "record_id", "an attempt in the sync log", "none", "lms"),
    Plant("TU0302", "rejected", gone("shown", then=cells(**{"try": {"outcome": "rejected", "http_status": "422"}})),
          "outcome", "accepted", "rejected (422)", "lms try"),
    Plant("TU0302", "skipped", gone("shown", then=cells(**{"try": {"outcome": "skipped", "http_status": ""}})),
          "outcome", "accepted", "skipped", "lms try"),
    Plant("TU0303", "accepted, and not there", gone("shown"),
          "record_id", "a row in the review system", "none", "lms try"),
    Plant("TU0304", "the LMS has lost it", gone("lms"),
          "record_id", "a record in the LMS", "none", "shown", record="shown", person="{person[person_id]}"),
    Plant("TU0304", "nobody knows where it came from", gone("lms", "try"),
          "record_id", "a record in the LMS", "none", "shown", record="shown", person="{person[person_id]}"),
    Plant("TU0305", "voided", cells(lms={"status": "voided", "revision": "2"}), "status", "withdrawn", "still shown"),
    Plant("TU0305", "revoked by a later row", lambda c, r: corrected(c, r, status="Revoked"),
          "status", "withdrawn", "still shown", "second shown"),
    # both revisions are in the log; the reviews show the first
    Plant("TU0306", "another score", lambda c, r: corrected(c, r, score="5" if r.lms["score"] != "5" else "4"),
          "score", "{wanted}", "{shown[score]}", "second shown", also=also(TU0803="TU0306")),
    Plant("TU0306", "another time", corrected_time,
          "completed_at", "{second[completed_at]}", "{shown[completed_at]}", "second shown"),
    # one row, at revision 2; revision 1 is what was sent
    Plant("TU0306", "the payload was of revision 1", cells(lms={"revision": "2"}),
          "completed_at", "{lms[completed_at]}", "{shown[completed_at]}"),
    Plant("TU0307", "launched, nothing since", gone("try", "shown", then=launched),
          "status", "completed, passed or failed", "launched", "lms", person="{person[employee_number]}"),
)

RUNS = (
    Plant("TU0401", "429 to the end", gone("shown", then=cells(**{"try": {"outcome": "throttled", "http_status": "429"}})),
          "outcome", "a retry after the wait, then accepted", "throttled, 429", "lms try", also=also(TU0302="TU0401")),
    Plant("TU0401", "403 as a throttle", gone("shown", then=cells(**{"try": {"outcome": "throttled", "http_status": "403", "retry_after": "30"}})),
          "outcome", "a retry after the wait, then accepted", "throttled, 403", "lms try", also=also(TU0302="TU0401")),
    Plant("TU0402", "503 to the end", gone("shown", then=cells(**{"try": {"outcome": "error", "http_status": "503"}})),
          "http_status", "2xx", "503", "lms try", also=also(TU0302="TU0402")),
    Plant("TU0402", "no answer", gone("shown", then=cells(**{"try": {"outcome": "error", "http_status": ""}})),
          "http_status", "2xx", "no answer", "lms try", also=also(TU0302="TU0402")),
    Plant("TU0404", "Retry-After ignored", partial(retried, waits=(5,), outcome="throttled", http_status="429", retry_after="60"),
          "attempt_at", "60 s of waiting", "5 s", "try", person=None),
    Plant("TU0404", "Retry-After ignored, as a date", waited_less_than_told,
          "attempt_at", "60 s of waiting", "5 s", "try", person=None),
    Plant("TU0404", "five tries, a second apart", partial(retried, waits=(1, 1, 1, 1)),
          "attempt_at", "waits that grow", "5 attempts, never more than 1 s apart", "try1", person=None),
    Plant("TU0405", "a window sent twice", sent_twice, "cursor", "sent by one run", "sent by {try[run_id]} and {again0[run_id]}", "again0", n=3),
)

COPIES = (
    Plant("TU0501", "two accounts of one person", second_account,
          "account_name", "one account a person", "{second[account_name]}", "second", record=None),
    Plant("TU0503", "two accounts were learned under", split,
          "account_name", "{lms[account_name]}", "{later_lms[account_name]}", "later_lms", record="later_lms"),
    Plant("TU0502", "one record id twice", copied, "record_id", "1 row", "2 rows", "copy lms"),
    # a copy that lost the record id: same person, course and time
    Plant("TU0502", "the copy has no record id", partial(copied, record_id=""),
          "record_id", "1 row", "2 rows", "copy shown", record=None, also=also(TU0304="TU0502")),
)

BOOKS = (
    Plant("TU0601", "no framework knows the tag", cells(lms={"tags": "cmp-404"}),
          "tags", "a competency of the registry", "cmp-404", "lms", person="{person[employee_number]}"),
    Plant("TU0601", "no framework knows the review's", cells(shown={"competency": "cmp-405", "label": "Thing"}),
          "competency", "a competency of the registry", "cmp-405", "shown", person="{person[employee_number]}"),
    Plant("TU0602", "another label", cells(shown={"label": "Being nice"}),
          "label", "{label}", "Being nice", "shown", person="{person[employee_number]}"),
    Plant("TU0603", "a superseded tag", cells(lms={"tags": "cmp-old"}),
          "tags", "cmp-data", "cmp-old", "lms", person="{person[employee_number]}"),
    # named by its label, as people do
    Plant("TU0603", "a superseded competency in the reviews", cells(shown={"competency": "IT Basics", "label": ""}),
          "competency", "cmp-data", "IT Basics", "shown", person="{person[employee_number]}"),
    Plant("TU0604", "mapped to nothing", cells(shown={"competency": "", "label": ""}),
          "competency", "{lms[tags]}", None),
    Plant("TU0604", "from no tag", cells(lms={"tags": ""}), "tags", "{shown[competency]}", None),
    Plant("TU0605", "nothing carries it", unused_competency,
          "id", "used in the period", "cmp-dust", "entry", record=None, person=None),
    Plant("TU0701", "granted, not needed", partial(grant, scope="hr:admin", granted="true", needed="false", last_used_at=USED),
          "scope", "not granted", "hr:admin", "grant", record=None, person=None),
    Plant("TU0702", "needed, not granted", partial(grant, scope="lms:grades", granted="false", needed="true", last_used_at=""),
          "scope", "granted: lms:grades", "not granted", "grant", record=None, person=None),
    # a refusal is none of the record's own doing; the second try went through
    Plant("TU0702", "refused once", partial(retried, waits=(120,), outcome="rejected", http_status="403"),
          "http_status", "2xx", "403", "try0", person=None),
    Plant("TU0702", "refused for good", gone("shown", then=cells(**{"try": {"outcome": "rejected", "http_status": "401"}})),
          "http_status", "2xx", "401", "try", person=None, also=also(TU0302="TU0702")),
    Plant("TU0703", "a note for HR, with no word on who sees it", cells(shown={"hr_note": "warned"}),
          "visible_to", "hidden from reviewer", "hr_note", "shown", person="{person[employee_number]}"),
    Plant("TU0703", "a note for HR, shown to reviewers", cells(shown={"hr_note": "warned", "visible_to": "Reviewer"}),
          "visible_to", "hidden from reviewer", "hr_note", "shown", person="{person[employee_number]}"),
    Plant("TU0703", "granted to the role", partial(grant, account="reviewer", scope="reviews.hr_note", granted="true", needed="true", last_used_at=USED),
          "scope", "hidden from reviewer", "reviews.hr_note", "grant", record=None, person=None),
    Plant("TU0704", "never used", partial(grant, scope="lms:events", granted="true", needed="true", last_used_at=""),
          "last_used_at", None, "never", "grant", record=None, person=None),
    Plant("TU0704", "not used in the period", partial(grant, scope="lms:users", granted="true", needed="true", last_used_at="2024-05-05T05:05:05Z"),
          "last_used_at", None, "2024-05-05T05:05:05Z", "grant", record=None, person=None),
)

SCORES = (
    Plant("TU0801", "a scale that nobody declared", cells(lms={"scale": "stars"}),
          "scale", "a declared scale", "stars", "lms", person="{person[employee_number]}"),
    Plant("TU0801", "a score without a scale", cells(lms={"scale": ""}),
          "scale", "a declared scale", None, "lms", person="{person[employee_number]}"),
    Plant("TU0801", "a word for a score", cells(lms={"score": "good"}),
          "score", "a number on the scale", "good", "lms", person="{person[employee_number]}"),
    Plant("TU0801", "an undeclared scale in the reviews", cells(shown={"scale": "furlongs"}),
          "scale", "a declared scale", "furlongs", "shown"),
    Plant("TU0802", "above the scale in the LMS", cells(lms={"score": "6"}),
          "score", "1 to 5", "6", "lms", person="{person[employee_number]}"),
    Plant("TU0802", "below it", cells(lms={"score": "-1"}),
          "score", "1 to 5", "-1", "lms", person="{person[employee_number]}"),
    Plant("TU0802", "above the scale in the reviews", cells(shown={"score": "140"}),
          "score", "0 to 100", "140", "shown", also=also(TU0803="TU0802")),
    Plant("TU0802", "no word of the scale in the LMS", cells(lms={"score": "D", "scale": "grade"}, shown={"scale_version": "1"}),
          "score", "A, B, C or F", "D", "lms", person="{person[employee_number]}"),
    Plant("TU0802", "no word of the scale in the reviews", cells(lms={"score": "B", "scale": "grade"}, shown={"score": "passed", "scale": "grade", "scale_version": "1"}),
          "score", "A, B, C or F", "passed", "shown"),
    Plant("TU0803", "another word", cells(lms={"score": "B", "scale": "grade"}, shown={"score": "c", "scale": "grade", "scale_version": "1"}),
          "score", "B", "c"),
    Plant("TU0803", "a word for the score", cells(shown={"score": "good"}), "score", "{wanted}", "good"),
    Plant("TU0803", "another score", cells(shown={"score": "66"}), "score", "{wanted}", "66"),
    Plant("TU0803", "no score in the reviews", cells(shown={"score": ""}), "score", "{wanted}", None),
    # by the points of version 1, as it says itself
    Plant("TU0804", "the version before", cells(lms={"score": "3"}, shown={"score": "40", "scale_version": "1"}),
          "scale_version", "2", "1"),
    # and by the points of version 2, though it says 1
    Plant("TU0804", "the version before, with the score of the current one", cells(lms={"score": "5"}, shown={"score": "100", "scale_version": "1"}),
          "scale_version", "2", "1"),
    # a missing score stays missing: 0 is one
    Plant("TU0805", "0 for none", cells(lms={"score": "", "scale": ""}, shown={"score": "0"}), "score", None, "0"),
)

CALENDAR = (
    Plant("TU0901", "delivered after the cut-off", late,
          "received_at", "by 2026-03-31T18:00:00Z", "2026-04-02T20:00:09Z"),
    Plant("TU0902", "ten hours in grace", partial(at_time, cycle="2026-Q1", month=4, day=1, hour=10, minute=0, second=1),
          "received_at", "within 2 h", "10 h"),
    Plant("TU0904", "before the first cycle", partial(at_time, cycle="", year=2025, month=12, day=15),
          "completed_at", "exactly one review cycle", "no cycle"),
    # a date on which the cut-off lies counts for either
    Plant("TU0904", "a day across the cut-off", both(partial(at_time, cycle="", month=3, day=31, hour=9), cells(lms={"completed_at": "2026-03-31"})),
          "completed_at", "exactly one review cycle", "2 cycles"),
)

PRIVACY = (
    Plant("TU1001", "sent with the salary", cells(**{"try": {"payload": '{"person": "x", "pay": {"Salary": 1}}'}}),
          "pay.Salary", "not sent", "pay.Salary", "try", person=None),
    Plant("TU1001", "the reviews hold the salary", cells(shown={"salary": "51000"}),
          "salary", "not sent", "salary", "shown", person="{person[employee_number]}"),
    Plant("TU1002", "no basis on record", gone("consent"), "basis", "a basis on record before the transfer", "none"),
    Plant("TU1002", "granted after the transfer", cells(consent={"granted_at": "2026-03-20T00:00:00Z"}),
          "basis", "a basis on record before the transfer", "granted 2026-03-20T00:00:00Z"),
    Plant("TU1003", "withdrawn before the transfer", cells(consent={"withdrawn_at": "2026-01-01T00:00:00Z"}),
          "withdrawn_at", "nothing sent after 2026-01-01T00:00:00Z", "sent {sent}"),
    Plant("TU1005", "kept for two years", cells(shown={"received_at": "2024-03-01T00:00:00Z"}),
          "received_at", "kept at most 365 days", "762 days", "shown", person="{person[employee_number]}"),
)

# fmt: on
PLANTS = (*WHO, *WHEN, *MISSING, *RUNS, *COPIES, *BOOKS, *SCORES, *CALENDAR, *PRIVACY)
