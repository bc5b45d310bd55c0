"""Run with the engine's Python: asks a real engine and writes its answers as JSON.

make_gallery.py INDEX FOLDER CRATER TOP: FOLDER/data.json with the index, a search, thumbnails of
all matches and explanations of the first four; the pictures lie in FOLDER/session.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path


class Asker:
    """Requests one after the other to ``craterbench serve``."""

    def __init__(self, session: Path) -> None:
        command = [sys.executable, "-m", "craterbench_qgis.engine", "serve", "--session"]
        self._process = subprocess.Popen(
            [*command, str(session)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._number = 0

    def ask(self, method: str, params: dict) -> dict:
        self._number += 1
        request = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        while True:
            answer = json.loads(self._process.stdout.readline())
            if answer.get("id") == self._number and "method" not in answer:
                if "error" in answer:
                    raise SystemExit(str(answer["error"]))
                return answer["result"]


def main(index: str, folder: Path, crater: str, top: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    engine = Asker(folder / "session")
    engine.ask("hello", {"client": "test", "protocol": 1})
    info = engine.ask("index.open", {"path": index})
    query = {"kind": "indexed", "crater_id": crater}
    found = engine.ask(
        "search", {"index": index, "query": query, "top": top, "shortlist": max(200, 2 * top)}
    )
    matches = found["matches"]
    views = [one["view_number"] for one in matches]
    pictures = engine.ask("thumbnails", {"index": index, "views": views})
    why = {}
    for one in matches[:4]:
        ask = {"index": index, "query": query, "crater_id": one["crater_id"]}
        why[one["crater_id"]] = engine.ask("explain", {**ask, "view": one["view_number"]})
    data = {
        "info": info,
        "query": query,
        "search": found,
        "thumbnails": pictures["files"],
        "explain": why,
    }
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    engine.ask("shutdown", {})


@cache
def recorded_gallery(folder: Path, moon: Path) -> Path:
    """A gallery of about a hundred lunar craters; made once per test run and ``folder``."""
    root, index = Path(__file__).resolve().parents[2], folder / "gallery.craterindex"
    build = ["index", "build", "--mosaic", str(moon / "lroc_wac_8k.tif"), "--catalogue"]
    build += [str(moon / "craters_ge5km.csv"), "--min-diameter", "60", "--encoder", "hog"]
    build += ["--region", "-40", "-40", "40", "40", "--context", "2", "--output", str(index)]
    command = [sys.executable, "-m", "craterbench_qgis.engine"]
    subprocess.run([*command, *build], check=True, capture_output=True, cwd=root)
    record = [sys.executable, __file__, str(index), str(folder / "gallery"), "2243", "100"]
    subprocess.run(record, check=True, capture_output=True, cwd=root)
    return folder / "gallery"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
