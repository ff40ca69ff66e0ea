"""How a verb answers in JSON: one document on stdout. Knows no verb and no contract."""

from __future__ import annotations

import json
import sys


def answer_json(document: object) -> None:
    """Writes the document, indented, letters as they are, with a line end."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
