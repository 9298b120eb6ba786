"""Commands that suggest: partners, experts, exchanges, groups, plans; and how good the suggestions are."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from graph_api.cli.program import LANGUAGES, as_json, emit, main, on_store

first = click.option("-n", "--first", type=click.IntRange(1, 100), default=10, show_default=True, help="How many.")
fairly = click.option("--fair", is_flag=True, help="Spread suggestions: nobody gains by being large or well known.")
in_language = click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the reasons.")


@main.command()
@click.argument("municipality")
@click.option("--needs", multiple=True, help="What it looks for, in its own words and language; may be given several times.")
@click.option("--offers", multiple=True, help="What it can offer, likewise.")
@fairly
@first
@in_language
@as_json
def candidates(municipality: str, needs: tuple[str, ...], offers: tuple[str, ...], fair: bool, first: int, language: str, as_json: bool) -> None:
    """Who could become a partner of MUNICIPALITY (its id, with or without `municipality:`).

    What is given with --needs and --offers counts beside its recorded focuses, for this answer only.
    """
    from graph_api.operations.answers import candidates_document, candidates_text

    document = on_store(lambda store: candidates_document(store, municipality, first=first, language=language, needs=needs, offers=offers, fair=fair))
    emit(document, as_json=as_json, text=functools.partial(candidates_text, document))


@main.command()
@fairly
@click.option("-n", "--first", type=click.IntRange(1, 100), default=10, show_default=True, help="How many candidates of each seeker count.")
@as_json
def exposure(fair: bool, first: int, as_json: bool) -> None:
    """How evenly all who look for a partner are given candidates: who is suggested often, and who never."""
    from graph_api.operations.exposure import exposure_document, exposure_text

    document = on_store(lambda store: exposure_document(store, first=first, fair=fair))
    emit(document, as_json=as_json, text=functools.partial(exposure_text, document))


def _suggest(query: str, text: str, variables: Mapping[str, Any], *, language: str, as_json: bool) -> None:
    """Asks one of the queries of `printouts` and prints the answer; `text` names what prints it for people."""
    from graph_api.schema import printouts

    given = {"language": language.upper(), **variables}
    document = on_store(lambda store: printouts.document(store, getattr(printouts, query), given))
    emit(document, as_json=as_json, text=functools.partial(getattr(printouts, text), document))


@main.command()
@click.argument("missions", nargs=-1)
@click.option("--about", multiple=True, help="Id of a topic, goal or target of which one is enough; may be given several times.")
@click.option("--speaks", multiple=True, help="ISO 639 code of a language of which one is enough; may be given several times.")
@click.option("--slots", type=click.IntRange(1, 20), help="How many experts are needed; else as many as the mission has.")
@first
@in_language
@as_json
def experts(missions: tuple[str, ...], about: tuple[str, ...], speaks: tuple[str, ...], slots: int | None, first: int, language: str, as_json: bool) -> None:
    """Who could be sent on a mission, or knows about some subjects; for several MISSIONS, who goes on which."""
    if len(missions) > 1 and (about or speaks):
        raise click.UsageError("--about and --speaks go with one mission, or with none")
    if not missions and not about:
        raise click.UsageError("name a mission, several missions, or a subject with --about")
    if len(missions) > 1:
        _suggest("ASSIGNMENT", "assignment_text", {"missions": missions, "slots": slots}, language=language, as_json=as_json)
        return
    need = {"subjects": about or None, "languages": speaks or None, "slots": slots}
    given = {"mission": next(iter(missions), None), "need": need, "first": first}
    _suggest("EXPERTS", "experts_text", given, language=language, as_json=as_json)


@main.command()
@click.argument("municipality")
@click.option("--about", multiple=True, help="Id of a topic, goal or target it is to be about; may be given several times.")
@click.option("--direction", type=click.Choice(["peer", "learn", "teach"]), help="Who learns from whom.")
@first
@in_language
@as_json
def exchanges(municipality: str, about: tuple[str, ...], direction: str | None, first: int, language: str, as_json: bool) -> None:
    """With whom MUNICIPALITY could exchange experience, without a partnership."""
    given = {"municipality": municipality, "about": about or None, "direction": direction and direction.upper(), "first": first}
    _suggest("EXCHANGES", "exchanges_text", given, language=language, as_json=as_json)


@main.command()
@click.argument("text")
@first
@in_language
@as_json
def subjects(text: str, first: int, language: str, as_json: bool) -> None:
    """What TEXT is about, whatever its language: goals, targets and topics."""
    from graph_api.schema import printouts

    document = on_store(lambda store: printouts.document(store, printouts.SUBJECTS, {"text": text, "first": first}))
    emit(document, as_json=as_json, text=functools.partial(printouts.subjects_text, document, language))


SIZES = re.compile(r"(\d+)-(\d+)")


@main.command()
@click.argument("event")
@click.option("--number", type=click.IntRange(1), help="How many groups.")
@click.option("--sizes", help="Or how large they may be, such as 5-7.")
@click.option("--rounds", type=click.IntRange(1, 10), default=1, show_default=True, help="How many rounds; no two meet twice.")
@click.option("--earlier", multiple=True, help="An earlier event, after which those who attended it know each other; may be given several times.")
@click.option("--per-country", type=click.IntRange(1), help="At most so many of one country in a group.")
@click.option("--common-language", is_flag=True, help="All members of a group have a language in common.")
@click.option("--partners", type=click.Choice(["together", "apart"]), help="What is to become of partners.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another number gives other groups.")
@click.option("--seconds", type=click.FloatRange(0.5, 120), default=30, show_default=True, help="How long to search at most.")
@in_language
@as_json
def groups(event: str, number: int | None, sizes: str | None, language: str, as_json: bool, **given: Any) -> None:
    """Peer groups of the municipalities that attend EVENT."""
    bounds = SIZES.fullmatch(sizes) if sizes else None
    if (number is None) == (bounds is None):
        raise click.UsageError("give either --number or --sizes, such as --sizes 5-7")
    asked = {
        "event": event,
        "number": number,
        "sizeLeast": int(bounds[1]) if bounds else None,
        "sizeMost": int(bounds[2]) if bounds else None,
        "earlierEvents": given["earlier"],
        "rules": {
            "perCountry": given["per_country"],
            "commonLanguage": given["common_language"],
            "partners": given["partners"] and given["partners"].upper(),
        },
        **{name: given[name] for name in ("rounds", "seed", "seconds")},
    }
    _suggest("GROUPS", "groups_text", {"input": asked}, language=language, as_json=as_json)


QUOTA = re.compile(r"(region|land|country|dac_group|goal)=([^=]+):(\d*)-(\d*)", re.IGNORECASE)


def _quota(text: str) -> dict[str, Any]:
    found = QUOTA.fullmatch(text)
    if not found:
        raise click.BadParameter(f"{text!r} is no quota; allowed: such as country=KE:1-3, region=Europe:-5, land=NW:2-, dac_group=LDC:3-, goal=11:4-")
    by, value, least, most = found.groups()
    return {"by": by.upper(), "value": value, "least": int(least or 0), "most": int(most) if most else None}


@main.command()
@click.argument("phase", required=False)
@click.option("--places", type=click.IntRange(0, 200), help="How many partnerships; else as many as the phase has room for.")
@click.option("--from", "source", type=click.Choice(["candidates", "interests"]), default="candidates", show_default=True, help="What to choose from.")
@click.option("--variant", type=click.Choice(["maximum", "stable", "fair"]), default="maximum", show_default=True, help="What to aim at.")
@click.option("--quota", "quotas", multiple=True, help="How many of a value, such as country=KE:1-3 or goal=11:4-; may be given several times.")
@in_language
@as_json
def plan(phase: str | None, places: int | None, source: str, variant: str, quotas: tuple[str, ...], language: str, as_json: bool) -> None:
    """Which partnerships PHASE should take up, or so many --places."""
    if phase is None and places is None:
        raise click.UsageError("name a phase, or give --places")
    given = {"phase": phase, "places": places, "source": source.upper(), "variant": variant.upper(), "quotas": [_quota(text) for text in quotas]}
    _suggest("PLAN", "plan_text", {"input": given}, language=language, as_json=as_json)


@main.command()
@click.argument("pairs", type=click.Path(path_type=Path))
@as_json
def evaluate(pairs: Path, as_json: bool) -> None:
    """Measure the matching on real PAIRS, a CSV file with the columns seeker,partner.

    Each true partner is ranked among all eligible candidates of its seeker, whose other true partners are left out; pairs that
    are in the network are hidden from the matcher.
    """
    from graph_api.operations.pairs import read_pairs
    from graph_api.operations.profiles import load_profiles
    from matching.evaluation import evaluate as measure

    given = read_pairs(pairs)
    profiles, _ = on_store(lambda store: load_profiles(store, datetime.date.today()))
    found = dataclasses.asdict(measure(profiles, given))
    emit(
        found,
        as_json=as_json,
        text=lambda: (f"{name:<12}  {value:.4f}" if isinstance(value, float) else f"{name:<12}  {value}" for name, value in found.items()),
    )
