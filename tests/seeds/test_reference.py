"""The reference seeds: complete, consistent, and importable cell by cell."""

import csv
import datetime
import functools
import re
from urllib.parse import urlsplit

import pytest

import seeds
from graph_api.operations.files import FILES, parse_cell, parse_id
from matching import languages

Row = dict[str, str]

NAMES = ("name", "name_de", "name_es", "name_fr")
NAMED_IN_FOUR_LANGUAGES = ("countries", "sdg_goals", "sdg_targets", "topics", "phases", "regional_partnerships", "support_offers")
TARGETS_OF_EACH_GOAL = {1: 7, 2: 8, 3: 13, 4: 10, 5: 9, 6: 8, 7: 5, 8: 12, 9: 8, 10: 10, 11: 10, 12: 11, 13: 5, 14: 10, 15: 12, 16: 12, 17: 19}
ID = {
    "countries": "[A-Z]{2}",
    "sdg_goals": "[1-9]|1[0-7]",
    "sdg_targets": r"([1-9]|1[0-7])\.([1-9]|1\d|[a-d])",
    "topics": "[a-z]+(-[a-z]+)*",
    "phases": r"(sustainability|climate)-\d",
    "municipalities": "[a-z]{2}(-[a-z]+)+",
    "partnerships": "[a-z]+(-[a-z]+)+",
    "support_offers": "[a-z]+",
    "regional_partnerships": "[a-z]+(-[a-z]+)+",
}


@functools.cache
def rows(stem: str) -> list[Row]:
    [path] = [path for path in seeds.files("reference") if path.stem == stem]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(stem: str) -> set[str]:
    return {row["id"] for row in rows(stem)}


def parts(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def on_dac_list(day: str) -> set[str]:
    return {row["id"] for row in rows("countries") if row["dac_from"] and row["dac_from"] <= day <= (row["dac_until"] or "9999-12-31")}


# ── the list of files ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_come_in_the_order_of_loading() -> None:
    stems = [path.stem for path in seeds.files("reference")]
    assert stems == [
        "countries",
        "sdg_goals",
        "sdg_targets",
        "topics",
        "regional_partnerships",
        "phases",
        "municipalities",
        "partnerships",
        "participations",
        "support_offers",
    ]
    assert all(path.parent.name == "reference" for path in seeds.files("reference"))


def test_every_kind_of_file_has_a_place_in_the_order() -> None:
    assert set(FILES) - set(seeds.ORDER) == {"interests", "demands"}


def test_an_unknown_data_set_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="'real'; allowed: reference, demo"):
        seeds.files("real")  # type: ignore[arg-type]


# ── every file ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stem", [path.stem for path in seeds.files("reference")])
def test_every_cell_can_be_imported(stem: str) -> None:
    file = FILES[stem]
    for row in rows(stem):
        for name, text in row.items():
            column = file.columns[name]
            assert text == text.strip()
            if column.property:
                parse_cell(column.property, text)
            else:
                assert len(parts(text)) >= column.least
                assert all(parse_id(str(column.kind), part) for part in parts(text))


@pytest.mark.parametrize("stem", ID)
def test_ids_are_unique_and_well_formed(stem: str) -> None:
    assert len(ids(stem)) == len(rows(stem))
    assert [i for i in ids(stem) if not re.fullmatch(ID[stem], i)] == []


@pytest.mark.parametrize("stem", NAMED_IN_FOUR_LANGUAGES)
@pytest.mark.parametrize("column", NAMES)
def test_names_are_there_and_unique_in_every_language(stem: str, column: str) -> None:
    names = [row[column].casefold() for row in rows(stem)]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("stem", ["sdg_goals", "sdg_targets", "topics"])
def test_titles_are_short(stem: str) -> None:
    assert [row[name] for row in rows(stem) for name in NAMES if len(row[name]) > 70 or len(row[name].split()) > 9] == []


# ── countries ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_countries_are_those_of_iso_and_kosovo() -> None:
    assert len(rows("countries")) == 250
    assert {"DE", "XK", "RS", "BA", "CI"} <= ids("countries")


def test_countries_have_languages_and_a_region_where_people_live() -> None:
    assert {row["id"] for row in rows("countries") if not row["languages"]} == {"AQ", "BV", "HM", "TF"}
    assert {row["id"] for row in rows("countries") if not row["region"]} == {"AQ"}
    assert len({row["region"] for row in rows("countries")} - {""}) == 17


def test_most_used_language_of_administration_stands_first() -> None:
    languages = {row["id"]: row["languages"] for row in rows("countries")}
    assert (languages["CM"], languages["TZ"], languages["BA"], languages["DE"]) == ("fr|en", "sw|en", "bs|sr|hr", "de")


def test_nauru_left_the_dac_list_at_the_end_of_2025() -> None:
    before, after = on_dac_list("2025-06-01"), on_dac_list("2026-06-01")
    assert (len(before), len(after)) == (141, 140)
    assert before - after == {"NR"}
    assert {"DE", "RU"} & before == set()


def test_a_dac_group_is_given_exactly_where_there_is_a_listing() -> None:
    assert [row["id"] for row in rows("countries") if bool(row["dac_group"]) != bool(row["dac_from"])] == []


