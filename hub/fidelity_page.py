"""The fidelity report as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

from html import escape

from hub.fidelity import FidelityReport
from hub.fidelity_words import INTRODUCTION, Section, sections

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid #ccc}
th{font-weight:400;width:38%}td{overflow-wrap:anywhere}p{margin:.25rem 0}
@page{size:A4;margin:16mm}
@media print{body{font-size:10.5pt;margin:0;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: FidelityReport) -> str:
    """Return the page; every text in it is escaped."""
    body = "".join(map(_section, sections(report)))
    title = f"Fidelity report {escape(report.source_name)}".strip()
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{INTRODUCTION}</p>{body}</body></html>\n"
    )


def _section(section: Section) -> str:
    said = "".join(f"<p>{escape(text)}</p>" for text in section.sentences)
    cells = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in section.rows
    )
    table = f"<table>{cells}</table>" if cells else ""
    return f"<section><h2>{escape(section.heading)}</h2>{said}{table}</section>"
