"""Files written again with some rows changed or gone. Knows formats, not what is wrong or why.

`rewrite` reads a file chunk by chunk, asks `decide` what becomes of each chunk's rows, and writes the file
again in its own format. Rows that nobody changes are copied as they are.
"""

from trueup.reconcile.rewriting.opening import rewrite, written_as
from trueup.reconcile.rewriting.rows import Decide, Edit, Reading, Rows

__all__ = ["Decide", "Edit", "Reading", "Rows", "rewrite", "written_as"]
