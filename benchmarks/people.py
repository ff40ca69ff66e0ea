"""Made-up people and the accounts that a learning system has of them: `python people.py ROWS SEED OUT`.

Writes OUT/people.parquet and OUT/accounts.parquet in canonical columns, and OUT/truth.parquet (account_name,
person_id; null where the account is nobody's in the roster). Names by their frequencies in the US census of 1990
(package `names`) and of other countries; nicknames of package `nicknames`. Of a hundred accounts 93 have their person in
the roster; half lack a number; mailboxes are renamed, shortened, mistyped, private, shared and given to the next hire;
namesakes work in one department, siblings in one team.
"""

import bisect
import csv
import random
import string
import sys
import unicodedata
import uuid
from collections import defaultdict
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FAMILIES = (
    "müller schröder jäger größe weiß köhler böhm lindström åkesson sørensen jørgensen dvořák łukasiewicz wiśniewski wójcik"
    " kowalczyk żak gonzález muñoz peña núñez françois lefèvre yılmaz şahin öztürk çelik ivanov petrov smirnov kuznetsov"
    " shevchenko bondarenko trần phạm"
).split()
FIRST = "jürgen björn søren zoë chloé renée andré josé maría łukasz małgorzata gökhan yuri sergei oleksandr dmytro håkan åsa".split()
SPELT = {
    "yuri": ["iouri", "yury", "jurij"],
    "sergei": ["sergey", "serguei"],
    "oleksandr": ["alexander", "aleksandr"],
    "dmytro": ["dmitry", "dmitri"],
    "shevchenko": ["schewtschenko", "sevcenko"],
    "kuznetsov": ["kouznetsov", "kuznecov"],
    "smirnov": ["smirnoff"],
    "ivanov": ["iwanow"],
    "petrov": ["petroff"],
}
LETTERS = dict(
    zip(
        "üöäßåøłşığ",
        ("ue u", "oe o", "ae a", "ss s", "aa a", "o o", "l l", "s sh", "i i", "g g"),
        strict=True,
    )
)
TEAMS = [
    f"{where} {what}"
    for where in ("north", "south", "east", "west", "global", "field", "retail", "plant", "lab", "hq")
    for what in (
        "sales",
        "finance",
        "hr",
        "it",
        "ops",
        "legal",
        "quality",
        "logistics",
        "support",
        "training",
    )
]
CITIES = (
    "leeds london york derby hull bristol cardiff glasgow oslo berlin munich paris lyon madrid porto krakow warsaw prague"
    " vienna milan turin athens izmir kyiv boston dallas denver austin miami tampa reno"
).split()
DOMAINS = (  # today's, the one after the merger, those of systems
    ("acme.example", "acme-group.example", ("lms.acme.example",)),
    ("globex.example", "acme.example", ()),
    ("initech.example", "initech-corp.example", ("learn.initech.example",)),
    ("umbra.example", "umbra-holding.example", ()),
)
PRIVATE = ("mail.example", "post.example", "web.example", "inbox.example")
SHARED = ("training", "reception", "shift", "site", "team")


def census(name: str) -> tuple[list[str], list[float]]:
    """The names of a list and their frequencies, summed up."""
    rows = [line.split() for line in files("names").joinpath(name).read_text().splitlines()]
    return [row[0].lower() for row in rows], list(accumulate(float(row[1]) + 0.0005 for row in rows))


def nicknames() -> dict[str, list[str]]:
    known = defaultdict(list)
    for full, relation, short in csv.reader(
        files("nicknames").joinpath("names.csv").read_text().splitlines()
    ):
        if relation == "has_nickname":
            known[full].append(short)
    return known


