"""What is in an index, as a page: one line per fact, and what is wrong with it, if anything."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import NamedTuple

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy

from ...contract.build import IndexInfo
from ...core.words import quantities
from ...core.words.bodies import body as body_words
from ...core.words.reasons import skip_counts
from ...core.words.tokens import tokens as token_words
from ...i18n import tr
from ..messages import breakable, problem_colour


class Fact(NamedTuple):
    """``problem``: whether the user should act on it; ``tip``: more, e.g. a whole path."""

    label: str
    text: str
    problem: bool = False
    tip: str = ""


def facts_of(info: IndexInfo) -> list[Fact]:
    """Everything the page shows, in order."""
    removed = tr(" ({n} removed)").format(n=quantities.number(info.removed)) if info.removed else ""
    facts = [
        Fact(tr("Body"), body_words(info.body)),
        Fact(tr("Craters"), quantities.number(info.craters) + removed),
        Fact(
            tr("Views"),
            tr("{n} at {contexts}").format(
                n=quantities.number(info.views), contexts=quantities.contexts(info.contexts)
            ),
        ),
        Fact(tr("Skipped"), skip_counts(info.skipped) or tr("none")),
        Fact(tr("Encoder"), info.encoder, tip=info.encoder_description),
        Fact(tr("Tokens"), _tokens(info)),
        Fact(tr("On disk"), quantities.size(info.size_bytes)),
    ]
    for source in info.sources:
        facts.append(_mosaic(source.path, source.exists))
    if info.catalogue_source:
        exists = Path(info.catalogue_source).exists()
        text = Path(info.catalogue_source).name
        if not exists:
            text = tr("{name} (gone; its craters are in the index)").format(name=text)
        facts.append(Fact(tr("Catalogue"), text, tip=info.catalogue_source))
    if info.created:
        facts.append(Fact(tr("Made"), quantities.moment(info.created)))
    facts.append(Fact(tr("Folder"), info.path))
    return facts


def _tokens(info: IndexInfo) -> str:
    text = token_words(info)
    return text + (tr(", seeds by {seeds}").format(seeds=info.seeds) if info.seeds else "")


def _mosaic(path: str, exists: bool) -> Fact:
    name = Path(path).name or path
    if exists:
        return Fact(tr("Mosaic"), name, tip=path)
    # Searching still works; only queries by crater and a build's end need the pixels.
    text = tr("{name} is not at {folder} any more").format(name=name, folder=str(Path(path).parent))
    return Fact(tr("Mosaic"), text, problem=True, tip=path)


def state_of(info: IndexInfo) -> tuple[str, bool]:
    """(sentence, whether it is a problem); ("", False) for an index in order."""
    if info.problem:
        return info.problem, True
    if info.incomplete:
        text = tr(
            "The build is not finished: {n} views are there, {left} were not looked at yet. What "
            "is there can be searched; Resume finishes it."
        )
        return text.format(
            n=quantities.number(info.views), left=quantities.number(info.views_left)
        ), True
    return "", False


class InfoPage(QLabel):
    """Facts about one index, as a table whose texts break where the panel is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def show_info(self, info: IndexInfo) -> None:
        """Replace what is shown."""
        colour = problem_colour(self).name()
        rows = []
        for fact in facts_of(info):
            text = escape(breakable(fact.text))
            if fact.problem:
                text = f'<font color="{colour}">{text}</font>'
            rows.append(
                f'<tr><td style="padding: 2px 8px 2px 0">{escape(fact.label)}</td>'
                f'<td style="padding: 2px 0">{text}</td></tr>'
            )
        self.setText(f'<table cellspacing="0">{"".join(rows)}</table>')
        self.setToolTip("\n".join(fact.tip for fact in facts_of(info) if fact.tip))
