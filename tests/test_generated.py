"""What is made from the declarations is checked in as it would be made now."""

from __future__ import annotations

import pytest

from graph_api.documents import DOCUMENTS, ROOT
from graph_api.model import KINDS, LINKS, link_name, properties
from graph_api.operations.files import FILES


@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_made_document_is_up_to_date(place: str) -> None:
    assert (ROOT / place).read_text("utf-8") == DOCUMENTS[place](), "run `make generate` and commit what it changes"


def test_the_data_model_names_everything_that_is_declared() -> None:
    text = DOCUMENTS["docs/data-model.md"]()
    wanted = [f"### {name}\n" for name in (*KINDS, *map(link_name, LINKS))] + [f"### {stem}.csv\n" for stem in FILES]
    wanted += [f"| `{name}` |" for declared in (*KINDS.values(), *LINKS) for name in properties(declared)]
    wanted += [f"{name}" for file in FILES.values() for name in file.columns]
    assert [part for part in wanted if part not in text] == []
