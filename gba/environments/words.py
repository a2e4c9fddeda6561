"""Words that tasks are made of. Where an environment takes them by `share`, held-out tasks have words of their own."""

from __future__ import annotations

__all__ = ["CITIES", "FIRST_NAMES", "LAST_NAMES", "THINGS"]

FIRST_NAMES = (
    "Ada Ben Carla David Elif Farid Greta Hugo Ines Jonas Kofi Lena Marco Nadia Omar Paula Quentin Rosa Samir Tilda "
    "Uma Victor Wanda Xenia Yusuf Zoe Anton Bruno Clara Dina Emil Fiona Gustav Hanna Igor Julia Karim Laila Milan Nora"
).split()
LAST_NAMES = (
    "Adler Berg Castro Dahl Eriksen Fuchs Garcia Haas Ivanov Jensen Keller Lind Moreau Novak Olsen Peters Quist Rossi "
    "Silva Tanaka Urban Vogel Weber Yilmaz Zeman Abbas Bauer Costa Diaz Evers Fischer Graf Holm Iversen Jung"
).split()
CITIES = (
    "Lisbon Oslo Vienna Dublin Madrid Prague Warsaw Zagreb Athens Tallinn Geneva Porto Bergen Krakow Naples Malmo "
    "Turin Seville Graz Utrecht Ghent Lyon Bremen Cork Aarhus"
).split()
THINGS = (
    "apples pencils stickers marbles cookies stamps oranges buttons shells coins lemons cards beads bricks tickets "
    "bottles plants candles books plates ropes boxes chairs tiles balls"
).split()
