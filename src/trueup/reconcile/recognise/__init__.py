"""Which system a file comes from, which role it has, which column is which. Knows layouts, opens no file."""

from trueup.reconcile.recognise.choosing import recognise
from trueup.reconcile.recognise.claim import Claim, Need, Sample

__all__ = ["Claim", "Need", "Sample", "recognise"]