class Made:
    """The company as it grows, person by person."""

    def __init__(self, seed: int, rows: int) -> None:
        self.r = random.Random(seed)
        self.rows = rows
        self.people, self.accounts = [], []
        self.boxes, self.given_up, self.number = set(), [], 100_000
        self.last, self.female, self.male = map(
            census, ("dist.all.last", "dist.female.first", "dist.male.first")
        )
        self.nicks = nicknames()

    def of(self, frequencies):
        names, sums = frequencies
        return names[bisect.bisect(sums, self.r.random() * sums[-1])]

    def family(self):
        return self.r.choice(FAMILIES) if self.r.random() < 0.12 else self.of(self.last)

    def first(self):
        return (
            self.r.choice(FIRST)
            if self.r.random() < 0.08
            else self.of(self.r.choice((self.female, self.male)))
        )

    def plain(self, name, way=0):
        """Without accents, by one of two ways of writing them."""
        spelt = "".join(LETTERS[c].split()[way] if c in LETTERS else c for c in name)
        return "".join(c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))

    def local(self, name, way=0):
        return self.plain(name, way).replace("'", "").replace(" ", "")

    def typo(self, word):
        if len(word) < 3:
            return word
        at, letter = self.r.randrange(1, len(word)), self.r.choice(string.ascii_lowercase)
        return self.r.choice(
            (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :])
        )

    def uuid(self):
        return str(uuid.UUID(int=self.r.getrandbits(128), version=4))

    def mailbox(self, first, family, domain):
        one, other, way = self.local(first), self.local(family), self.r.random()
        base = f"{one}.{other}" if way < 0.7 else f"{one[0]}{other}" if way < 0.9 else f"{one}{other[0]}"
        box, n = base, 1
        while (box, domain) in self.boxes:
            n += 1
            box = f"{base}{n}"
        self.boxes.add((box, domain))
        return box

    def next_number(self):
        self.number += self.r.randrange(1, 4)
        return str(self.number)

    def person(self, *, first=None, family=None, team=None, city=None, alone=True):
        """One person in the roster, their accounts, and now and then a colleague who is easily taken for them."""
        chance, r = self.r.random, self.r
        first, family = first or self.first(), family or self.family()
        team, city = team or r.choice(TEAMS), city or r.choice(CITIES)
        domain, merged, systems = DOMAINS[r.choice((0, 0, 1, 1, 2, 3))]
        maiden = None
        if chance() < 0.05:
            maiden, family = family, self.family() if chance() < 0.7 else f"{family}-{self.family()}"
        box = self.mailbox(first, family, domain)
        number = None if chance() < 0.08 else self.next_number()
        former = None
        if number and chance() < 0.04:  # left and came back
            former, number = number, self.next_number()
            if chance() < 0.1:
                self.given_up.append(former)
        elif number and self.given_up and chance() < 0.002:
            number = self.given_up.pop(r.randrange(len(self.given_up)))
        pid = self.uuid()
        self.people.append(
            {
                "person_id": pid,
                "employee_number": number,
                "former_numbers": former if chance() < 0.5 else None,
                "email": f"{box}@{domain}",
                "first_name": first,
                "last_name": family,
                "former_last_names": maiden if chance() < 0.4 else None,
                "department": team,
                "city": city,
            }
        )
        for _ in range(r.choices((0, 1, 2, 3), (5, 79, 14, 2))[0]):
            stale = maiden is not None and chance() < 0.6
            names = self.as_typed(first, maiden if stale else family)
            mail = self.as_noted(
                first,
                names,
                f"{self.local(first)}.{self.local(maiden)}" if stale else box,
                (domain, merged, systems),
                city,
                current=not stale,
            )
            noted = former if former and chance() < 0.6 else number
            self.account(pid, *names, mail, self.number_as_noted(noted), *self.place_as_noted(team, city))
        if alone:
            kin = chance()
            if kin < 0.01:
                self.person(family=family, team=team, city=city, alone=False)
            elif kin < 0.02:
                near = chance() < 0.3
                self.person(
                    first=first,
                    family=family,
                    team=team if near else None,
                    city=city if near else None,
                    alone=False,
                )

    def as_typed(self, first, family):
        r, chance, way = self.r, self.r.random, self.r.random()
        if way < 0.13 and self.nicks.get(first):
            first = r.choice(self.nicks[first])
        elif way < 0.17:
            first = first[0]
        elif way < 0.21:
            first = self.typo(first)
        elif way < 0.24:
            first = r.choice(SPELT.get(first, [first]))
        elif way < 0.27:
            first = f"{first} {self.first()}"
        family = (
            self.typo(family)
            if chance() < 0.04
            else r.choice(SPELT[family])
            if family in SPELT and chance() < 0.3
            else family
        )
        if chance() < 0.5:
            way = r.randrange(2)
            first, family = self.plain(first, way), self.plain(family, way)
        return (family, first) if chance() < 0.02 else (first, family)

    def as_noted(self, first, names, box, domains, city, *, current):  # noqa: C901 - one habit a line
        r, way = self.r, self.r.random()
        domain, merged, systems = domains
        one, other = (self.local(name) for name in names)
        if way < 0.42 and current:
            mail = f"{box}@{domain}"
        elif way < 0.48:
            mail = f"{box}+{r.choice(('lms', 'training', 'learn', '1'))}@{domain}"
        elif way < 0.54:
            mail = f"{box.replace('.', '')}@{domain}"
        elif way < 0.60:
            mail = f"{one[:1]}{other}@{domain}"
        elif way < 0.74:
            mail = f"{box}@{merged}"
        elif way < 0.77:
            mail = f"{box}@{r.choice(systems) if systems else domain}"
        elif way < 0.86:
            own = self.local(first)
            mail = (
                r.choice((f"{own}.{other}", f"{own}{other}{r.randrange(60, 99)}", f"{own[:1]}{other}"))
                + f"@{r.choice(PRIVATE)}"
            )
        elif way < 0.88:
            mail = f"{r.choice(SHARED)}.{city}@{domain}"
        elif way < 0.91:
            mail = f"{self.typo(box)}@{domain}"
        elif way < 0.95:
            mail = f"{box}@{domain}"
        else:
            return None
        return r.choice((mail.title(), mail.upper())) if r.random() < 0.15 else mail

    def number_as_noted(self, number):
        way = self.r.random()
        if number is None or way >= 0.56:
            return None
        if way < 0.40:
            return number
        if way < 0.51:
            return ("E" if way < 0.46 else "00") + number
        if way < 0.535:
            return number[:2] + number[3] + number[2] + number[4:]
        return (
            number[:-1] + self.r.choice(string.digits)
            if way < 0.55
            else str(self.r.randrange(100_000, 100_000 + 2 * self.rows))
        )

    def place_as_noted(self, team, city):
        r, chance = self.r, self.r.random
        return (
            team if chance() < 0.6 else None if chance() < 0.75 else r.choice(TEAMS),
            city if chance() < 0.75 else None if chance() < 0.7 else r.choice(CITIES),
        )

    def account(self, pid, first, family, mail, number, team, city):  # noqa: PLR0917 - the columns of a row
        name = str(4_000_000 + len(self.accounts)) if self.r.random() < 0.6 else self.uuid()
        self.accounts.append(
            {
                "account_issuer": "lms",
                "account_name": name,
                "employee_number": number,
                "email": mail,
                "first_name": first,
                "last_name": family,
                "department": team,
                "city": city,
                "person_id": pid,
            }
        )

    def outsider(self):
        """An account of nobody in the roster: somebody from outside, who left, or a desk."""
        r, first, family, domain = self.r, self.first(), self.family(), DOMAINS[self.r.randrange(4)][0]
        city = r.choice(CITIES)
        if r.random() < 0.1:
            self.account(None, "reception", city, f"reception.{city}@{domain}", None, None, city)
            return
        mail = f"{self.local(first)}.{self.local(family)}@{r.choice(PRIVATE) if r.random() < 0.6 else domain}"
        number = str(r.randrange(100_000, self.number + 1)) if r.random() < 0.03 else None
        team, city = r.choice(TEAMS) if r.random() < 0.3 else None, city if r.random() < 0.6 else None
        self.account(None, first, family, mail, number, team, city)


def make(rows: int, seed: int, out: Path) -> None:
    made = Made(seed, rows)
    while len(made.accounts) < rows * 0.93:
        made.person()
    while len(made.accounts) < rows:
        made.outsider()
    made.r.shuffle(made.people)
    made.r.shuffle(made.accounts)
    out.mkdir(parents=True, exist_ok=True)
    accounts = pa.Table.from_pylist(made.accounts)
    pq.write_table(pa.Table.from_pylist(made.people), out / "people.parquet")
    pq.write_table(accounts.drop_columns(["person_id"]), out / "accounts.parquet")
    pq.write_table(accounts.select(["account_name", "person_id"]), out / "truth.parquet")


if __name__ == "__main__":
    make(int(float(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3]))
