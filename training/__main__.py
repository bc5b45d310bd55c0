"""``python -m training RECIPE --data DIR --output FOLDER``: from terrain to weights that ship.

A recipe with ``"what": "kind"`` trains the descriptor of kind, any other the encoder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from craterbench_qgis.engine.cli.output import ConsoleMonitor, note, say
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor


def main(argv: Sequence[str] | None = None) -> int:
    """Pack, train, export. Exit codes as those of ``craterbench``."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Packs the terrain the recipe names (once), trains, and writes the weights and "
        "their model card. Ctrl-C is safe: the same command goes on where it stopped.",
    )
    parser.add_argument("config", type=Path, help="recipe, e.g. docs/encoder/config.json")
    parser.add_argument("--data", type=Path, help="folder of the rasters and catalogue it names")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--pack-only", action="store_true", help="stop after packing the terrain")
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="FILE",
        help="weights to begin with in place of the recipe's: a checkpoint or its card",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:0")
    arguments = parser.parse_args(argv)
    try:
        with ConsoleMonitor() as monitor:
            return run(arguments, monitor)
    except CraterBenchError as error:
        print(f"training: {error}", file=sys.stderr)
        return error.exit_code


def run(arguments: argparse.Namespace, monitor: Monitor) -> int:
    """Do what the command line asks."""
    output: Path = arguments.output
    try:
        text = arguments.config.read_text(encoding="utf-8")
        kind = json.loads(text).get("what") == "kind"
    except (OSError, ValueError, AttributeError) as error:
        raise CraterBenchError(
            f"The training recipe {arguments.config.name} cannot be read ({error}). Start from "
            "docs/encoder/config.json."
        ) from error
    output.mkdir(parents=True, exist_ok=True)
    # The recipe looks for its pack beside itself, so the run gets its own copy of both.
    recipe = output / "config.json"
    if recipe.exists() and recipe.read_text(encoding="utf-8") != text:
        raise CraterBenchError(
            f"{output} holds a run of another recipe. Choose another folder for this one."
        )
    recipe.write_text(text, encoding="utf-8")
    return (_kind if kind else _encoder)(recipe, arguments, monitor)


def _encoder(recipe: Path, arguments: argparse.Namespace, monitor: Monitor) -> int:
    from .config import read_config
    from .recipe import pack_from_recipe

    output: Path = arguments.output
    if not all((output / share.pack).exists() for share in read_config(recipe).shares()):
        for pack, count in pack_from_recipe(recipe, _data(arguments), output, monitor):
            note(f"{count:,} crops packed: {pack} ({pack.stat().st_size / 1e6:.1f} MB)")
    if arguments.pack_only:
        return 0
    from .export import export_encoder
    from .run import is_vit, start_of, train
    from .vit import export_vit

    config, start = read_config(recipe), arguments.start_from
    checkpoint = train(recipe, output, monitor, device=arguments.device, start_from=start)
    begun = start_of(config, recipe, start)
    if is_vit(config):
        card = export_vit(checkpoint, recipe, output / "encoder", begun)
    else:
        kept = output / config.teacher if config.teacher is not None else begun
        card = export_encoder(checkpoint, recipe, output / "encoder", default=False, kept=kept)
    say(f"Written: {card} and its weights. Use it with --encoder {card}")
    return 0


def _kind(recipe: Path, arguments: argparse.Namespace, monitor: Monitor) -> int:
    from .kind.pack import make_pack
    from .kind.run import read_recipe
    from .kind.train import train_kind

    if arguments.start_from is not None:
        raise CraterBenchError(
            "A descriptor of kind begins with what its recipe names. Leave --start-from out."
        )
    output: Path = arguments.output
    config = read_recipe(recipe)
    pack = output / str(config["pack"])
    if not pack.exists():
        count = make_pack(config, _data(arguments), pack, monitor)
        note(f"{count:,} crops packed: {pack} ({pack.stat().st_size / 1e6:.1f} MB)")
    if arguments.pack_only:
        return 0
    from .kind.export import export_kind

    checkpoint = train_kind(recipe, output, monitor, device=arguments.device)
    card = export_kind(checkpoint, recipe, output / "descriptor")
    say(f"Written: {card} and its weights.")
    return 0


def _data(arguments: argparse.Namespace) -> Path:
    if arguments.data is None:
        raise CraterBenchError(
            "The terrain is not packed yet. Name the folder of the rasters (--data)."
        )
    folder: Path = arguments.data
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
