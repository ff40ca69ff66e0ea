"""The forms of a column's texts: what is the same but for its digits. Knows digits, not what a form means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHAPED = np.arange(256, dtype=np.uint8)
_SHAPED[48:58] = 48


def form_codes(column: pa.Array) -> tuple[NDArray[np.int32], list[str], list[int]]:
    """For each text the number of its form (-1 for null), the forms, and the first place of each.

    A form is the text with every ASCII digit as 0.

    >>> codes, forms, firsts = form_codes(pa.array(["2026-01-02", None, "1 May", "2025-12-31"]))
    >>> codes.tolist(), forms, firsts
    ([0, -1, 1, 0], ['0000-00-00', '0 May'], [0, 2])
    """
    coded = shaped(column).dictionary_encode()
    codes: NDArray[np.int32] = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    forms: list[str] = coded.dictionary.to_pylist()
    if len(forms) < 2:  # the usual case, without sorting
        return codes, forms, [int(np.argmax(codes == 0))] if forms else []
    found, firsts = np.unique(codes, return_index=True)
    return codes, forms, firsts[found >= 0].tolist()


def shaped(column: pa.Array) -> pa.Array:
    """The texts of a string column with every ASCII digit as 0."""
    validity, offsets, data = column.buffers()
    if data is None or not len(column):
        return column
    ends = np.frombuffer(offsets, np.int32, len(column) + 1, column.offset * 4)
    octets = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    zeroed = pa.py_buffer(_SHAPED[octets])
    valid = None if validity is None else column.is_valid().buffers()[1]
    return pa.Array.from_buffers(pa.string(), len(column), [valid, pa.py_buffer(ends - ends[0]), zeroed])
