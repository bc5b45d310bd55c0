"""What the build dialog's tests share: the dialog before an engine that answers from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtWidgets import QWidget

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.build.dialog import BuildDialog
from index_fakes import Engine, catalogue_info, encoders, mosaic_info, settle
from inside import FakeInterface


class BuildBench:
    """``folder``: where catalogue, mosaic and index are said to be."""

    def __init__(self, iface: FakeInterface, folder: Path) -> None:
        self.iface, self.folder, self.settings = iface, folder, Settings()
        self.settings.output_folder = str(folder)
        self.engine = Engine(
            {
                "encoders.list": encoders(),
                "mosaic.describe": mosaic_info(),
                "catalogue.describe": catalogue_info(),
                "build.estimate": self._estimate,
            }
        )
        self._owner = QWidget()
        self.dialog = BuildDialog(iface, self.engine, self.settings, self._owner)
        settle()

    def _estimate(self, params: Any) -> dict[str, Any]:
        """Every crater the catalogue's answer tells of can be cut."""
        described = self.engine.answers["catalogue.describe"]
        info = described(params) if callable(described) else described
        craters = info["rows"] if info.get("selected") is None else info["selected"]
        views = craters * len(params["contexts"]) * len(params["mosaics"])
        return {"views": views, "craters": craters, "skipped": {}, "exact": True}

    def choose_catalogue(self, name: str, answer: Any = None) -> None:
        """Choose a new table ``name``; ``answer``: what the engine says of it."""
        path = self.folder / name
        path.write_text("id,lon,lat,diam_km\n")
        self.engine.answers["catalogue.describe"] = answer or catalogue_info()
        self.dialog.catalogue.choose_file(str(path))
        settle()

    def fill(self, name: str = "new") -> str:
        """Everything a build needs; what is still in the way of it."""
        self.dialog.mosaics.add(str(self.folder / "m.tif"))
        self.choose_catalogue("c.csv")
        self.dialog.output.set_path(str(self.folder / (name + ".craterindex")))
        settle()
        return self.dialog.check()
