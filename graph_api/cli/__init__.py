"""The command `partnergraph`."""

from graph_api.cli import data, service, suggestions
from graph_api.cli.program import help_texts, main, opened

__all__ = ["data", "help_texts", "main", "opened", "service", "suggestions"]
