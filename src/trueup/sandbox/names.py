"""Names of people who do not exist, in several scripts, each with its Latin spelling. Knows no persons."""

from random import Random

Name = tuple[str, str]  # as written, in ASCII


def _plain(text: str) -> tuple[Name, ...]:
    """Names that are their own Latin spelling, or `name/ascii`."""
    return tuple(
        (written, latin or written) for written, _, latin in (word.partition("/") for word in text.split())
    )


LATIN_FIRST = _plain(
    "Anna Ben Carla David Elena Felix Grace Hugo Ines/Ines Jonas Karin Liam Marta Noah Olga Paul Rosa Simon "
    "Tessa Viktor Zoë/Zoe Jürgen/Juergen Björn/Bjoern Chloé/Chloe José/Jose Łukasz/Lukasz Małgorzata/Malgorzata "
    "Åsa/Asa Şule/Sule Anh Søren/Soeren Aoife"
)
LATIN_LAST = _plain(
    "Meier Weber Bauer Brandt Keller Novak Horak Rossi Costa Silva Lopes Martin Bernard Dubois Taylor Harper "
    "Bennett Doyle Larsen Berg Lind Kovacs Popescu Müller/Mueller Schröder/Schroeder Großmann/Grossmann "
    "Jørgensen/Joergensen Dvořák/Dvorak Wiśniewska/Wisniewska Żak/Zak Muñoz/Munoz Lefèvre/Lefevre "
    "Yılmaz/Yilmaz Nguyễn/Nguyen Ó-Briain/Obriain O'Malley/Omalley Weiß/Weiss Åkesson/Akesson"
)
# (how many of a hundred people, first names, last names)
REGIONS: tuple[tuple[int, tuple[Name, ...], tuple[Name, ...]], ...] = (
    (70, LATIN_FIRST, LATIN_LAST),
    (
        6,
        _plain("Ольга/Olha Дмитро/Dmytro Ірина/Iryna Олександр/Oleksandr"),
        _plain("Шевчук/Shevchuk Коваль/Koval Бондар/Bondar Мельник/Melnyk"),
    ),
    (
        5,
        _plain("Ελένη/Eleni Νίκος/Nikos Σοφία/Sofia"),
        _plain("Παππάς/Pappas Νικολάου/Nikolaou Βλάχος/Vlachos"),
    ),
    (
        8,
        _plain("आशा/Asha रवि/Ravi मीरा/Meera अर्जुन/Arjun"),
        _plain("शर्मा/Sharma राव/Rao गुप्ता/Gupta नायर/Nair"),
    ),
    (4, _plain("ليلى/Layla عمر/Omar سارة/Sara"), _plain("حداد/Haddad منصور/Mansour خوري/Khoury")),
    (4, _plain("美咲/Misaki 健太/Kenta 陽子/Yoko"), _plain("佐藤/Sato 田中/Tanaka 山本/Yamamoto")),
    (3, _plain("伟/Wei 静/Jing 磊/Lei"), _plain("王/Wang 李/Li 陈/Chen")),
)
_WEIGHTS = [weight for weight, _, _ in REGIONS]


def make_name(dice: Random) -> tuple[Name, Name]:
    """A first and a last name of one region. Few enough that a large company has many same-name colleagues."""
    _, first, last = dice.choices(REGIONS, _WEIGHTS)[0]
    return dice.choice(first), dice.choice(last)


def other_last_name(dice: Random, last: Name) -> Name:
    """A last name taken on by marriage, say: another one of the same list."""
    pool = next(lasts for _, _, lasts in REGIONS if last in lasts)
    return dice.choice([name for name in pool if name != last])
