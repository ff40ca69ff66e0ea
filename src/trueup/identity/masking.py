"""Personal values marked inside sentences. Knows the marks, not what is done with them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def marked(value: ir.Value) -> ir.Value:
    """A personal value inside a sentence, so that it can be masked there."""
    return ibis.literal("⟦") + value + ibis.literal("⟧")
