"""What a Moodle activity's state text means. Knows words and their languages, not columns or dates."""

import re
from enum import StrEnum
from functools import lru_cache

from trueup.reconcile.recognise.moodle_words import STATES
from trueup.reconcile.recognise.names import fold


class State(StrEnum):
    """What the activity completion of a person is."""

    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPLETED = "not completed"
    OVERRIDDEN = "overridden as completed"
    TAKEN_BACK = "overridden as not completed"


_LONGEST = 400  # characters; no state with a name in it is longer

_WORDS = {
    fold(word): state
    for key, state in (
        ("completed", State.COMPLETED),
        ("not_completed", State.NOT_COMPLETED),
        ("passed", State.PASSED),
        ("failed", State.FAILED),
    )
    for word in STATES[key]
} | {
    # the Spanish pack has been printed with and without its slip of the pen
    fold("Finalizado (ha alcanzado la calificación de aprobado)"): State.PASSED,
    fold("Finalizado (no ha alcanzado la califiación de aprobado)"): State.FAILED,
}
_SET_BY = tuple(
    (re.compile(re.escape(form).replace(r"\{\}", "(.+)"), re.IGNORECASE | re.DOTALL), state)
    for key, state in (("not_completed_by", State.TAKEN_BACK), ("completed_by", State.OVERRIDDEN))
    for form in STATES[key]
)


@lru_cache(maxsize=4096)
def state_of(text: str) -> State | None:
    """The state that a cell says; None where no language that is known says it so.

    >>> str(state_of("Completed (did not achieve pass grade)")), str(state_of("Not completed"))
    ('failed', 'not completed')
    >>> str(state_of("Non terminé (défini par Admin User)"))
    'overridden as not completed'
    """
    if len(text) > _LONGEST:
        return None
    known = _WORDS.get(fold(text))
    if known is not None:
        return known
    return next((state for form, state in _SET_BY if form.fullmatch(text.strip())), None)
