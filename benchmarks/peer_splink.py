"""Splink as its documentation sets it up: `python peer_splink.py PEOPLE|- ACCOUNTS OUT`. Fields as given, no rules of ours.

Writes OUT (account, person, weight): every pair of a probability of at least a hundredth.
"""

import logging
import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

PLACES = ("department", "city")


def main(people: str, accounts: str, out: str) -> None:
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    fields = "lower(first_name) first_name, lower(last_name) last_name, lower(email) email, employee_number, department, city"
    con.execute(f"create table b as select account_name as unique_id, {fields} from '{accounts}'")
    if people != "-":
        con.execute(f"create table a as select person_id as unique_id, {fields} from '{people}'")
    api = DuckDBAPI(connection=con)
    sides = [
        api.register(name, dataset_display_name=name) for name in (("a", "b") if people != "-" else ("b",))
    ]
    linker = Linker(
        sides if people != "-" else sides[0],
        SettingsCreator(
            link_type="link_only" if people != "-" else "dedupe_only",
            comparisons=[
                cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
                cl.NameComparison("last_name").configure(term_frequency_adjustments=True),
                cl.EmailComparison("email"),
                cl.LevenshteinAtThresholds("employee_number", [1]),
                *(cl.ExactMatch(place).configure(term_frequency_adjustments=True) for place in PLACES),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("email"),
                block_on("employee_number"),
                block_on("first_name", "last_name"),
                block_on("last_name", "city"),
                block_on("last_name", "department"),
            ],
            retain_matching_columns=False,
        ),
        log_level=None,
    )
    train = linker.training
    train.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("employee_number", "last_name")], recall=0.7
    )
    train.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (("employee_number",), ("first_name", "last_name")):
        train.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    scored = linker.inference.predict(threshold_match_probability=0.01).physical_name
    con.execute(
        f"copy (select unique_id_r as account, unique_id_l as person, match_weight as weight from {scored}) to '{out}'"
    )


if __name__ == "__main__":
    main(*sys.argv[1:4])
