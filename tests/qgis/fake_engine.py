"""An engine that misbehaves on request: ``fake_engine.py MODE serve --session FOLDER``.

Standard library only. Methods: ``echo`` answers its params; ``work`` {steps, ms, size?} reports
progress and can be cancelled; ``die`` kills the process; ``stuck`` never answers but pings are;
``deaf`` stops reading for ever; ``fail`` is an error for the user; ``big`` {bytes}; ``environ``.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

MODE = sys.argv[1]
SESSION = sys.argv[sys.argv.index("--session") + 1]
OUT = sys.stdout.buffer
CANCELLED = set()
LOCK = threading.Lock()


def send(message):
    line = json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
    with LOCK:
        if MODE == "slow-pipe":  # in pieces, cut in the middle of a line
            for start in range(0, len(line), 7):
                OUT.write(line[start : start + 7])
                OUT.flush()
                time.sleep(0.001)
        else:
            OUT.write(line)
            OUT.flush()


def log(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def hello():
    return {
        "protocol": {"new-protocol": 3, "old-protocol": 0}.get(MODE, 2),
        "version": "9.9",
        "python": "3.11",
        "packages": {"numpy": "2.2.6"},
        "devices": [{"id": "cpu", "name": "CPU"}],
        "pid": os.getpid(),
        "news": "a member no client knows",
    }


def work(number, params):
    total = params["steps"]
    for step in range(total):
        if number in CANCELLED:
            send({"id": number, "error": {"code": -32800, "message": "cancelled"}})
            return
        time.sleep(params["ms"] / 1000)
        progress = {"id": number, "stage": "working", "done": step + 1, "total": total}
        progress.update(rate=1000 / max(params["ms"], 1), seconds_left=None)
        send({"method": "$/progress", "params": progress})
    send({"id": number, "result": {"steps": total}})


def answer(message):
    number, method, params = message.get("id"), message["method"], message.get("params", {})
    if method == "hello":
        if MODE == "refuse":
            data = {"kind": "Protocol", "protocol": 7}
            send({"id": number, "error": {"code": -32001, "message": "no", "data": data}})
            return
        send({"id": number, "result": hello()})
    elif method == "echo":
        send({"id": number, "result": params})
    elif method == "work":
        threading.Thread(target=work, args=(number, params), daemon=True).start()
    elif method == "die":
        log("about to die: out of memory")
        os.kill(os.getpid(), signal.SIGKILL)
    elif method == "exit":
        log("leaving")
        os._exit(3)
    elif method == "deaf":
        time.sleep(600)
    elif method == "fail":
        data = {"kind": "CatalogueError"}
        send({"id": number, "error": {"code": -32000, "message": "No column.", "data": data}})
    elif method == "big":
        send({"id": number, "result": {"text": "x" * params["bytes"]}})
    elif method == "environ":
        send({"id": number, "result": {"environ": dict(os.environ), "folder": str(Path.cwd())}})
    elif method == "many":
        for step in range(params["count"]):
            progress = {"id": number, "stage": "s", "done": step, "total": params["count"]}
            send({"method": "$/progress", "params": progress})
        send({"id": number, "result": {}})
    elif method == "flood":
        for part in range(params["lines"]):
            log(f"line {part} " + "y" * 200)
        send({"id": number, "result": {}})
    elif method not in ("stuck", "$/cancelRequest"):
        send({"id": number, "error": {"code": -32601, "message": "no such method"}})


def garbage():
    with LOCK:
        OUT.write(b"a library says hello\n\xff\xfe\x00\n[1, 2]\n{}\n" + b"{" * 5000 + b"\n")
        OUT.write(b'{"jsonrpc": "2.0"}\n{"jsonrpc": "2.0", "id": "x", "result": {}}\n')
        OUT.flush()


def main():
    (Path(SESSION) / "engine.pid").write_text(str(os.getpid()))
    if MODE == "crash-at-start":
        log("Traceback (most recent call last):\n  ...\nImportError: libtorch.so: not found")
        os._exit(1)
    if MODE == "silent-at-start":
        time.sleep(600)
    if MODE == "no-end":  # neither end of input nor a polite signal ends it
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if MODE == "noise":
        garbage()
    if MODE == "flood":
        for part in range(60_000):
            log(f"warning {part} " + "z" * 60)
    lines = queue.Queue()

    def read():
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if message["method"] == "$/cancelRequest":
                CANCELLED.add(message["params"]["id"])
            lines.put(message)
        if MODE == "no-end":
            time.sleep(600)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        message = lines.get()
        if MODE == "slow":
            time.sleep(0.15)
        answer(message)


if __name__ == "__main__":
    main()
