"""Exposure: who is suggested to many of those that look for a partner, and who to none; a document for programs, text for people."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from graph_api.operations.answers import OPERATOR
from graph_api.operations.candidates import CandidateFinder, Fitted
from graph_api.storage.base import Store
from matching.exposure import exposure
from matching.partners import FAIR

MOST_SHOWN = 10
"""The most often shown whom the text names."""


async def exposure_document(store: Store, *, first: int, fair: bool) -> dict[str, Any]:
    """How the first candidates of all who look for a partner are spread over those who could be suggested."""
    fitted = await CandidateFinder(store).fitted()
    return await asyncio.to_thread(_document, fitted, first, fair)


def _document(fitted: Fitted, first: int, fair: bool) -> dict[str, Any]:
    profiles = fitted.matcher.profiles_
    seekers = [id_ for id_, seeking in zip(profiles.ids, profiles.seeking.tolist(), strict=True) if seeking == 1]
    exclude = {seeker: fitted.unwanted.for_(seeker, OPERATOR) for seeker in seekers}
    found = exposure(fitted.matcher, seekers, first, weights=FAIR if fair else None, exclude=exclude)
    name = {id_: profiles.names[profiles.row(id_)] for id_ in found.shown}
    shown = [{"id": id_, "name": name[id_], "country": profiles.country[profiles.row(id_)], "shown": count} for id_, count in found.shown.items()]
    return {"seekers": found.seekers, "first": first, "fair": fair, "gini": found.gini, "municipalities": shown, "revision": fitted.revision}


def exposure_text(document: Mapping[str, Any]) -> Iterator[str]:
    """The same, line by line, for people."""
    every = document["municipalities"]
    never = [place for place in every if not place["shown"]]
    yield f"Seekers: {document['seekers']}, of each the first {document['first']}; municipalities that could be suggested: {len(every)}."
    yield f"Gini {document['gini']:.3f} (0: all equally often, towards 1: always the same); never suggested: {len(never)}."
    yield "Most often:"
    yield from (f"  {place['shown']:>5}  {place['name']} ({place['country']}, {place['id']})" for place in every[:MOST_SHOWN] if place["shown"])
    if never:
        yield "Never:"
        yield from (f"         {place['name']} ({place['country']}, {place['id']})" for place in never)
