"""``craterbench train``: the bundled encoder's recipe, from terrain to a checkpoint that ships."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .output import ConsoleMonitor, note, say


def add_to(commands: Any) -> None:
    """Add ``train`` to the parser."""
    parser = commands.add_parser(
        "train",
        help="train an encoder on terrain (docs/method/encoder.md)",
        description="Packs the terrain the recipe names (once), trains, and writes the encoder and "
        "its model card. Ctrl-C is safe: the same command goes on where it stopped.",
    )
    parser.add_argument("config", type=Path, help="recipe, e.g. docs/encoder/config.json")
    parser.add_argument("--data", type=Path, help="folder of the rasters and catalogue it names")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--pack-only", action="store_true", help="stop after packing the terrain")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:0")
    parser.set_defaults(run=run_train)


def run_train(arguments: argparse.Namespace) -> int:
    """Pack, train, export."""
    from ..errors import CraterBenchError
    from ..training.config import read_config
    from ..training.recipe import pack_from_recipe

    output: Path = arguments.output
    config = read_config(arguments.config)
    output.mkdir(parents=True, exist_ok=True)
    # The recipe looks for its pack beside itself, so the run gets its own copy of both.
    recipe = output / "config.json"
    text = arguments.config.read_text(encoding="utf-8")
    if recipe.exists() and recipe.read_text(encoding="utf-8") != text:
        raise CraterBenchError(
            f"{output} holds a run of another recipe. Choose another folder for this one."
        )
    recipe.write_text(text, encoding="utf-8")
    with ConsoleMonitor() as monitor:
        pack = output / config.pack
        if not pack.exists():
            if arguments.data is None:
                raise CraterBenchError(
                    f"There is no terrain pack at {pack}. Name the folder of the rasters (--data)."
                )
            _, count = pack_from_recipe(recipe, arguments.data, pack, monitor)
            note(f"{count:,} crops packed: {pack} ({pack.stat().st_size / 1e6:.1f} MB)")
        if arguments.pack_only:
            return 0
        from ..training.export import export_encoder
        from ..training.run import train

        checkpoint = train(recipe, output, monitor, device=arguments.device)
    card = export_encoder(checkpoint, recipe, output / "encoder", default=False)
    say(f"Written: {card} and its weights. Use it with --encoder {card}")
    return 0
