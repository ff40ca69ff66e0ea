"""Evidence packs keep the contract: what nobody can write is told to a person."""

from dataclasses import replace

import pytest
from contract import GOOD, TargetContract

from trueup.connectors.evidence_pack import EvidencePack
from trueup.connectors.target import Options, UnfitError


class TestEvidencePack(TargetContract):
    @pytest.fixture
    def target(self):
        return EvidencePack(Options("", "", {"link": "https://trueup.example.com/"}))

    def test_whoever_is_not_known_waits(self, target):
        with pytest.raises(UnfitError) as said:
            target.record(replace(GOOD, person=None))
        assert said.value.fault.code == "TU0103"

    def test_a_link_begins_where_the_service_is(self, target):
        assert target.link == "https://trueup.example.com"
