"""Run by ``qgis --code`` in the real desktop: a person's way from the first click to the export.

Panel, settings, an index opened, queries by every tool, the gallery, why, export, conditions,
analogs, the history; then the project saved, closed, opened again, moved, and its index with it.
Nothing is called that a control does. ``controls.csv`` says which step presses what.
"""

import os
import sys

sys.path.insert(0, os.environ["TOUR_HERE"])
from ask_steps import (
    box,
    circle,
    click_tool,
    diameter,
    menus,
    open_index,
    panel,
    rim,
    selection,
    settings,
)  # fmt: skip
from engine_steps import engine_dies, given_up, setup
from kind_steps import kind_in_the_atlas, kinds
from match_steps import cells, export, gallery_buttons, gallery_keys, gallery_menu, why
from project_steps import index_moved, project_moved, project_saved, second_qgis
from question_steps import analogs, atlas, conditions, earlier_group, history
from seldom_steps import earlier_version, earthly, files_elsewhere, try_it
from steps import go_through, run

STEPS = (
    panel, menus, settings, files_elsewhere, open_index, box, diameter, circle, rim,
    click_tool, selection, earthly, given_up,
    gallery_buttons, gallery_keys, gallery_menu, cells, why, export, conditions, analogs, history,
    earlier_group, project_saved, second_qgis, project_moved, index_moved, atlas,
    kinds, kind_in_the_atlas, earlier_version, try_it, engine_dies, setup,
)  # fmt: skip

if __name__ == "__main__" and "TOUR_DEV" not in os.environ:
    run(go_through("search", STEPS))
