"""The key of a record as people and addresses write it: source:record_id:revision. Knows no request and no table.

Neither a source nor a revision holds a colon, so the first and the last one part them.
"""

import re

from trueup.model.completions import Key

FORM = "source:record_id:revision"
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RECORD = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")  # nor half a character, as a shell may pass on
_REVISION = re.compile(r"[A-Za-z0-9._+-]{1,64}")


def whole_key(text: str) -> Key | None:
    """The key that a text says in full, None where it says none.

    >>> whole_key("lms:a:b:2"), whole_key("lms:a")
    (Key(source='lms', record_id='a:b', revision='2'), None)
    """
    source, _, rest = text.partition(":")
    record_id, _, revision = rest.rpartition(":")
    return _key(source, record_id, revision)


def loose_key(text: str) -> tuple[Key | None, Key] | None:
    """What a text may mean: a record at a revision, where it can be read so, and a record at its first.

    `lms:a:b` may be revision b of a, or the record a:b. Whoever looks it up tries the one, then the other's latest.
    None where it means nothing.
    """
    source, _, rest = text.partition(":")
    record = _key(source, rest, "1")
    return (whole_key(text), record) if record else None


def _key(source: str, record_id: str, revision: str) -> Key | None:
    fits = _SOURCE.fullmatch(source) and _RECORD.fullmatch(record_id) and _REVISION.fullmatch(revision)
    return Key(source, record_id, revision) if fits else None
