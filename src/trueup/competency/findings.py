"""What the logs show about competency tags: TU0601-TU0605. Knows the registry, not who earned what.

A tag is known by its id, by any of its labels or by an alias. Distinct tags are few: they are judged once,
and the records that carry a bad one are looked up.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import members, text, union, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows

FILLED = 0.5  # a column that at least half the rows fill is one that a row is expected to fill


def plain(value: ir.Value) -> ir.Value:
    """A tag or label as it is compared: case and runs of blanks do not count."""
    return value.strip().lower().re_replace(r"\s+", " ")


def _active(registry: ibis.Table) -> ir.Value:
    return yes(registry.status.lower().fill_null("active") != "deprecated") & registry.replaced_by.isnull()


def names(registry: ibis.Table) -> ibis.Table:
    """(name, id, active): everything that a competency may be called, and whether a living version is meant."""
    marked = registry.mutate(active=_active(registry))
    parts = [
        marked.select(name=plain(marked["id"]), id=marked["id"], active=marked.active),
        marked.filter(marked.label.notnull()).select(
            name=plain(marked.label), id=marked["id"], active=marked.active
        ),
    ]
    aliases = members(marked, "aliases", "other")
    parts.append(aliases.select(name=plain(aliases.other), id=aliases["id"], active=aliases.active))
    every = union(parts)
    return every.group_by(["name", "id"]).aggregate(active=every.active.max())


def _tags(logs: Logs) -> ibis.Table:
    """(tags, tag, name): every distinct tag text of the completions, split."""
    return logs.relation("tag_texts", _split_tags)


def _split_tags(logs: Logs) -> ibis.Table:
    completions = logs.roles["completions"]
    lists = completions.filter(completions.tags.notnull()).select("tags").distinct()
    split = members(lists, "tags", "tag")
    return split.mutate(name=plain(split.tag))


def _used(logs: Logs) -> ibis.Table:
    """(competency, name): every distinct competency of the reviews."""
    return logs.relation("competency_texts", _distinct_competencies)


def _distinct_competencies(logs: Logs) -> ibis.Table:
    reviews = logs.roles["reviews"]
    used = reviews.filter(reviews.competency.notnull()).select("competency").distinct()
    return used.mutate(name=plain(used.competency))


def _completions_with(logs: Logs, bad: ibis.Table) -> ibis.Table:
    last = logs.relation("records", lambda logs: logs.roles["completions"])
    last = last.filter(~last.is_void).select(
        "record_id", "course_id", "tags", "file", "line", person=last.key
    )
    return last.join(bad, "tags")


def _names(logs: Logs) -> ibis.Table:
    return logs.relation("competency_names", lambda logs: names(logs.roles["competencies"]))


def unknown_tag(logs: Logs) -> ibis.Table:
    """TU0601: a tag that no version of any framework knows, as id, label or alias."""
    known = _names(logs).select("name").distinct()
    rows = []
    if logs.has("completions", "tags"):
        bad = _tags(logs).anti_join(known, "name")
        found = _completions_with(logs, bad)
        rows.append(
            fault_rows(
                found,
                "TU0601",
                field="tags",
                expected="a competency of the registry",
                actual=found.tag,
                detail="no framework version knows this tag",
            )
        )
    if logs.has("reviews", "competency"):
        bad = _used(logs).anti_join(known, "name")
        shown = _shown_with(logs, bad)
        rows.append(
            fault_rows(
                shown,
                "TU0601",
                field="competency",
                expected="a competency of the registry",
                actual=shown.competency,
                detail="no framework version knows the review system's competency",
            )
        )
    return union(rows) if rows else _nothing(logs)


def _shown_with(logs: Logs, bad: ibis.Table, *keys: str) -> ibis.Table:
    """The review rows of the bad ones; a row that names no record goes by the review system's own id."""
    reviews = logs.roles["reviews"].select(
        "review_record_id", "record_id", "person", "course_id", "competency", "label", "file", "line"
    )
    met = reviews.join(bad, list(keys) or ["competency"])
    return met.mutate(record_id=ibis.coalesce(met.record_id, met.review_record_id))


def _nothing(logs: Logs) -> ibis.Table:
    none = logs.roles["competencies"].filter(ibis.literal(value=False))
    return fault_rows(none, "TU0601", field="tags")


def label_drift(logs: Logs) -> ibis.Table:
    """TU0602: the label differs from every label that a living version of its competency id has."""
    registry = logs.roles["competencies"]
    living = _names(logs)
    reviews = logs.roles["reviews"]
    said = (
        reviews.filter(yes(reviews.competency.notnull() & reviews.label.notnull()))
        .select("competency", "label")
        .distinct()
    )
    said = said.mutate(name=plain(said.competency), shown=plain(said.label))
    means = said.join(living.select("name", "id").distinct(), "name")
    labels = registry.mutate(active=_active(registry)).filter(registry.label.notnull())
    alive = labels.group_by("id").aggregate(any_active=labels.active.max())
    labels = labels.join(alive, "id")
    labels = labels.filter(labels.active | ~labels.any_active)
    aliases = members(labels, "aliases", "other")
    right = union(
        [
            labels.select(id=labels["id"], shown=plain(labels.label)),
            aliases.select(id=aliases["id"], shown=plain(aliases.other)),
            labels.select(id=labels["id"], shown=plain(labels["id"])),
        ]
    ).distinct()
    fine = means.join(right, ["id", "shown"]).select("competency", "label").distinct()
    proper = labels.group_by("id").aggregate(proper=labels.label.argmin(labels.line))
    wrong = means.anti_join(fine, ["competency", "label"]).join(proper, "id")
    wrong = wrong.group_by(["competency", "label"]).aggregate(proper=wrong.proper.max())
    found = _shown_with(logs, wrong, "competency", "label")
    return fault_rows(
        found,
        "TU0602",
        field="label",
        expected=found.proper,
        actual=found.label,
        detail=ibis.literal("competency ") + found.competency,
    )


