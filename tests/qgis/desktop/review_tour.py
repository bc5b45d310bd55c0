"""Run by ``qgis --code`` in the real desktop: an index built, duplicates found, reviewed, written.

``TOUR_PART`` 1 builds an index, finds the duplicates of two catalogues and of one with planted
ones, with the real engine, and decides until it is killed; 2 opens the review again, goes on to the
end and writes the cleaned catalogue. Nothing is called that a control does. ``controls.csv`` says
which step presses what.
"""

import os
import sys

sys.path.insert(0, os.environ["TOUR_HERE"])
from ask_steps import panel
from build_steps import build, build_form
from find_steps import find_form, find_planted, find_two
from review_steps import (
    clean,
    clean_early,
    decide,
    open_again,
    review_blind_and_map,
    review_closer,
    review_keys,
    review_queue,
)  # fmt: skip
from steps import go_through, run

FIRST_PART = (
    panel, build_form, build, find_form, find_two, find_planted, review_keys, review_closer,
    review_blind_and_map, review_queue, clean_early, decide,
)  # fmt: skip
SECOND_PART = (panel, open_again, clean)

if __name__ == "__main__" and "TOUR_DEV" not in os.environ:
    if os.environ["TOUR_PART"] == "1":
        run(go_through("review", FIRST_PART))
    else:
        run(go_through("review", SECOND_PART))
