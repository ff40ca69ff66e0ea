"""How long an answer asks to wait: Retry-After in seconds or as an HTTP date. Knows the header, no attempt.

RFC 9110, 10.2.3; of the dates of 5.6.7 the preferred form, which is the only one that is sent today.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import DAY, HOUR, MINUTE, SECOND, or_null

_SECONDS = r"^\d{1,9}(\.\d{1,9})?$"
_DATE = r"^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) gmt$"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TO_1970 = 719_468  # days from 1 March of year 0 to 1 January 1970


def asked_for(said: ir.Value, at: ir.Value) -> ir.Value:
    """The wait that an answer at an instant asks for, in microseconds; null where it asks for none."""
    plain = said.strip().lower()
    seconds = ibis.ifelse(plain.re_search(_SECONDS), plain, or_null("string")).cast("float64")
    return ibis.coalesce((seconds * SECOND).round().cast("int64"), _http_date(plain) - at)


def _http_date(plain: ir.Value) -> ir.Value:
    """`mon, 25 may 2026 19:02:56 gmt` as microseconds since 1970; null where the text is something else."""
    dated = ibis.ifelse(plain.re_search(_DATE), plain, or_null("string"))

    def part(nth: int) -> ir.Value:
        return dated.re_extract(_DATE, nth).cast("int64")

    name = dated.re_extract(_DATE, 2)
    month = ibis.cases(*[(name == one, at) for at, one in enumerate(_MONTHS, 1)], else_=or_null("int64"))
    early = ibis.ifelse(month <= 2, 1, 0)  # January and February belong to the year before
    year, since_march = part(3) - early, month - 3 + 12 * early
    days = year * 365 + year // 4 - year // 100 + year // 400
    days = days + (since_march * 153 + 2) // 5 + part(1) - 1 - _TO_1970
    return days * DAY + part(4) * HOUR + part(5) * MINUTE + part(6) * SECOND
