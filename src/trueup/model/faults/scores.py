"""Family 08, scores: how well it went. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    8,
    "scores",
    "Scores: how well it went",
    "Is every score on a known scale, and converted as the matrix says?",
)

FAULTS = (
    Fault(
        code="TU0801",
        name="unknown-scale",
        trigger="A score whose scale is not declared.",
        cause=(
            "The export gives the number without its range, a course uses a scale of its own, or the scale was "
            "renamed. The same number then means anything: Moodle's grade history gives the index of a word on a "
            "scale; xAPI scales from -1 to 1, SCORM Cloud from 0 to 100 under the same name."
        ),
        fix=(
            "Ask the L&D admin which scale the course uses, with lowest, highest and step, and add it to the scales "
            "file with a version and its points on 0-100. Never infer it from the scores that happen to occur. Then "
            "check again."
        ),
        command="trueup inspect FILE",
        checklist=(
            "Each course that gives a score names its scale",
            "Exports contain lowest and highest grade beside the grade",
            "New scales are declared with their matrix before their first course starts",
            "A scale is never changed in place: it gets a new version",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 48, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="score_fault_rate",
        needs=("completions", "scales"),
        example=Example(
            "scale",
            "a scale of the scales file",
            "lab-points",
            "8 of 10 or 8 of 100? Nothing says how far lab-points goes.",
        ),
    ),
    Fault(
        code="TU0802",
        name="out-of-range",
        trigger="A score lies outside its scale.",
        cause=(
            "Bonus points above the maximum, a percentage on a scale of 1 to 5, a decimal comma lost (8,5 became 85), "
            "or the wrong scale noted. Few systems object: Ralph stores a scaled score of 1.5, Horilla takes 400 of "
            "100."
        ),
        fix=(
            "Look at other scores of the same course. All too high: the scale noted is wrong, correct it. A factor of "
            "10 or 100: the decimal separator, declare it for the file. Single ones: the teacher corrects the grade "
            "in the learning system, or declares that bonus counts and how. Never cut a score to the maximum silently."
        ),
        command="trueup check --init DIR",
        checklist=(
            "The learning system rejects a grade above the maximum, or the scale declares the bonus",
            "The decimal separator of each file is declared",
            "The transfer checks a score against its scale before it sends it",
            "Course totals are exported together with their maximum",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 48, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="score_fault_rate",
        needs=("completions", "scales"),
        example=Example(
            "score",
            "1 to 5 (scale stars-5)",
            "87",
            "A percentage under the name of the five-point scale.",
        ),
        consequence_of=("TU0804",),
    ),
    Fault(
        code="TU0803",
        name="conversion-mismatch",
        trigger="The review system's score is not what the matrix gives for the source's score.",
        cause=(
            "The connector converts by a formula of its own (score divided by maximum) instead of the published "
            "points, rounds differently (59.995 shown as 60.00), or divides twice. A formula cannot follow a scale "
            "whose points are not evenly spaced or whose lowest score is not 0."
        ),
        fix=(
            "If the fault names a cause (another version of the scale, a stale correction), settle that. Otherwise "
            "replace the connector's formula by the matrix of the scales file with its rounding, write the corrected "
            "scores with the command, look at who crosses a band, and load the scores of open reviews."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The conversion is read from the scales file and not programmed",
            "The rounding is stated with the scale, and applied once, at the end",
            "Every point of each scale is a test case of the connector",
            "Passing is taken from the source and never computed from a rounded score",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.DATA_STEWARD),
        severity=Severity.CRITICAL,
        kpi="score_fault_rate",
        needs=("completions", "reviews", "scales"),
        example=Example(
            "score",
            "75 (4 on the scale 1=0;2=25;3=50;4=75;5=100)",
            "80",
            "Four fifths is 80; the matrix counts from 1 and gives 75.",
        ),
        consequence_of=("TU0804", "TU0306", "TU0802"),
    ),
    Fault(
        code="TU0804",
        name="scale-version-skew",
        trigger="The two sides used different versions of the scale.",
        cause=(
            "The scale was recalibrated and one side took the new version at once, the other later or never; or the "
            "version is not transferred and each side assumes the newest."
        ),
        fix=(
            "Find which version was in force when the completion was scored: that one counts. Set the other side to "
            "it, write the corrected scores with the command and load them into open reviews. Frozen reviews keep "
            "their version."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Every score travels with its scale and the scale's version",
            "A new version takes effect between cycles, on both sides on one day",
            "Before that day it is simulated who would cross a band",
            "Versions are never edited once a score has used them",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="score_fault_rate",
        needs=("reviews", "scales"),
        example=Example(
            "scale_version",
            "2 (in force since 2026-01-01)",
            "1",
            "Version 1 gives 60 for a 3, version 2 gives 50: the same work is rated differently.",
        ),
    ),
    Fault(
        code="TU0805",
        name="invented-score",
        trigger="The source has no score and the review system has one, 0 for instance.",
        cause=(
            "A missing score was read as 0 by a number column, a default of the form or a spreadsheet, or 'completed' "
            "was turned into 100. '-' in a grade export means that there is none."
        ),
        fix=(
            "Empty the score in the review system: the command writes the corrected file. Allow empty scores in the "
            "mapping and in the form. If the review cannot do without, the record is marked as completed without a "
            "score, and the reviewer is told."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Missing stays missing through every step, in the database too",
            "No mapping has a default for scores",
            "A test sends a completion without a score and sees none in the review",
            "Averages are taken over scores that exist",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.DATA_STEWARD),
        severity=Severity.CRITICAL,
        kpi="score_fault_rate",
        needs=("completions", "reviews"),
        example=Example(
            "score",
            "none",
            "0",
            "A course without an exam was passed; the review shows the worst possible score.",
        ),
    ),
)
