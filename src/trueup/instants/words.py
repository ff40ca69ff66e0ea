"""The names of months, weekdays and halves of the day in many languages, from CLDR. Knows no dates.

Names are kept folded (`folding`), without dots. A word may mean two things, in one language ("mar" is March
and Tuesday in Spanish) or in two ("listopad" is October in Croatian, November in Polish and Czech): both are
kept, and who reads has to find what makes one sense of the whole text.
"""

import difflib
import re
from functools import cache

from babel import Locale, UnknownLocaleError, localedata

from trueup.instants.folding import fold
from trueup.instants.layout import Half

# the languages that are tried where none is declared, and the regional variants whose names they add
LANGUAGES: dict[str, tuple[str, ...]] = {
    "en": ("en", "en_GB", "en_AU"),
    "de": ("de", "de_AT", "de_CH"),
    "fr": ("fr", "fr_CA"),
    "es": ("es", "es_MX", "es_AR", "es_PE"),
    "it": ("it",),
    "pt": ("pt", "pt_PT"),
    "nl": ("nl",),
    "pl": ("pl",),
    "sv": ("sv",),
    "da": ("da",),
    "nb": ("nb", "nn"),
    "fi": ("fi",),
    "cs": ("cs",),
    "tr": ("tr",),
    "ja": ("ja",),
    "zh": ("zh", "zh_Hant"),
    "ko": ("ko",),
    "ar": ("ar", "ar_MA", "ar_DZ", "ar_TN"),
    "ru": ("ru",),
    "uk": ("uk",),
    "hu": ("hu",),
    "ro": ("ro",),
    "sk": ("sk",),
    "sl": ("sl",),
    "hr": ("hr",),
    "sr": ("sr", "sr_Latn"),
    "bg": ("bg",),
    "el": ("el",),
    "he": ("he",),
    "ca": ("ca",),
    "gl": ("gl",),
    "et": ("et",),
    "lv": ("lv",),
    "lt": ("lt",),
    "id": ("id",),
    "is": ("is",),
    "af": ("af",),
}
# abbreviations that spreadsheets and C libraries print and CLDR does not have
_MORE_MONTHS = {
    "de": {"mrz": 3, "maer": 3, "sep": 9},
    "en": {"sept": 9},
    "es": {"sep": 9, "set": 9},
    "fr": {"fev": 2, "sep": 9},
}
HALVES = {
    "am": Half.AM, "pm": Half.PM,
    "fm": Half.AM, "em": Half.PM,  # sv
    "ap": Half.AM, "ip": Half.PM,  # fi
    "dop": Half.AM, "odp": Half.PM, "pop": Half.PM,  # cs, sl
    "oo": Half.AM, "os": Half.PM,  # tr
    "午前": Half.AM, "午後": Half.PM, "上午": Half.AM, "下午": Half.PM,  # ja, zh
    "凌晨": Half.AM, "清晨": Half.AM, "早上": Half.AM, "中午": Half.PM,  # zh; 晚上 12 may be midnight
    "오전": Half.AM, "오후": Half.PM,  # ko
    "ص": Half.AM, "م": Half.PM,  # ar
    "дп": Half.AM, "пп": Half.PM,  # uk
    "πμ": Half.AM, "μμ": Half.PM,  # el
    "vm": Half.AM, "nm": Half.PM,  # af
}  # fmt: skip
# words between the parts of a date; they say nothing
FILLERS = frozenset({
    "a", "al", "alle", "am", "as", "at", "d", "da", "de", "del", "della", "den", "der", "di", "dia", "do", "du", "e", "ei",
    "el", "er", "gada", "godz", "h", "hora", "il", "kl", "klo", "la", "las", "le", "les", "los", "m", "nd", "o", "ob", "of",
    "om", "on", "os", "rd", "st", "th", "the", "u", "um", "uhr", "v", "в", "г", "год", "года", "о", "п", "р", "року", "у", "יום",
})  # fmt: skip
Meaning = tuple[str, int]  # ("month", 1-12) or ("weekday", Monday = 0)
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def known_language(code: str) -> str:
    """The CLDR code as Babel spells it; ValueError naming close ones where there is none."""
    try:
        return str(Locale.parse(code.replace("-", "_")))
    except (UnknownLocaleError, ValueError) as error:
        near = difflib.get_close_matches(code, localedata.locale_identifiers(), n=3) or list(LANGUAGES)[:5]
        raise ValueError(f"there is no language {code[:40]!r}; close to it: {', '.join(near)}") from error


@cache
def meanings(language: str | None) -> dict[str, dict[str, list[Meaning]]]:
    """What each word can mean, by language: the declared one alone, otherwise all of `LANGUAGES`."""
    languages = LANGUAGES
    if language is not None:
        code = known_language(language)
        languages = {code: (code, *LANGUAGES.get(code.partition("_")[0], ()))}
    found: dict[str, dict[str, list[Meaning]]] = {}
    for name, locales in languages.items():
        months, weekdays = _names(name, locales)
        for kind, names in (("month", months), ("weekday", weekdays)):
            for word, number in names.items():
                found.setdefault(word, {}).setdefault(name, []).append((kind, number))
    return found


def _names(language: str, locales: tuple[str, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """The months (1-12) and weekdays (Monday = 0) of a language, by folded word."""
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    for name in locales:
        locale = Locale.parse(name)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, text in locale.months[context][width].items():
                    _add(months, text, number)
                for number, text in locale.days[context][width].items():
                    _add(weekdays, text, number)
    for word, number in _MORE_MONTHS.get(language.partition("_")[0], {}).items():
        months.setdefault(word, number)
    if language == "he":  # the pattern puts "in" before the month: 6 במרץ
        months |= {"ב" + word: number for word, number in months.items()}
    return months, weekdays


def _add(names: dict[str, int], text: str, number: int) -> None:
    """Keeps a name under its last word, and a hyphenated one ("segunda-feira") under its first part too."""
    found = WORD.findall(fold(text).replace(".", ""))
    if found and "0" not in fold(text) and not any(char.isdigit() for char in text):
        names.setdefault(found[-1], number)
        names.setdefault(found[-1].partition("-")[0], number)
