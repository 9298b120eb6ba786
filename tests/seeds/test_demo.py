"""The demo seeds as they are checked in, and the generator that made them."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import seeds
from graph_api.operations.files import FILES, parse_cell
from seeds import build_demo, demo_inventions, demo_journeys, demo_people, demo_places, demo_setting
from seeds.demo_places import Place

SEEDS = Path(seeds.__file__).parent
INVENTED = ("departments", "stakeholders", "experts", "phases", "missions", "events")


def read(dataset: str) -> dict[str, list[dict[str, str]]]:
    return {path.stem: build_demo.read(path) for path in sorted((SEEDS / dataset).glob("*.csv"))}


@pytest.fixture(scope="module")
def demo():
    return read("demo")


@pytest.fixture(scope="module")
def reference():
    return read("reference")


@pytest.fixture(scope="module")
def both(demo, reference):
    return {stem: [*reference.get(stem, []), *demo.get(stem, [])] for stem in {*demo, *reference}}


@pytest.fixture(scope="module")
def german(both):
    return {row["id"] for row in both["municipalities"] if row["country"] == "DE"}


@pytest.fixture(scope="module")
def partnered(both, german):
    """Ids of everybody with a German partner."""
    groups = [row["members"].split("|") for row in both["partnerships"]]
    return {m for group in groups for m in group if any(other in german for other in group if other != m)}


def cells(row, column):
    return [part for part in row[column].split("|") if part]


# ── what is checked in ────────────────────────────────────────────────────────────────────────────────────────────────


def test_half_of_the_municipalities_are_german_and_the_others_lie_in_dac_countries_of_all_regions(demo, reference, german):
    rows = demo["municipalities"]
    southern = [row for row in rows if row["country"] != "DE"]
    assert 440 <= len(rows) <= 500
    assert 0.45 <= 1 - len(southern) / len(rows) <= 0.55
    countries = {row["id"]: row for row in reference["countries"]}
    assert all(countries[row["country"]]["dac_group"] for row in southern)
    regions = Counter(countries[row["country"]]["region"] for row in southern)
    assert {"Sub-Saharan Africa", "Northern Africa", "Latin America and the Caribbean", "South-eastern Asia", "Southern Asia", "Western Asia"} <= set(regions)
    assert len({row["country"] for row in southern}) > 60


def test_all_sixteen_laender_and_all_sizes_are_there(demo):
    german = [row for row in demo["municipalities"] if row["country"] == "DE"]
    sizes = Counter(demo_places.size_class(int(row["population"])) for row in german)
    assert len({row["admin1"] for row in german} | {"Bremen", "Berlin"}) == 16
    assert min(sizes[size] for size in range(6)) >= 10


def test_at_least_150_southern_municipalities_have_no_german_partner_and_kisumu_is_one_that_asks(demo, partnered):
    alone = [row["id"] for row in demo["municipalities"] if row["country"] != "DE" and row["id"] not in partnered]
    assert len(alone) >= 150
    assert "ke-kisumu" in alone
    kisumu = next(row for row in demo["municipalities"] if row["id"] == "ke-kisumu")
    assert (kisumu["country"], kisumu["seeking"], kisumu["latitude"], kisumu["longitude"]) == ("KE", "true", "-0.1022", "34.7617")


def test_there_are_several_hundred_partnerships_each_pair_once(both, demo, german):
    pairs = [frozenset(row["members"].split("|")) for row in demo["partnerships"]]
    with_germany = Counter(len(pair & german) for pair in pairs)
    assert len(pairs) >= 400
    assert with_germany[1] >= 60
    assert with_germany[0] >= 200
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 for pair in pairs)
    others = [set(row["members"].split("|")) for row in both["partnerships"] if row not in demo["partnerships"]]
    assert not [pair for pair in pairs if any(pair <= other for other in others)]


def test_every_southern_municipality_without_a_german_partner_seeks_and_offers(demo, partnered):
    said = Counter((row["municipality"], row["direction"]) for row in demo["focuses"])
    for row in demo["municipalities"]:
        if row["country"] != "DE" and row["id"] not in partnered:
            assert 1 <= said[row["id"], "seeks"] <= 6, row["id"]
            assert 1 <= said[row["id"], "offers"] <= 4, row["id"]


def test_most_german_municipalities_offer_and_seek(demo, german):
    said = Counter((row["municipality"], row["direction"]) for row in demo["focuses"])
    assert sum(3 <= said[i, "offers"] <= 6 for i in german) > 0.8 * len(german)
    assert sum(1 <= said[i, "seeks"] <= 4 for i in german) > 0.85 * len(german)


def test_two_thirds_of_the_municipalities_have_two_to_five_departments_and_all_realms_have_stakeholders(demo):
    counts = Counter(row["municipality"] for row in demo["departments"])
    assert 280 <= len(counts) <= 420
    assert set(counts.values()) <= {2, 3, 4, 5}
    assert set(Counter(row["realm"] for row in demo["stakeholders"])) == {"politics", "business", "academia", "civil_society"}


def test_everything_invented_says_demo(demo):
    for stem in INVENTED:
        for row in demo[stem]:
            assert row["id"].startswith("demo-"), row
            assert "Demo" in row["name"], row
    assert all(row["evidence"].startswith("demo:") for row in demo["focuses"])
    assert all(row["event"].startswith("demo-") for row in demo["attendances"])
    assert all(row["email"] == "" or row["email"].endswith("@example.org") for row in demo["experts"])
    assert {i for row in demo["partnerships"] for c in ("departments", "stakeholders") for i in cells(row, c) if not i.startswith("demo-")} == set()


def test_berlin_is_not_taken_for_one_of_its_districts(demo):
    assert {"de-berlin--uz-toshkent", "de-berlin--mx-ciudad-de-mexico"} <= {row["id"] for row in demo["partnerships"]}


def test_real_partnerships_name_their_source_and_carry_nothing_invented_in_their_own_columns(demo):
    for row in demo["partnerships"]:
        assert row["source"].startswith("Wikidata"), row
        assert set(row) == {"id", "members", "kind", "source", "departments", "stakeholders"}


def test_consent_availability_and_confirmation_are_mixed(demo):
    experts = demo["experts"]
    assert 0.5 < sum(row["consent"] == "true" for row in experts) / len(experts) < 0.9
    assert all("2026-01-01" <= row["available_from"] <= row["available_to"] <= "2027-12-31" for row in experts if row["available_from"])
    years = Counter(row["verified_on"][:4] for row in demo["focuses"])
    assert {"2024", "2025", "2026", ""} == set(years)
    flags = Counter((row["seeking"], row["capacity"]) for row in demo["municipalities"])
    assert flags["false", "0"]
    assert flags["true", "1"]


def test_every_cell_is_one_the_import_takes(demo):
    for stem, rows in demo.items():
        for row in rows:
            for column, text in row.items():
                declared = FILES[stem].columns[column].property
                if declared is not None:
                    parse_cell(declared, text)


def test_every_id_that_is_named_is_there_and_no_id_is_there_twice(demo, both):
    ids = {FILES[stem].kind: [row["id"] for row in rows] for stem, rows in both.items() if FILES[stem].kind}
    assert all(len(found) == len(set(found)) for found in ids.values())
    for stem, rows in demo.items():
        ends = {name: column.kind for name, column in FILES[stem].columns.items() if column.kind and name in rows[0]}
        for name, kind in ends.items():
            assert {i for row in rows for i in cells(row, name)} <= set(ids[kind]), (stem, name)
    assert {row["country"] for row in demo["municipalities"]} <= set(ids["country"])


def test_each_focus_has_one_owner_and_one_subject_and_stands_once(demo):
    keys = [tuple(row[c] for c in ("municipality", "department", "topic", "goal", "target", "direction")) for row in demo["focuses"]]
    assert all(sum(map(bool, key[:2])) == 1 and sum(map(bool, key[2:5])) == 1 for key in keys)
    assert len(set(keys)) == len(keys)


def test_all_demo_files_together_stay_under_one_and_a_half_megabytes():
    assert sum(path.stat().st_size for path in seeds.files("demo")) < 1_500_000


def test_words_for_topics_are_ids_of_reference_topics(reference):
    topics = {row["id"] for row in reference["topics"]}
    fields = {row["id"] for row in reference["topics"] if not row["broader"]}
    assert set().union(*demo_setting.TRAIT_TOPICS.values(), demo_setting.ONLY) <= topics
    assert {field for role in demo_setting.FIELDS.values() for field in role} <= fields
    assert {field for kind in (*demo_people.OFFICES, *demo_people.ORGANISATIONS) for field in kind.fields} <= fields
    assert {t for given in demo_inventions.GIVEN.values() for ids in given.values() for t in ids} <= topics


# ── how it is made ────────────────────────────────────────────────────────────────────────────────────────────────────


def raw_row(key, name, country, population=50_000, latitude=1.0, longitude=2.0):
    return {
        "geonameid": key,
        "name": name,
        "country": country,
        "admin1": "07",
        "latitude": str(latitude),
        "longitude": str(longitude),
        "population": str(population),
    }


@pytest.fixture
def tiny():
    """Two German and three other municipalities, one of them known to the reference seeds, and four twinnings."""
    raw = {
        "municipalities": [
            raw_row("1", "Munich", "DE"),
            raw_row("2", "Weil", "DE"),
            raw_row("3", "Kisumu", "KE"),
            raw_row("4", "Niš", "RS"),
            raw_row("5", "São Filipe", "CV"),
            raw_row("6", "Somewhere", "US"),
            raw_row("7", "Nowhere", "KE", population=0),
            raw_row("8", "Spandau", "DE"),
        ],
        "de_municipalities_ags": [{**raw_row("1", "Munich", "DE"), "land": "Bayern"}, {**raw_row("2", "Weil", "DE"), "land": "Hessen"}],
        "twinnings": [{"geonameid_a": a, "geonameid_b": b} for a, b in (("4", "1"), ("5", "4"), ("3", "6"), ("8", "5"), ("1", "2"))],
    }
    reference = {
        "municipalities": [
            {"id": "de-muenchen", "name": "München", "country": "DE", "admin1": "Bayern", "latitude": "1.0", "longitude": "2.0", "population": ""}
        ],
        "partnerships": [{"members": "de-muenchen|de-weil"}],
        "regional_partnerships": [{"country": "RS", "regions": "Central Serbia|07"}, {"country": "KE", "regions": ""}],
        "countries": [{"id": c, "languages": lang} for c, lang in (("DE", "de"), ("KE", "en|sw"), ("RS", "sr"), ("CV", "pt"))],
        "topics": [
            {"id": i, "targets": "11.6|12.5", "broader": b} for i, b in (("waste", ""), ("recycling", "waste"), ("energy", ""), ("solar-energy", "energy"))
        ],
    }
    return raw, reference


def test_a_build_takes_what_is_known_and_leaves_out_what_the_reference_has(tiny):
    tables = build_demo.build(*tiny)
    assert [row["id"] for row in tables["municipalities"]] == ["cv-sao-filipe", "de-weil", "ke-kisumu", "rs-nis"]
    assert [row["members"] for row in tables["partnerships"]] == ["cv-sao-filipe|rs-nis", "de-muenchen|rs-nis"]
    assert [row["admin1"] for row in tables["municipalities"]] == ["", "Hessen", "", "Central Serbia"]


def test_the_same_input_gives_the_same_bytes_and_another_seed_does_not(tiny, tmp_path):
    for directory, seed in (("a", 2030), ("b", 2030), ("c", 2031)):
        build_demo.write(build_demo.build(*tiny, seed=seed), tmp_path / directory)
    bytes_of = {d: [path.read_bytes() for path in sorted((tmp_path / d).iterdir())] for d in "abc"}
    assert bytes_of["a"] == bytes_of["b"]
    assert bytes_of["a"] != bytes_of["c"]
    assert (tmp_path / "a" / "municipalities.csv").read_text().startswith("id,name,names,country,")


def test_a_table_without_rows_leaves_no_file_behind(tmp_path):
    (tmp_path / "missions.csv").write_text("id\nold\n")
    build_demo.write({"missions": []}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_reads_raw_data_and_writes_every_file(tiny, tmp_path, capsys):
    raw, reference = tiny
    for directory, tables in ((tmp_path / "raw", raw), (tmp_path / "reference", reference)):
        directory.mkdir()
        for stem, rows in tables.items():
            with (directory / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    build_demo.main([str(tmp_path / "raw"), "--reference", str(tmp_path / "reference"), "--output", str(tmp_path / "out")])
    assert "municipalities.csv: 4 rows" in capsys.readouterr().out
    assert build_demo.read(tmp_path / "out" / "municipalities.csv") == build_demo.build(*tiny)["municipalities"]


def test_one_more_municipality_changes_nothing_for_the_others(tiny):
    raw, reference = tiny
    before = build_demo.build(raw, reference)["focuses"]
    more = {
        **raw,
        "municipalities": [*raw["municipalities"], raw_row("9", "Mostar", "BA")],
        "twinnings": [*raw["twinnings"], {"geonameid_a": "9", "geonameid_b": "4"}],
    }
    after = build_demo.build(more, reference)["focuses"]
    assert [row for row in after if row["municipality"] != "ba-mostar" and "ba-mostar" not in row["department"]] == before


@pytest.mark.parametrize(
    ("country", "name", "expected"),
    [
        ("DE", "Mülheim an der Ruhr", "de-muelheim-an-der-ruhr"),
        ("DE", "Heppenheim (Bergstraße)", "de-heppenheim-bergstrasse"),
        ("RS", "Čačak", "rs-cacak"),
        ("TR", "İzmir", "tr-izmir"),
        ("TR", "Kırıkkale", "tr-kirikkale"),
        ("TD", "N'Djamena", "td-ndjamena"),
        ("AZ", "Gəncə", "az-gence"),
        ("AR", "Güemes", "ar-guemes"),
        ("MK", "Старо", ""),
    ],
)
def test_ids_are_folded_names(country, name, expected):
    assert demo_places.slug(country, name) == expected


def place(identity, country="KE", population=50_000):
    return Place(key=identity, id=identity, name=identity, names=(), country=country, admin1="", latitude=0.0, longitude=0.0, population=population)


@pytest.mark.parametrize(
    ("row", "same"),
    [
        ({"id": "de-lahr", "latitude": "0.1", "longitude": "0.1"}, True),
        ({"id": "de-lahr-schwarzwald", "latitude": "0.0004", "longitude": "0.0004"}, True),
        ({"id": "de-lahr-mitte", "latitude": "0.004", "longitude": "0.004"}, False),
        ({"id": "de-lahr", "latitude": "2", "longitude": "0"}, False),
        ({"id": "de-lahrbach", "latitude": "0", "longitude": "0"}, False),
        ({"id": "de-lahr", "latitude": "", "longitude": ""}, True),
        ({"id": "de-lahr-schwarzwald", "latitude": "", "longitude": ""}, False),
    ],
)
def test_a_reference_municipality_is_known_again_by_id_and_distance(row, same):
    assert demo_places.is_same(place("de-lahr", "DE"), row) is same


def test_what_holds_nowhere_near_is_never_picked_and_shared_targets_attract():
    topics = [
        demo_setting.Topic(id="coastal-protection", targets=("13.1",), broader=("climate",)),
        demo_setting.Topic(id="recycling", targets=("12.5",), broader=("waste",)),
    ]
    world = demo_inventions.World(places=[], partnered=frozenset(), languages={}, topics=topics, seed=1)
    assert [t.id for t in demo_setting.pick(world.rng("x"), topics, "south seeks", {"south"}, 5)] == ["recycling"]
    assert demo_setting.topic_weight(topics[0], "south seeks", {"south", "coast"}) == 3 * 2.0


def test_only_partnerships_of_a_german_and_another_municipality_get_people():
    world = demo_inventions.World(places=[], partnered=frozenset(), languages={}, topics=[], seed=1)
    nothing = {"departments": "", "stakeholders": ""}
    assert demo_journeys.involved(world, ("ke-kisumu", "rs-nis"), {"ke-kisumu": ["demo-a"]}, {}) == nothing
    found = [demo_journeys.involved(world, (f"de-{n}", "rs-nis"), {"rs-nis": ["demo-a"]}, {}) for n in range(200)]
    assert 90 < sum(row["departments"] == "demo-a" for row in found) < 150