def _superseded(logs: Logs) -> ibis.Table:
    """(name, successor): names that mean only competencies that have a successor or are deprecated."""
    registry = logs.roles["competencies"]
    every = _names(logs)
    dead = every.group_by("name").aggregate(active=every.active.max(), id=every["id"].min())
    dead = dead.filter(~dead.active).drop("active")
    heirs = registry.group_by("id").aggregate(successor=registry.replaced_by.max())
    return dead.join(heirs, "id").select("name", "successor")


def superseded_competency(logs: Logs) -> ibis.Table:
    """TU0603: a competency with a successor, or one that is deprecated, is still used."""
    dead = _superseded(logs)
    rows = []
    if logs.has("completions", "tags"):
        found = _completions_with(logs, _tags(logs).join(dead, "name"))
        rows.append(
            fault_rows(
                found,
                "TU0603",
                field="tags",
                expected=found.successor.fill_null("a living competency"),
                actual=found.tag,
                detail="the source still tags with a superseded competency",
            )
        )
    if logs.has("reviews", "competency"):
        shown = _shown_with(logs, _used(logs).join(dead, "name"))
        rows.append(
            fault_rows(
                shown,
                "TU0603",
                field="competency",
                expected=shown.successor.fill_null("a living competency"),
                actual=shown.competency,
                detail="the review system still shows a superseded competency",
            )
        )
    return union(rows) if rows else _nothing(logs)


def unmapped_competency(logs: Logs) -> ibis.Table:
    """TU0604: one side has a competency that the registry knows, the other has none, where rows usually have one."""
    known = _names(logs).select("name").distinct()
    tagged = _tags(logs).join(known, "name").group_by("tags").aggregate(tag=ibis._.tag.min())
    pairs = logs.pairs
    rows = []
    if logs.facts.competency_filled >= FILLED:
        left = pairs.filter(
            yes(pairs.in_lms & pairs.in_review & pairs.tags.notnull() & pairs.h_competency.isnull())
        )
        found = left.join(tagged, "tags")
        rows.append(
            fault_rows(
                found,
                "TU0604",
                field="competency",
                expected=found.tag,
                detail="the source's tag is mapped to nothing in the review system",
            )
        )
    if logs.facts.tags_filled >= FILLED:
        used = _used(logs).join(known, "name").select("competency")
        bare = pairs.filter(
            yes(pairs.in_lms & pairs.in_review & pairs.tags.isnull() & pairs.h_competency.notnull())
        )
        shown = bare.join(used, bare.h_competency == used.competency)
        rows.append(
            fault_rows(
                shown,
                "TU0604",
                field="tags",
                expected=shown.h_competency,
                detail="the review system's competency comes from no tag of the source",
            )
        )
    return union(rows) if rows else _nothing(logs)


def obsolete_tag(logs: Logs) -> ibis.Table:
    """TU0605: a competency without a successor that nothing has used in the period."""
    registry = logs.roles["competencies"]
    listed = registry.group_by("id").aggregate(
        label=registry.label.min(),
        file=registry.file.min(),
        line=registry.line.min(),
        framework=registry.framework.min(),
        heirs=registry.replaced_by.count(),
    )
    living = listed.filter(listed.heirs == 0)
    used = []
    if logs.has("completions", "tags"):
        used.append(_tags(logs).select("name"))
    if logs.has("reviews", "competency"):
        used.append(_used(logs).select("name"))
    means = _names(logs)
    met = means.join(union(used).distinct(), "name").select("id").distinct()
    found = living.anti_join(met, "id")
    return fault_rows(
        found,
        "TU0605",
        field="id",
        expected="used in the period",
        actual=found["id"],
        detail=ibis.literal("framework ")
        + found.framework
        + ibis.literal(": nothing carries ")
        + found.label.fill_null(text("it")),
    )


def doubts(table: ibis.Table) -> dict[Doubt, ir.Value]:
    """What makes a record worth a closer look for TU0604."""
    both = table.in_lms & table.in_review
    return {Doubt.TAG: both & (table.tags.isnull() != table.h_competency.isnull())}


_USED = ("competencies", "reviews.competency")
FINDINGS = (
    Finding("TU0601", ("competencies",), unknown_tag),
    Finding("TU0602", (*_USED, "reviews.label"), label_drift),
    Finding("TU0603", ("competencies",), superseded_competency),
    Finding("TU0604", (*_USED, "completions.tags"), unmapped_competency, (Doubt.TAG,)),
    Finding("TU0605", ("competencies", "completions.tags"), obsolete_tag),
)
