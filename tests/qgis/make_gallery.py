"""Run with the engine's Python: asks a real engine and writes its answers as JSON.

``python -m tests.qgis.make_gallery INDEX FOLDER CRATER TOP`` writes FOLDER/data.json: the index, a
search, the thumbnails of all matches and explanations of the first four. The pictures lie in
FOLDER/session; their paths begin with ``{folder}``, for the whole may be moved.
"""

import json
import subprocess
import sys
from pathlib import Path

from craterbench_qgis.contract.wire import PROTOCOL


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
    engine.ask("hello", {"client": "test", "protocol": PROTOCOL})
    info = engine.ask("index.open", {"path": index})
    query = {"kind": "indexed", "crater_id": crater}
    reply = engine.ask(
        "search", {"index": index, "query": query, "top": top, "shortlist": max(200, 2 * top)}
    )
    matches = reply["matches"]
    views = [match["view_number"] for match in matches]
    pictures = engine.ask("thumbnails", {"index": index, "views": views})
    why = {}
    for match in matches[:4]:
        asked = {"index": index, "query": query, "crater_id": match["crater_id"]}
        answer = engine.ask("explain", {**asked, "view": match["view_number"]})
        why[match["crater_id"]] = answer
    data = {
        "info": info,
        "query": query,
        "search": reply,
        "thumbnails": pictures["files"],
        "explain": why,
    }
    text = json.dumps(data).replace(str(folder), "{folder}")
    (folder / "data.json").write_text(text, encoding="utf-8")
    engine.ask("shutdown", {})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