# ── goals, targets, topics ────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_17_goals_in_their_order_with_colours() -> None:
    assert [row["id"] for row in rows("sdg_goals")] == [row["number"] for row in rows("sdg_goals")] == [str(n) for n in range(1, 18)]
    assert all(re.fullmatch("#[0-9A-F]{6}", row["color"]) for row in rows("sdg_goals"))


def test_there_are_169_targets_each_with_its_goal() -> None:
    assert len(rows("sdg_targets")) == 169
    assert all(row["id"].startswith(f"{row['goal']}.") for row in rows("sdg_targets"))
    assert {goal: sum(row["goal"] == str(goal) for row in rows("sdg_targets")) for goal in range(1, 18)} == TARGETS_OF_EACH_GOAL


def test_topics_serve_one_to_five_existing_targets() -> None:
    served = {row["id"]: parts(row["targets"]) for row in rows("topics")}
    assert [topic for topic, targets in served.items() if not 1 <= len(set(targets)) == len(targets) <= 5] == []
    assert {target for targets in served.values() for target in targets} <= ids("sdg_targets")


def test_topics_cover_what_municipalities_can_work_on() -> None:
    assert 140 <= len(rows("topics")) <= 190
    assert len({target for row in rows("topics") for target in parts(row["targets"])}) >= 150


def test_topics_are_two_levels_deep() -> None:
    broader = {row["id"]: row["broader"] for row in rows("topics")}
    top = {topic for topic, above in broader.items() if not above}
    assert 15 <= len(top) <= 20
    assert {above for above in broader.values() if above} == top


# ── the programme ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_members_and_phases_exist() -> None:
    assert {member for row in rows("partnerships") for member in parts(row["members"])} <= ids("municipalities")
    assert {phase for row in rows("partnerships") for phase in parts(row["phase"])} == ids("phases")
    assert {row["country"] for row in rows("municipalities")} <= ids("countries")
    assert {topic for row in rows("partnerships") for topic in parts(row["topics"])} <= ids("topics")


def test_participations_say_when_of_partnerships_that_name_the_phase() -> None:
    named = {(row["id"], phase) for row in rows("partnerships") for phase in parts(row["phase"])}
    dated = {(row["partnership"], row["phase"]): (row["joined"], row["left"]) for row in rows("participations")}
    assert named - set(dated) == {("bruehl-baden-dourtenga", "climate-6")}
    assert set(dated) < named
    assert dated["lahr-alajuela", "sustainability-2"] == ("2020-10", "2022-10")


def test_muenchen_and_treptow_koepenick_share_one_partnership_with_subotica() -> None:
    [shared] = [row for row in rows("partnerships") if "rs-subotica" in row["members"]]
    assert parts(shared["members"]) == ["de-muenchen", "de-berlin-treptow-koepenick", "rs-subotica"]


def test_every_partnership_joins_germany_with_a_country_of_the_dac_list() -> None:
    country = {row["id"]: row["country"] for row in rows("municipalities")}
    listed = on_dac_list("2025-06-01")
    for row in rows("partnerships"):
        countries = {country[member] for member in parts(row["members"])}
        assert "DE" in countries
        assert countries - {"DE"} <= listed
        assert len(countries) == 2


def test_municipalities_whose_german_partner_no_source_names_have_no_partnership() -> None:
    members = {member for row in rows("partnerships") for member in parts(row["members"])}
    assert ids("municipalities") - members == {"ba-bijeljina", "ba-sarajevo", "ba-zenica"}


def test_every_partnership_has_the_url_of_its_source() -> None:
    for row in rows("partnerships"):
        url = urlsplit(row["source"])
        assert url.scheme in {"http", "https"}
        assert "." in url.netloc
        assert " " not in row["source"]


def test_projects_are_those_that_the_source_calls_so() -> None:
    assert {row["id"] for row in rows("partnerships") if row["kind"] == "project"} == {"oldenburg-buffalo-city", "gersthofen-baringo-county"}


def test_ids_of_municipalities_begin_with_their_country() -> None:
    assert [row["id"] for row in rows("municipalities") if not row["id"].startswith(row["country"].lower() + "-")] == []


def test_a_county_does_not_have_the_population_of_the_town_it_is_named_after() -> None:
    population = {row["id"]: row["population"] for row in rows("municipalities")}
    assert (population["de-landkreis-karlsruhe"], population["de-berlin-mitte"], population["za-buffalo-city"]) == ("", "", "")
    assert population["de-muenchen"] == "1505005"


def test_phases_follow_one_another() -> None:
    spans = {row["id"]: (row["started"], row["ended"]) for row in rows("phases")}
    assert spans["sustainability-1"] == ("2017-01", "2018-12")
    assert spans["sustainability-2"] == ("2020-10", "2022-10")
    assert spans["sustainability-3"] == ("2023-09", "")
    assert all(len(row["started"]) in {0, 7} and row["capacity"] == "" for row in rows("phases"))


def test_dates_of_listings_are_days() -> None:
    days = [row[name] for row in rows("countries") for name in ("dac_from", "dac_until") if row[name]]
    assert all(datetime.date.fromisoformat(day) for day in days)
    assert len(days) == 142


def test_every_language_of_administration_has_a_name() -> None:
    assert {code for country in rows("countries") for code in country["languages"].split("|") if code} - set(languages.NAMES) == set()
