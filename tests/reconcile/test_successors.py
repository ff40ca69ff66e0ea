import pytest

from trueup.reconcile.successors import heirs_of


def one(
    name: str, replaced_by: str | None = None, status: str = "active", **said: str | None
) -> dict[str, object]:
    return {"id": name, "label": f"Label {name}", "status": status, "replaced_by": replaced_by, **said}


@pytest.mark.parametrize(
    ("registry", "heir"),
    [
        ([one("A", "B", "deprecated"), one("B")], "B"),
        ([one("A", "b"), one("B")], "B"),  # spelling aside
        ([one("A", "B"), one("B", "C"), one("C")], "C"),  # a chain has an end
        ([one("A", "B"), one("A", "C"), one("B"), one("C")], None),  # split in two rows
        ([one("A", "B;C"), one("B"), one("C")], None),  # split in one cell
        ([one("A", "B"), one("B", "A")], None),  # a circle
        ([one("A", "B")], None),  # nobody knows the successor
        ([one("A", "B"), one("B", status="deprecated")], None),  # which is dead as well
        ([one("A", status="deprecated")], None),  # no successor at all
        ([one("A")], None),  # living
        ([one("A", "B", "deprecated", version="1"), one("A", version="2"), one("B")], None),  # living again
    ],
)
def test_only_one_living_successor_is_an_heir(registry, heir):
    found = heirs_of(registry).get("a")
    assert (found.id if found else None) == heir


def test_the_label_is_in_the_language_that_the_old_one_had():
    registry = [
        one("A", "B", language="de", label="Verhandeln"),
        one("B", language="en", label="Negotiation"),
        one("B", language="de", label="Verhandlung", aliases="deals; Talks"),
    ]
    heir = heirs_of(registry)["a"]
    assert heir.label == "Verhandlung"
    assert heir.names == {"b", "negotiation", "verhandlung", "deals", "talks"}


def test_without_a_language_in_common_any_label_of_the_successor_is_right():
    registry = [one("A", "B", language="fr"), one("B", language="en", label="Negotiation")]
    assert heirs_of(registry)["a"].label == "Negotiation"


def test_a_successor_without_a_label_has_none_to_show():
    assert heirs_of([one("A", "B"), one("B", label=None)])["a"].label is None
