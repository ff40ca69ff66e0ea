"""The model that scores a pair: which columns are compared, at which levels, and how it is fitted.

Fellegi-Sunter by Splink 5: u from a random sample, m by expectation maximisation, frequencies of names and places as
Splink adjusts for them. The same settings run on Spark; a fitted model is a JSON file of numbers for these levels.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException

from trueup.identity.matching.candidates import ACCOUNTS, PEOPLE
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from duckdb import DuckDBPyConnection
    from splink.internals.comparison_creator import ComparisonCreator
    from splink.internals.splink_dataframe import SplinkDataFrame

SEED = 1
SAMPLE = 3e5  # pairs that u is estimated over
RAREST = 5e-7  # u of what no two strangers of a sample showed
ENOUGH = 20  # pairs that a round of expectation maximisation needs
UNSEEN = 0.01  # m of a level that no training pair showed: rare among matches, but worth something

Chance = Annotated[float, msgspec.Meta(gt=0, le=1)]


class ModelError(ToldError):
    """A model that can't score."""


class Fitted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was learned: for each comparison m and u of its levels, in their order. Numbers alone: no SQL is read."""

    schema: Literal["trueup.identity-model/1"]
    within: bool
    probability: Chance
    levels: dict[str, tuple[tuple[Chance, Chance], ...]]


def usual(people: int, *, within: bool) -> Fitted:
    """The weights of a made company, for so few people that nothing can be learned of them."""
    kept = files("trueup.identity.matching").joinpath("usual.json").read_bytes()
    found = next(one for one in msgspec.json.decode(kept, type=list[Fitted]) if one.within == within)
    return msgspec.structs.replace(found, probability=1 / max(people, 2))


_SPELT = "(list_contains(spellings_l, letters_r) or list_contains(spellings_r, letters_l))"

_FREQUENT = (
    "full_name",
    "given",
    "family",
    "department",
    "city",
)  # whose agreement is worth more where it is rare

# who shares these is likely one person, where neither numbers nor addresses say so
_NAMED = (("given", "family", "city"), ("given", "family", "department"))
# what a name makes of itself is no second witness to it
_APART = f"domains_l <> domains_r and {_SPELT}"


def _level(sql: str, what: str) -> cll.CustomLevel:
    return cll.CustomLevel(sql, what)


def _name() -> cl.CustomComparison:
    nick = cll.ArrayIntersectLevel("nicks", min_intersection=1)
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.And(cll.NullLevel("given"), cll.NullLevel("family")),
            cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
            _level("family_l = given_r and given_l = family_r", "first and last name changed places"),
            cll.And(nick, cll.ExactMatchLevel("family")),
            _level(
                "given_l = given_r and (list_contains(families_l, family_r) or list_contains(families_r, family_l)"
                " or list_has_any(families_l, families_r))",
                "first name and a former last name",
            ),
            _level(
                "family_l = family_r and initial_l = initial_r and (length(given_l) = 1 or length(given_r) = 1)",
                "initial and last name",
            ),
            cll.And(cll.JaroWinklerLevel("given", 0.88), cll.JaroWinklerLevel("family", 0.92)),
            cll.And(nick, cll.JaroWinklerLevel("family", 0.85)),
            cll.ExactMatchLevel("given", term_frequency_adjustments=True),
            cll.ExactMatchLevel("family", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ],
    )


def _mail() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="mail",
        comparison_levels=[
            _level("len(addresses_l) = 0 or len(addresses_r) = 0", "no address").configure(
                is_null_level=True
            ),
            _level("list_has_any(addresses_l, addresses_r)", "same address"),
            _level(
                "list_has_any(boxes_l, boxes_r) and holders_l <= 1 and holders_r <= 1",
                "same mailbox at domains that belong together, one person's",
            ),
            _level("list_has_any(boxes_l, boxes_r)", "same mailbox at domains that belong together"),
            _level(f"full_name_l = full_name_r and {_APART}", "made of the name that both have").configure(
                is_null_level=True
            ),
            _level("list_has_any(mailboxes_l, mailboxes_r)", "same mailbox, another domain"),
            _level("domains_l = domains_r and letters_l = letters_r", "same mailbox but for digits"),
            _level(f"domains_l = domains_r and {_SPELT}", "mailbox made of the other's name"),
            cll.And(_level("domains_l = domains_r", "one family"), cll.LevenshteinLevel("mailbox", 1)),
            _level(_SPELT, "mailbox made of the other's name, another domain"),
            _level("not company_l or not company_r", "a private address"),
            cll.ElseLevel(),
        ],
    )


def _number() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="number",
        comparison_levels=[
            _level(
                "(number_l is null and len(numbers_l) = 0) or (number_r is null and len(numbers_r) = 0)",
                "no number",
            ).configure(is_null_level=True),
            _level("number_l = number_r", "same number"),
            _level(
                "list_contains(numbers_l, number_r) or list_contains(numbers_r, number_l)", "former number"
            ),
            _level(
                "number_l is not null and number_r is not null and not (owned_l and owned_r)"
                " and damerau_levenshtein(number_l, number_r) = 1",
                "one digit apart, and nobody's",
            ),
            _level("owned_l and owned_r", "the number of another"),
            cll.ElseLevel(),
        ],
    )


def _context(column: str) -> ComparisonCreator:
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


def settings(*, within: bool) -> SettingsCreator:
    """What is compared and how; `within` one system, or between people and accounts."""
    return SettingsCreator(
        link_type="dedupe_only" if within else "link_only",
        comparisons=[_name(), _mail(), _number(), _context("department"), _context("city")],
        blocking_rules_to_generate_predictions=[block_on("number")],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def corrected(saved: Mapping[str, Any], *, within: bool) -> Fitted:
    """What was learned, with a u that no longer counts the true matches that the random sample held.

    Of rare agreement most is by matches: u as sampled is u + p m, with p the share of matches among all pairs. No
    level is rarer than one pair of the sample, and one that never occurred is as rare as that. One that no match
    showed either keeps a small m, so that a former number counts in a company that has seen none yet.
    """
    share = float(saved["probability_two_random_records_match"])
    levels = {}
    for comparison in saved["comparisons"]:
        weights = []
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                m = level.get("m_probability") or UNSEEN
                weights.append((m, max((level.get("u_probability") or 0) - share * m, RAREST)))
        levels[comparison["output_column_name"]] = tuple(weights)
    return Fitted("trueup.identity-model/1", within, share, levels)


def _with(fitted: Fitted, *, within: bool) -> dict[str, Any]:
    """The settings with the weights of a fitted model. Raises ModelError where those are of other levels."""
    asked = settings(within=within).create_settings_dict(sql_dialect_str="duckdb")
    asked["probability_two_random_records_match"] = fitted.probability
    for comparison in asked["comparisons"]:
        name = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        weights = fitted.levels.get(name, ())
        if len(weights) != len(levels) or fitted.within != within:
            raise ModelError(
                f"the model was learned for another comparison of {name}",
                "one that this version saved, of the same kind: with a roster, or among accounts",
                "learn it again with --save-model",
            )
        for level, (m, u) in zip(levels, weights, strict=True):
            level["m_probability"], level["u_probability"] = m, u
    return asked


class Model:
    """A scorer of pairs over the prepared sides."""

    def __init__(self, con: DuckDBPyConnection, fitted: Fitted | None, *, within: bool) -> None:
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._con = con
        self._api = DuckDBAPI(connection=con)
        sides = [self._api.register("accounts_side", dataset_display_name=ACCOUNTS)]
        if not within:
            sides.insert(0, self._api.register("people_side", dataset_display_name=PEOPLE))
        self.linker = Linker(
            sides, _with(fitted, within=within) if fitted else settings(within=within), log_level=None
        )
        self.within = within

    def fit(self, tell: Callable[[str], None]) -> None:
        """Learns the weights from the data itself, without labels.

        From pairs that share a number or an address; in their absence from those that share a name and a place.
        """
        train = self.linker.training
        sure = [rule for rule in (("address",), ("number", "family"), *_NAMED) if self._pairs(rule)]
        tell("learning how often strangers agree")
        train.estimate_probability_two_random_records_match(
            [block_on(*rule) for rule in sure[:2]], recall=0.75
        )
        train.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=SEED)
        enough = [rule for rule in (("number",), ("address",), *_NAMED) if self._pairs(rule) >= ENOUGH]
        for rule in enough[:2]:
            tell("learning how often one person's records agree, where they share " + " and ".join(rule))
            # a level that fades away among few pairs ends the round: what it would have taught stays unseen
            with suppress(ValueError, EMTrainingException):
                train.estimate_parameters_using_expectation_maximisation(
                    block_on(*rule), fix_probability_two_random_records_match=True
                )

    def _pairs(self, rule: tuple[str, ...]) -> int:
        """How many pairs agree in all of these columns."""
        columns = ", ".join(rule)
        there = " and ".join(f"{column} is not null" for column in rule)
        if self.within:
            counted = f"select n * (n - 1) / 2 as n from (select count(*) as n from accounts_side where {there} group by {columns})"
        else:
            counted = f"""select l.n * r.n as n
              from (select {columns}, count(*) as n from people_side where {there} group by {columns}) l
              join (select {columns}, count(*) as n from accounts_side where {there} group by {columns}) r
              using ({columns})"""
        return int(self._con.execute(f"select coalesce(sum(n), 0) from ({counted})").fetchall()[0][0])

    def fitted(self) -> Fitted:
        """What was learned, to score with again."""
        return corrected(self.linker.misc.save_model_to_json(), within=self.within)

    def terms(self) -> dict[str, str]:
        """The tables of how frequent the values of each column are, by column, for another scorer to take."""
        return {
            column: self.linker.table_management.compute_tf_table(column).physical_name
            for column in _FREQUENT
        }

    def take_terms(self, tables: Mapping[str, str]) -> None:
        """Takes the frequencies that another scorer counted."""
        for column, table in tables.items():
            counted = self._api.register(table, dataset_display_name=f"frequency_of_{column}")
            self.linker.table_management.register_term_frequency_lookup(counted, column)

    def scored(self, lowest: float) -> SplinkDataFrame:
        """The pairs of table `pairs` with a weight of at least `lowest` bits."""
        blocked = self._api.register("pairs", dataset_display_name="pairs")
        self.linker.table_management.register_blocked_pairs_for_predict(blocked)
        return self.linker.inference.predict(threshold_match_weight=lowest, warning_mode="never")
