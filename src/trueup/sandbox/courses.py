"""What the company teaches: courses, the competencies they count for, and the scales. Knows no people."""

from dataclasses import dataclass
from random import Random

from trueup.sandbox.rows import Competency, Scale

FRAMEWORK, FRAMEWORK_VERSION = "company-skills", "2026"
SCALE_VERSION = "2026"
ISSUERS = {"moodle": "https://lms.example.test", "academy": "https://academy.example.test"}
REVIEW_SCALE = "percent"  # the review system shows 0-100


@dataclass(frozen=True, slots=True)
class Skill:
    """A competency with its labels and one alias that older course pages still use as a tag."""

    key: str
    english: str
    german: str
    alias: str


@dataclass(frozen=True, slots=True)
class Marking:
    """How a course is marked: the scale, its possible scores with what each is on 0-100, and the pass mark."""

    scale: str
    points: tuple[tuple[str, str], ...]
    passes_from: int  # index into points


@dataclass(frozen=True, slots=True)
class Course:
    """A course; `marking` is None where it is only ever completed."""

    key: str
    title: str
    source: str
    skill: Skill
    marking: Marking | None
    tags: str

    def converted(self, score: str) -> str:
        """The score on 0-100 by the matrix; blank stays blank."""
        return dict(self.marking.points)[score] if self.marking and score else ""


SKILLS = tuple(
    Skill(f"SK-{number:03d}", english, german, english.lower().replace(" ", "-"))
    for number, (english, german) in enumerate(
        (
            ("Data protection", "Datenschutz"),
            ("Workplace safety", "Arbeitssicherheit"),
            ("Project planning", "Projektplanung"),
            ("Leading teams", "Teams führen"),
            ("Negotiation", "Verhandlungsführung"),
            ("Spreadsheet analysis", "Tabellenanalyse"),
            ("Customer care", "Kundenbetreuung"),
            ("Quality control", "Qualitätskontrolle"),
            ("First aid", "Erste Hilfe"),
            ("Cloud operations", "Cloudbetrieb"),
            ("Public speaking", "Freies Reden"),
            ("Anti-corruption", "Korruptionsprävention"),
        ),
        start=101,
    )
)
LIKERT = Marking("likert5", (("1", "0"), ("2", "25"), ("3", "50"), ("4", "75"), ("5", "100")), 2)
PERCENT = Marking("percent", tuple((str(score), str(score)) for score in range(101)), 50)
MARKS = Marking("marks20", tuple((str(score), str(score * 5)) for score in range(21)), 10)
MARKINGS = (LIKERT, PERCENT, None, MARKS)


def make_courses() -> tuple[Course, ...]:
    """Twenty-four courses, two for each skill, every third in the academy, four ways of marking."""
    courses = []
    for number in range(24):
        skill = SKILLS[number % len(SKILLS)]
        tags = (skill.key, skill.alias, f"{skill.key};{skill.alias}")[number % 5 % 3]
        courses.append(
            Course(
                key=f"{skill.alias.upper()[:4].strip('-')}-{number + 1:02d}",
                title=f"{skill.english} {'basics' if number < len(SKILLS) else 'in practice'}",
                source="academy" if number % 3 == 2 else "moodle",
                skill=skill,
                marking=MARKINGS[(number + number // 12) % 4],
                tags=tags,
            )
        )
    return tuple(courses)


def make_competencies() -> list[Competency]:
    """Every skill in two languages; nothing deprecated, for each is in use."""
    return [
        Competency(FRAMEWORK, FRAMEWORK_VERSION, skill.key, label, language, "active", "", skill.alias)
        for skill in SKILLS
        for language, label in (("en", skill.english), ("de", skill.german))
    ]


def make_scales() -> list[Scale]:
    """The scales and their one version."""
    points = ";".join(f"{score}={value}" for score, value in LIKERT.points)
    return [
        Scale(LIKERT.scale, SCALE_VERSION, "1", "5", "1", points, "half-up"),
        Scale(PERCENT.scale, SCALE_VERSION, "0", "100", "1", "", "half-up"),
        Scale(MARKS.scale, SCALE_VERSION, "0", "20", "1", "", "half-up"),
    ]


def draw_score(dice: Random, marking: Marking, *, passing: bool) -> str:
    """A score of that scale, above or below its pass mark."""
    low, high = (marking.passes_from, len(marking.points)) if passing else (0, marking.passes_from)
    return marking.points[dice.randrange(low, high)][0]
