"""Parameters that several algorithms have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..contract.build import SIZE
from ..contract.search import ANALOG_PIXELS, ANALOG_SIZES, MOST_SHORTLIST, MOST_TOP, OF_A_KIND
from ..contract.vocabulary import Likeness, Question, Seeds, Size
from ..core.settings import Settings
from ..core.words.conditions import likeness_name, question_name
from ..core.words.tokens import size_name
from ..i18n import tr
from . import compat

if TYPE_CHECKING:
    from .base import Algorithm

SEEDS = tuple(Seeds)
SIZES = tuple(Size)
KILOMETRES, METRES = 1, 2
"""Positions in the choice of a field's unit; 0: by the field's name."""


def distance(
    name: str, description: str, default: float | None = None, optional: bool = True
) -> Any:
    """A length in kilometres, at least 0; the dialog offers other units."""
    parameter = QgsProcessingParameterDistance(name, description, default, "", optional, 0.0)
    parameter.setDefaultUnit(compat.KILOMETRES)
    return parameter


def whole(
    name: str,
    description: str,
    default: int | None,
    low: int = 1,
    high: int = 1_000_000,
    optional: bool = False,
) -> Any:
    """A whole number."""
    return QgsProcessingParameterNumber(
        name, description, compat.WHOLE, default, optional, low, high
    )


def decimal(
    name: str,
    description: str,
    default: float | None,
    low: float,
    high: float,
    optional: bool = True,
) -> Any:
    """A number with decimals."""
    return QgsProcessingParameterNumber(
        name, description, compat.DECIMAL, default, optional, low, high
    )


def add_index(algorithm: Algorithm) -> None:
    """INDEX: the folder of an index."""
    algorithm.add(
        QgsProcessingParameterFile("INDEX", tr("Index"), compat.FOLDER),
        tr("The folder of the index, NAME.craterindex."),
    )


def choice(name: str, description: str, options: list[str]) -> Any:
    """One of several; by default the first. Its value is the position."""
    return QgsProcessingParameterEnum(name, description, options, defaultValue=0)


def add_encoder(algorithm: Algorithm, default: str = "") -> None:
    """ENCODER: what makes vectors of views."""
    algorithm.add_advanced(
        QgsProcessingParameterString("ENCODER", tr("Encoder"), default, False, True),
        tr("Its name or the file of a checkpoint. Empty: the one that came with the plugin."),
    )


def seeds(several: bool = False) -> Any:
    """SEEDS: positions in :data:`SEEDS`."""
    options = [tr("attention"), tr("farthest points"), tr("random")]
    label = tr("Seeds of the tokens")
    return QgsProcessingParameterEnum("SEEDS", label, options, several, [0] if several else 0)


def size() -> Any:
    """SIZE: position in :data:`SIZES`."""
    names = [size_name(size) for size in SIZES]
    return QgsProcessingParameterEnum("SIZE", tr("Size of tokens"), names, False, SIZES.index(SIZE))


def add_device(algorithm: Algorithm) -> None:
    """DEVICE: where networks run."""
    algorithm.add_advanced(
        QgsProcessingParameterString("DEVICE", tr("Device"), "", False, True),
        tr(
            "Where the encoder runs: auto, cpu, cuda, cuda:0 or mps. Empty: as in CraterBench's "
            "settings."
        ),
    )


def add_mosaics(algorithm: Algorithm, optional: bool = False) -> None:
    """MOSAICS, BAND, NODATA: rasters that views are cut from."""
    algorithm.add(
        QgsProcessingParameterMultipleLayers(
            "MOSAICS", tr("Mosaics"), compat.ANY_RASTER, None, optional
        ),
        tr(
            "Rasters of one body to cut the craters from, as files this computer can read. Of "
            "several, each gives its own views of every crater it shows."
        ),
    )
    algorithm.add_advanced(
        whole("BAND", tr("Band"), None, 1, 65_535, True),
        tr("Band of the mosaics; empty: the brightness of a colour image, else the first."),
    )
    algorithm.add_advanced(
        decimal("NODATA", tr("Value without data"), None, -1.0e308, 1.0e308),
        tr("A value that stands for no data, beside what the mosaics declare themselves."),
    )


def add_catalogue(
    algorithm: Algorithm, prefix: str = "", optional: bool = False, title: str = ""
) -> None:
    """CATALOGUE and its columns; ``prefix`` where an algorithm has two."""
    name = f"{prefix}CATALOGUE"
    algorithm.add(
        QgsProcessingParameterFeatureSource(
            name, title or tr("Crater catalogue"), [compat.ANY_VECTOR], None, optional
        ),
        tr(
            "A table or layer with one crater per row: an id, longitude, latitude and diameter. "
            "Only the selected features where that is chosen."
        ),
    )
    columns = (
        ("ID_FIELD", tr("Id column"), tr("Names the craters.")),
        ("LON_FIELD", tr("Longitude column"), tr("Degrees.")),
        ("LAT_FIELD", tr("Latitude column"), tr("Degrees, planetocentric.")),
        ("DIAMETER_FIELD", tr("Diameter column"), tr("Kilometres or metres.")),
    )
    whose = tr("Second catalogue: {name}") if prefix else "{name}"
    recognised = tr("Empty: recognised by its name, or taken from the geometry.")
    for own, label, text in columns:
        field = QgsProcessingParameterField(
            prefix + own, whose.format(name=label), None, name, optional=True, allowMultiple=False
        )
        algorithm.add_advanced(field, f"{text} {recognised}")
    algorithm.add_advanced(
        unit_choice(f"{prefix}DIAMETER_UNIT", whose.format(name=tr("Unit of the diameter column"))),
        tr("Kilometres, metres, or what the column's name says."),
    )
    algorithm.add_advanced(
        QgsProcessingParameterBoolean(
            f"{prefix}WEST_POSITIVE", whose.format(name=tr("Longitudes count westward")), False
        ),
        tr("For catalogues whose longitudes are positive west."),
    )
    algorithm.add_advanced(
        QgsProcessingParameterString(
            f"{prefix}BODY", whose.format(name=tr("Body of the catalogue")), "", False, True
        ),
        tr("For a catalogue that does not say: moon, mars, mercury, ceres, ..."),
    )


def unit_choice(name: str, description: str) -> Any:
    """What a field with diameters counts in."""
    options = [tr("as the field's name says"), tr("kilometres"), tr("metres")]
    return choice(name, description, options)


def add_selection(algorithm: Algorithm) -> None:
    """MIN_DIAMETER, MAX_DIAMETER, REGION: which craters of a catalogue."""
    algorithm.add(
        distance("MIN_DIAMETER", tr("Smallest diameter")),
        tr("Craters smaller than this are left out (km)."),
    )
    algorithm.add(
        distance("MAX_DIAMETER", tr("Largest diameter")),
        tr("Craters larger than this are left out (km)."),
    )
    algorithm.add(
        QgsProcessingParameterExtent("REGION", tr("Region"), None, True),
        tr(
            "Craters with their centre outside are left out. Numbers without a reference system "
            "are degrees: west, east, south, north."
        ),
    )


def add_raster(algorithm: Algorithm) -> None:
    """RASTER and BAND: what queries are cut from."""
    algorithm.add(
        QgsProcessingParameterRasterLayer("RASTER", tr("Raster to cut from"), None, True),
        tr(
            "The raster the queries are cut from, a file this computer can read. Empty: the first "
            "mosaic the index was built from."
        ),
    )
    algorithm.add_advanced(
        QgsProcessingParameterBand("BAND", tr("Band"), None, "RASTER", True),
        tr("Empty: the brightness of a colour image, else the first band."),
    )


def add_search_options(algorithm: Algorithm) -> None:
    """TOP, SHORTLIST, SYMMETRIC, filters, GEOMETRY, DEVICE."""
    settings = Settings()
    algorithm.add(
        whole("TOP", tr("Matches per query"), settings.default_top, 1, MOST_TOP),
        tr("How many craters are returned for each query, best first."),
    )
    _add_question(algorithm)
    _add_filters(algorithm)
    algorithm.add_advanced(
        whole("SHORTLIST", tr("Shortlist"), settings.default_shortlist, 1, MOST_SHORTLIST),
        tr(
            "Views the first stage keeps for the second, slower one. More: slower, and seldom "
            "better."
        ),
    )
    algorithm.add_advanced(
        QgsProcessingParameterBoolean("SYMMETRIC", tr("Compare both ways"), settings.symmetric),
        tr("Late interaction also from the match to the query. Then nothing is said on chance."),
    )
    algorithm.add_advanced(
        choice(
            "GEOMETRY",
            tr("Geometry of the matches"),
            [tr("circles of the craters' size"), tr("centres"), tr("none")],
        ),
        tr("What stands for a match on the map."),
    )
    add_device(algorithm)


QUESTIONS = tuple(Question)
LIKENESSES = (Likeness.BOTH, Likeness.RELIEF, Likeness.LOOKS)
"""As in the choices FIND and BY."""


def _add_question(algorithm: Algorithm) -> None:
    algorithm.add(
        choice("FIND", tr("Find"), [question_name(question) for question in QUESTIONS]),
        tr(
            "The same crater: have we seen it before? Analogs: craters of the same kind, at any "
            "angle and mirrored; the index needs descriptors of kind."
        ),
    )
    algorithm.add_advanced(
        QgsProcessingParameterBoolean("ANY_ANGLE", tr("Any angle"), False),
        tr("For the same crater in a picture that may be turned: all orientations are tried."),
    )
    algorithm.add_advanced(
        choice("BY", tr("Analogs are alike"), [likeness_name(by) for by in LIKENESSES]),
        tr("Relief: the shape, as the picture shows it. Looks: bright and dark, as in the mosaic."),
    )
    algorithm.add_advanced(
        decimal("MIN_PIXELS", tr("Fewest pixels across"), None, 0.0, 10_000.0),
        tr(
            "Pixels of the mosaic across a match, at least. Empty: {n} for analogs, any for the "
            "same crater."
        ).format(n=f"{ANALOG_PIXELS:g}"),
    )
    algorithm.add_advanced(
        QgsProcessingParameterBoolean("SAME_PLACE", tr("Analogs at the same place too"), False),
        tr("Also craters that share ground with the query."),
    )


def _add_filters(algorithm: Algorithm) -> None:
    algorithm.add(distance("MIN_DIAMETER", tr("Smallest diameter")), tr("Of the matches (km)."))
    algorithm.add(distance("MAX_DIAMETER", tr("Largest diameter")), tr("Of the matches (km)."))
    algorithm.add_advanced(
        decimal("MIN_RATIO", tr("Smallest ratio of diameters"), None, 0.0, 1.0e6),
        tr(
            "Diameter of the match divided by the query's; 0.5: half as large. With both ratios "
            "empty analogs are {low} to {high} times as large."
        ).format(low=f"{ANALOG_SIZES[0]:g}", high=f"{ANALOG_SIZES[1]:g}"),
    )
    algorithm.add_advanced(
        decimal("MAX_RATIO", tr("Largest ratio of diameters"), None, 0.0, 1.0e6),
        tr("Diameter of the match divided by the query's; 2: twice as large."),
    )
    algorithm.add_advanced(
        distance("MIN_DISTANCE", tr("Smallest distance")),
        tr("Of the match from the query, along the great circle (km)."),
    )
    algorithm.add_advanced(
        distance("MAX_DISTANCE", tr("Largest distance")),
        tr("Of the match from the query, along the great circle (km)."),
    )
    algorithm.add_advanced(
        QgsProcessingParameterString("WHERE", tr("Condition"), "", False, True),
        tr(
            "SQL on the columns of the index's catalogue, for example: diameter_m > 50000 AND "
            "lat < -60. Columns of your catalogue go by their names."
        ),
    )
    algorithm.add_advanced(
        QgsProcessingParameterString("KIND", tr("Kind"), "", False, True),
        tr("Only craters of a kind that was named for this index."),
    )
    algorithm.add_advanced(
        decimal("MIN_KIND", tr("Smallest probability of the kind (%)"), None, 0.0, 100.0),
        tr("Empty: {n} %.").format(n=f"{100 * OF_A_KIND:g}"),
    )
    algorithm.add_advanced(
        decimal("MAX_CHANCE", tr("Largest number expected by chance"), None, 0.0, 1.0e9),
        tr(
            "Leaves out matches that score no higher than this many unrelated craters of the index "
            "would by chance. Matches of an index that cannot tell are kept."
        ),
    )
