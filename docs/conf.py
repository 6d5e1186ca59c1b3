"""How the documentation is built: `sphinx-build -W -b html docs docs/_build/html`, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

import omscore

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "omscore"
author = "the omscore contributors"
project_copyright = "the omscore contributors"
version = release = omscore.__version__
language = "en"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"omscore {release}"
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    """A chart's source is shown as it is: to draw it would need a script from the network."""
    app.add_lexer("mermaid", TextLexer)
