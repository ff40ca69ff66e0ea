"""What agrees between a person and an account, field by field, in words that a steward reads. No value stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# field -> (SQL over a person p, an account a, their weights and owners o; what it says), the first that holds; {x} is
# what agrees in a gate's sense
_SAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "name": (
        ("a.given is null and a.family is null", "not given"),
        ("p.full_name = a.full_name", "the same"),
        ("p.family = a.given and p.given = a.family", "first and last name changed places"),
        ("p.family = a.family and list_has_any(p.nicks, a.nicks)", "a short form of the first name"),
        ("{name} and p.given = a.given", "the same first name, a former or part of the last name"),
        ("{name}", "an initial and the last name"),
        ("p.family = a.family", "only the last name is the same"),
        ("p.given = a.given", "only the first name is the same"),
        ("mw_name > 0", "much alike"),
    ),
    "mail": (
        ("len(a.addresses) = 0", "not given, or shared by many"),
        ("{address}", "the same address"),
        ("{mailbox}", "the same mailbox at a domain that belongs with it"),
        ("list_has_any(p.boxes, a.boxes)", "a mailbox that several have at domains that belong together"),
        ("list_has_any(p.mailboxes, a.mailboxes)", "the same mailbox at another domain"),
        ("list_contains(p.spellings, a.letters)", "a mailbox made of the same name"),
        ("not a.company", "a private address"),
        ("mw_mail > 0", "much alike"),
    ),
    "number": (
        ("a.number is null", "not given"),
        ("a.number = p.number", "the same"),
        ("{number}", "a former one"),
        ("o.owners > 0", "the number of another"),
        ("mw_number > 0", "one digit apart"),
    ),
    "department": (
        ("a.department is null or p.department is null", "not given"),
        ("a.department = p.department", "the same"),
    ),
    "city": (("a.city is null or p.city is null", "not given"), ("a.city = p.city", "the same")),
}
_OTHERWISE = "another"


def said_of(agrees: Mapping[str, str]) -> str:
    """The SQL of it: JSON of {field: {says, bits}}. `agrees` is the SQL of what agrees, by name."""
    fields = []
    for field, cases in _SAYS.items():
        whens = " ".join(f"when {sql.format(**agrees)} then '{words}'" for sql, words in cases)
        says = f"case {whens} else '{_OTHERWISE}' end"
        fields.append(f"'{field}', json_object('says', {says}, 'bits', round(mw_{field}, 1))")
    return f"json_object({', '.join(fields)})"
