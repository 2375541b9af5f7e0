"""Captions: reStructuredText files that `snakemake --report` and the report page show alike.

A caption is a Jinja template in which `snakemake.config` is the configuration, and holds paragraphs with
``*emphasis*``, ``**strong**`` and double-backquoted literals; this module reads no more of
reStructuredText than that.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from gbar.errors import UserError

INLINE = (
    (re.compile(r"``(.+?)``"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\*)\*([^*\s][^*]*?)\*(?!\*)"), r"<em>\1</em>"),
)


def read_caption(path: str | Path, configuration: Mapping[str, object]) -> list[Markup]:
    """Return the paragraphs of a caption as HTML.

    Args:
        path: the caption's file.
        configuration: the resolved configuration, which the caption may quote.

    Raises:
        UserError: the caption cannot be read, or quotes what the configuration does not hold.
    """
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        source = Path(path).read_text(encoding="utf-8")
        text = environment.from_string(source).render(snakemake=SimpleNamespace(config=configuration))
    except (OSError, TemplateError) as error:
        raise UserError(f"{path}: cannot be read as a caption ({error})") from None
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return [_inline(" ".join(paragraph.split())) for paragraph in paragraphs]


def first_sentence(paragraph: Markup) -> str:
    """Return the first sentence of a paragraph as plain text, for the text that stands in for an image."""
    return re.split(r"(?<=[.!?])\s", str(paragraph.striptags()), maxsplit=1)[0]


def _inline(text: str) -> Markup:
    html = str(escape(text))
    for pattern, replacement in INLINE:
        html = pattern.sub(replacement, html)
    return Markup(html)
