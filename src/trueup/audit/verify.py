"""Is an exported log what was signed? Names the leaf where not. Opens no connection; trusts only keys and hashes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trueup.audit.checkpoint import Checkpoint, NotACheckpointError, opened, read
from trueup.audit.commitment import commitment
from trueup.audit.descent import head_held, problems_below
from trueup.audit.export import CHECKPOINT, OPENED, Export, Opened
from trueup.audit.merkle import EMPTY_ROOT, tree_head
from trueup.audit.problem import Kind, Problem, UnverifiableError
from trueup.audit.tiles import ENTRIES, WIDTH, Tile, entry_in, frames_in, subtree_from_tiles, tile_at
from trueup.kit.base64_text import encoded
from trueup.kit.canonical_json import NotCanonicalError
from trueup.kit.signed_note import NotANoteError, UnsignedError
from trueup.kit.signing import VerifierKey


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was verified, and what is wrong."""

    origin: str
    size: int  # leaves
    root: bytes
    signed_by: tuple[VerifierKey, ...]
    since: int | None  # leaves of the older checkpoint
    opened: int  # records that were opened
    problems: tuple[Problem, ...]


def verify(export: Export, keys: Sequence[VerifierKey], *, since: bytes | None = None) -> Verdict:
    """Judge the export by the keys that are trusted, and against an older checkpoint where one is given.

    UnverifiableError where there is no checkpoint, or the older one is not of this log.
    """
    raw = export.checkpoint()
    if raw is None:
        raise UnverifiableError(
            f"{export.directory}: no file 'checkpoint' in it; expected a directory that trueup audit export wrote, "
            "or another log in the C2SP tlog-tiles layout"
        )
    head, signed_by, problems = _head(export, raw, keys)
    problems += problems_below(export, head)
    older = _older(since, keys, head) if since is not None else None
    if older is not None and not problems:
        problems += _history(export, head, older)
    count, wrong = _records(export, head)
    return Verdict(
        head.origin,
        head.size,
        head.root,
        signed_by,
        older.size if older else None,
        count,
        (*problems, *wrong),
    )


def _head(
    export: Export, raw: bytes, keys: Sequence[VerifierKey]
) -> tuple[Checkpoint, tuple[VerifierKey, ...], list[Problem]]:
    """The head to measure the tree by: the signed one, or where none is signed, what the tiles themselves add up to."""
    try:
        head, signed_by = opened(raw, keys)
    except (NotANoteError, NotACheckpointError, UnsignedError) as error:
        held = head_held(export)
        said = None if isinstance(error, NotANoteError | NotACheckpointError) else read(raw)[0]
        if said is None and (held is None or held.size == 0):
            raise UnverifiableError(f"{export.directory / CHECKPOINT}: {error}") from error
        told = "" if held is None else f"the tiles hold {held.size} leaves with the root {encoded(held.root)}"
        if said is not None and held is not None and (said.size, said.root) == (held.size, held.root):
            told += ", as it says: its origin or signature was changed, or another key signed it"
        problem = Problem(
            Kind.CHECKPOINT,
            CHECKPOINT,
            None,
            None,
            told or "a signed head of the tree",
            _said(said),
            str(error),
        )
        origin = said.origin if said else ""
        return replace(held or Checkpoint("", 0, EMPTY_ROOT), origin=origin), (), [problem]
    return head, signed_by, []


def _said(head: Checkpoint | None) -> str:
    return f"{head.size} leaves with the root {encoded(head.root)}" if head else "no head that can be read"


def _older(since: bytes, keys: Sequence[VerifierKey], head: Checkpoint) -> Checkpoint:
    try:
        older, _ = opened(since, keys)
    except (NotANoteError, NotACheckpointError, UnsignedError) as error:
        raise UnverifiableError(f"the older checkpoint can't be used: {error}") from error
    if head.origin and older.origin != head.origin:
        raise UnverifiableError(
            f"the older checkpoint is of the log {older.origin}, the export of {head.origin}: they can't be compared"
        )
    return older


def _history(export: Export, head: Checkpoint, older: Checkpoint) -> list[Problem]:
    """Whether the log only grew since an older head. The export itself has been found to be what was signed."""
    if older.size > head.size:
        return [
            Problem(
                Kind.HISTORY,
                CHECKPOINT,
                head.size,
                older.size - 1,
                f"{older.size} leaves or more",
                f"{head.size} leaves",
                "the log is shorter than it was: leaves were taken away",
            )
        ]

    def read_tile(tile: Tile) -> bytes:
        return export.tile(tile) or b""

    now = tree_head(older.size, subtree_from_tiles(head.size, read_tile))
    if now == older.root:
        return []
    return [
        Problem(
            Kind.HISTORY,
            CHECKPOINT,
            0,
            older.size - 1,
            older.root.hex(),
            now.hex(),
            f"the first {older.size} leaves are not those that the older checkpoint signed: history was rewritten",
        )
    ]


def _records(export: Export, head: Checkpoint) -> tuple[int, list[Problem]]:
    """How many opened records there are, and those that are not what the log commits to."""
    count, problems = 0, []
    for line, found in export.opened():
        count += 1
        if isinstance(found, Opened):
            problem = _record(export, head, line, found)
        else:
            problem = Problem(
                Kind.RECORD, f"{OPENED}:{line}", None, None, "a record with its salt", found, found
            )
        problems += [problem] if problem else []
    return count, problems


def _record(export: Export, head: Checkpoint, line: int, found: Opened) -> Problem | None:
    where, leaf = f"{OPENED}:{line}", found.leaf_index
    if not 0 <= leaf < head.size:
        told = f"leaves 0 to {head.size - 1}"
        return Problem(Kind.RECORD, where, None, None, told, f"leaf {leaf}", "the log has no such leaf")
    frames = frames_in(export.tile(tile_at(ENTRIES, leaf // WIDTH, head.size)) or b"")
    entry = entry_in(frames[leaf % WIDTH]) if leaf % WIDTH < len(frames) else None
    logged = entry.hex() if entry else "missing"
    try:
        commits_to = commitment(found.salt, found.record)
    except NotCanonicalError as error:
        return Problem(Kind.RECORD, where, leaf, leaf, logged, "no canonical record", str(error))
    if entry == commits_to:
        return None
    detail = "the record or its salt is not the one that the log commits to"
    return Problem(Kind.RECORD, where, leaf, leaf, logged, commits_to.hex(), detail)
