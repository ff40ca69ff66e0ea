"""Family 06, competencies: what it counts for. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    6,
    "competencies",
    "Competencies: what it counts for",
    "Does each tag lead to one living competency, the same on both sides?",
)

FAULTS = (
    Fault(
        code="TU0601",
        name="unknown-tag",
        trigger="A tag that no version of the framework knows.",
        cause=(
            "Tags are free text in the learning system and somebody typed one (a spelling, a translation, an old "
            "project name), or a competency was made there and never entered into the framework."
        ),
        fix=(
            "Find the competency that is meant. A spelling or translation: add it to the competency as an alias, and "
            "correct the course. A new competency: have the framework's owner enter it with an id. Neither: take the "
            "tag off the course. Then check again with the new framework export."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Courses choose tags from the framework's ids and nobody types them",
            "The framework's owner sees new tags every week, not at the end of a cycle",
            "Aliases in all languages of the courses are part of the framework",
            "The framework export is newer than the newest course",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 72, Owner.DATA_STEWARD),
        severity=Severity.MEDIUM,
        kpi="verified_rate",
        needs=("completions", "competencies"),
        example=Example(
            "tags",
            "C-114 (Data literacy)",
            "data-litracy",
            "A typing error on the course; the review has no competency to show it under.",
        ),
    ),
    Fault(
        code="TU0602",
        name="label-drift",
        trigger="The label that is shown differs from the label of its competency id.",
        cause=(
            "The label was copied when the review form was made and the framework renamed it since, or somebody "
            "renamed it on one side only. Systems that join by label instead of id lose the link at this point."
        ),
        fix=(
            "If the meaning is the same, take the framework's label: the command writes the corrected review file. If "
            "somebody gave the old id a new meaning, do not relabel: the new meaning needs an id of its own and the "
            "old one a successor."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Labels are looked up by id when shown and never copied",
            "A rename in the framework is announced with its date and reaches both sides",
            "Joins between systems use ids, with framework and version",
            "A new meaning gets a new id",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 72, Owner.DATA_STEWARD),
        severity=Severity.LOW,
        kpi="verified_rate",
        needs=("reviews", "competencies"),
        example=Example(
            "label",
            "Customer communication (C-031)",
            "Client talk (C-031)",
            "The framework renamed C-031 in version 3; the review form still shows the label of version 2.",
        ),
        consequence_of=("TU0603",),
    ),
    Fault(
        code="TU0603",
        name="superseded-competency",
        trigger="A competency that has a successor is still used.",
        cause=(
            "The framework replaced it (replacedBy in CASE) and courses or review forms were not changed with it, so "
            "one side counts for the old competency and the other expects the new one."
        ),
        fix=(
            "One living successor: replace the id on the courses by hand, and in open reviews with the corrected file "
            "of the command. Several successors (a split): the framework's owner decides for each course. Closed reviews keep the "
            "competency that they were made with."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Each deprecated competency names its successor, or says that it has none",
            "A new framework version takes effect between two cycles, on both sides on one day",
            "Before that day the courses and open reviews that use replaced ids are listed",
            "Reviews pin the framework version they were made with",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 72, Owner.DATA_STEWARD),
        severity=Severity.MEDIUM,
        kpi="verified_rate",
        needs=("competencies",),
        example=Example(
            "competency",
            "C-207 (replaces C-031)",
            "C-031",
            "C-031 is deprecated since version 4; the goal of the review is C-207 and stays without evidence.",
        ),
    ),
    Fault(
        code="TU0604",
        name="unmapped-competency",
        trigger="A competency is known on one side and mapped to nothing on the other.",
        cause=(
            "A course has a competency for which the review system has no field, or a review asks for one that no "
            "course teaches: the mapping was made once and not extended with the catalogue."
        ),
        fix=(
            "List the unmapped competencies with the command. For each, the L&D admin and the owner of the review "
            "form decide: map it, add it to the other side, or write down that it stays out. Then resend the records "
            "that carry it."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "A new competency is not released before it is mapped or marked as not for reviews",
            "The mapping has a version and an owner",
            "Before a cycle opens, each competency of its forms has at least one course",
            "Records without a mapping stop with a reason and are not dropped",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 72, Owner.DATA_STEWARD),
        severity=Severity.MEDIUM,
        kpi="missing_rate",
        needs=("completions", "reviews", "competencies"),
        example=Example(
            "competency",
            "a competency of the review form",
            "nothing, for tag C-118",
            "Twelve people earned C-118; no review form has a place for it.",
        ),
        consequence_of=("TU0603",),
    ),
    Fault(
        code="TU0605",
        name="obsolete-tag",
        trigger="A tag that nothing has used in the period.",
        cause=(
            "Courses were retired and their tags stayed in the framework. They do no harm yet, but they lengthen "
            "every list, invite wrong choices and hide the competencies that lack a course."
        ),
        fix=(
            "Ask the owner of the framework whether the competency is still wanted. Wanted: plan a course for it. Not "
            "wanted: deprecate it with its successor, after the cycle has closed, and never delete it, because old "
            "reviews refer to it."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "After every cycle the unused tags are listed and decided on",
            "A retired course gives up its tags",
            "Deprecating is done between cycles, with a list of the open reviews that it touches",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 336, Owner.DATA_STEWARD),
        severity=Severity.LOW,
        kpi="verified_rate",
        needs=("completions", "competencies"),
        example=Example(
            "id",
            "used by a completion since 2025-04-01",
            "C-009 (Fax etiquette): used by none",
            "Its last course was retired in 2023; the tag still stands in each form's list of choices.",
        ),
    ),
)
