"""Spaces at which no line ends, in text and in HTML."""

import re

# 4 000, 3 %, lesson 5, β = 0.9, 2 ± 1
HELD = re.compile(
    r"(?<=\d) (?=\d{3}\b|%|±)|(?<=±) (?=\d)|(?<=\b[Ll]esson) (?=\d)"
    r"|(?<=[α-ω₀-₉]) (?=[=≥≤] )|(?<=[α-ω₀-₉] [=≥≤]) (?=\S)"
)


def held(text):
    """Keep together what belongs together."""
    return HELD.sub("\N{NO-BREAK SPACE}", text)
