import re
from html.parser import HTMLParser

import pytest
from answers import HOSTILE, answer_of, busy, clean, hostile, large

from trueup.doors.report import page
from trueup.model.answers import FaultRow, Where


class Seen(HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *one) for one in attrs]

    def handle_data(self, data):
        self.texts.append(data)

    def all_of(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


def written(answer, folder, *, reveal=False):
    page.write(answer, folder / "report.html", reveal=reveal)
    return (folder / "report.html").read_text(encoding="utf-8")


def words_of(text):
    return " ".join(" ".join(Seen(re.sub(r"(?s)<(style|script)>.*?</\1>", "", text)).texts).split())


def test_the_page_says_what_is_wrong_why_and_what_to_do(tmp_path):
    says = words_of(written(busy(), tmp_path))
    for part in (
        "356 faults found in 9 families; 1 figure breaches its threshold.",
        "Warn ≥ 0.5 %, breach ≥ 1 %",
        "67 of 3,400 completions are not in the review system",
        "38 completions were tried and never accepted",
        "A completion is in the learning system and in the sync log, was never accepted",
        "Every attempt failed: throttled",
        "Read the last attempt's outcome and status in the fault.",
        "trueup check DIR --fix OUT",
        "An alert fires on the share of undelivered records",
        "On-call engineer",
        "moodle-completions.csv:2725",
        "9f1c" * 16,
        "17 of them stand under",
        "Not checked, so not known to be well",
        "no file of the role grants was given",
        "As of 23 Nov 2026, 15:40 UTC",
    ):
        assert part in says, part


def test_nothing_on_the_page_is_fetched_from_anywhere(tmp_path):
    text = written(busy(), tmp_path)
    seen = Seen(text)
    assert not {"img", "iframe", "object", "embed", "base", "video", "audio"} & set(seen.tags)
    assert list(seen.all_of("src")) == []
    assert {value[:1] for value in seen.all_of("href")} <= {"#", "d"}
    assert "url(http" not in text
    assert "@import" not in text
    assert "//" not in re.sub(r"(?s)<script>.*?</script>", "", text).replace("://www.w3.org", "")


def test_the_policy_allows_only_the_style_and_the_script_of_the_page(tmp_path):
    text = written(busy(), tmp_path)
    policy = next(value for value in Seen(text).all_of("content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert Seen(text).all_of("style") == []
    assert not [name for _, name, _ in Seen(text).attributes if name.startswith("on")]


def test_every_link_leads_somewhere_and_no_id_stands_twice(tmp_path):
    for answer in (busy(), clean(), hostile()):
        seen = Seen(written(answer, tmp_path))
        ids = seen.all_of("id")
        assert len(ids) == len(set(ids))
        wanted = {value[1:] for value in seen.all_of("href") if value.startswith("#")}
        assert wanted <= set(ids)
        labelled = {name for value in seen.all_of("aria-labelledby") for name in value.split()}
        assert labelled <= set(ids)


def test_hostile_values_are_text_and_nothing_else(tmp_path):
    text = written(hostile(), tmp_path, reveal=True)
    seen = Seen(text)
    assert seen.tags.count("script") == 1
    assert "img" not in seen.tags
    assert "\x1b" not in text
    assert "\u202e" not in text
    says = words_of(text)
    assert HOSTILE[0] in says
    assert "{{ 7*7 }}" in says
    assert "(5,000 characters)" in says


def test_persons_are_masked_unless_revealed(tmp_path):
    rows = list(busy().faults(None))
    keys = (
        {row.person for row in rows}
        | {row.actual for row in rows if row.code == "TU1004"}
        | {"+49 30 901820"}
    )
    masked = words_of(written(busy(), tmp_path))
    assert not [key for key in keys if re.search(rf"(?<!\d){re.escape(key)}(?!\d)", masked)]
    assert "corp.example" not in masked
    assert "⟦" not in masked
    shown = words_of(written(busy(), tmp_path, reveal=True))
    assert not [key for key in keys if key not in shown]
    assert "⟦" not in shown
    assert "This page shows who is meant." in shown


def test_the_failed_value_is_marked_by_more_than_colour(tmp_path):
    text = written(
        answer_of(
            [
                FaultRow(
                    "TU0802",
                    "out-of-range",
                    "high",
                    "r1",
                    None,
                    None,
                    "score",
                    "1 to 5",
                    "87.5",
                    (Where("a.csv", 2),),
                    "",
                )
            ]
        ),
        tmp_path,
    )
    assert '<span class="add"><mark>1 to 5</mark></span>' in text
    assert re.search(
        r'<span class="del"><svg class="i"[^>]*><use href="#i-no"/></svg><mark>87\.5</mark></span>', text
    )


@pytest.mark.parametrize(
    ("value", "says"), [(None, "<i>null</i>"), ("", "<i>blank</i>"), ("null", "<mark>null</mark>")]
)
def test_null_blank_and_the_word_null_are_told_apart(tmp_path, value, says):
    text = written(
        answer_of(
            [FaultRow("TU0301", "never-received", "critical", "r", None, None, "f", "x", value, (), "")]
        ),
        tmp_path,
    )
    assert says in text


def test_consequences_stand_under_their_cause_and_are_linked(tmp_path):
    text = written(busy(), tmp_path)
    table = text[text.index('aria-label="Table: faults of TU0202') :]
    table = table[: table.index("</table>")]
    assert table.count('class="follows"') == 17
    assert table.count('<a class="from" href="#TU0204">') == 17


def test_a_large_answer_is_capped_and_says_how_to_get_all(tmp_path):
    text = written(large(20_000), tmp_path)
    says = words_of(text)
    assert len(re.findall(r'<tr id="f\d+"', text)) == 2 * page.PER_CODE
    assert "This page holds 400 of 20,000; trueup check DIR --faults all.parquet writes all of them." in says
    assert "200 faults shown, 9,800 more are not on this page" in says
    assert len(text) < 1_000_000


def test_a_clean_answer_makes_a_page_without_faults(tmp_path):
    text = written(clean(), tmp_path)
    assert "No fault found. 2 codes could not be looked for." in words_of(text)
    assert 'id="faults"' not in text
    assert 'id="filters"' not in text


def test_an_answer_with_nothing_but_inputs_makes_a_page(tmp_path):
    answer = answer_of([], kpis=(), unchecked=(), charts=type(busy().charts)(), notes=(), inputs=())
    assert "No fault found." in words_of(written(answer, tmp_path))


def test_the_same_answer_gives_the_same_page(tmp_path):
    assert written(busy(), tmp_path) == written(busy(), tmp_path)
