"""A program that kills writers of an index at random moments, beside a reader and a rival writer.

``python -m tests.security.kills FOLDER KILLS`` prints one JSON object. A commit counts as lost when
the writer had reported its generation and the disk holds an earlier one. Writers are forked, so
that a thousand kills take minutes.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from craterbench_qgis.engine.errors import CraterIndexError, QueryError
from craterbench_qgis.engine.index import (
    IndexWriter,
    build_hnsw,
    build_lists,
    finishing,
    open_index,
    verify,
)
from craterbench_qgis.engine.index.manifest import load_manifest
from tests.engine import index_support as support

MAX_CRATERS = 400
CHUNKS = 2
ADDED = 6


def add(writer: IndexWriter, rng: random.Random, report: Callable[[IndexWriter], None]) -> None:
    """Six craters and their views in two chunks; a killed one's job is finished first."""
    if writer.job is None:
        first = writer.manifest.n_craters
        at = np.linspace(-80, 80, ADDED)
        names = [f"n{first + number}" for number in range(ADDED)]
        writer.add_craters(names, at, at, np.full(ADDED, 5e4))
        writer.begin_job({"first": first}, CHUNKS)
        report(writer)
    while writer.job is not None:
        job = writer.job
        for chunk in range(job.chunks):
            if not job.is_done(chunk):
                data = support.chunk_data(chunk, ADDED, ADDED // CHUNKS)
                rows = data.crater_row + job.info["first"]
                writer.commit_chunk(chunk, dataclasses.replace(data, crater_row=rows, skipped=[]))
                report(writer)
        writer.finish_job()
        report(writer)


def remove(writer: IndexWriter, rng: random.Random, report: Callable[[IndexWriter], None]) -> None:
    rows = rng.sample(range(writer.manifest.n_craters), 3)
    writer.remove(writer.craters().ids(rows))
    report(writer)


def compact(writer: IndexWriter, rng: random.Random, report: Callable[[IndexWriter], None]) -> None:
    writer.compact()
    report(writer)


def hnsw(writer: IndexWriter, rng: random.Random, report: Callable[[IndexWriter], None]) -> None:
    build_hnsw(writer, threads=1)
    report(writer)


def lists(writer: IndexWriter, rng: random.Random, report: Callable[[IndexWriter], None]) -> None:
    build_lists(writer)
    report(writer)


def victim(path: Path, seed: int, pipe: int) -> None:
    """Changes the index until it is killed; writes each committed generation to ``pipe``."""
    rng = random.Random(seed)

    def report(writer: IndexWriter) -> None:
        os.write(pipe, f"{writer.manifest.generation}\n".encode())

    while True:
        try:
            with IndexWriter.open(path) as writer:
                os.write(pipe, b"open\n")
                if writer.job is not None:
                    add(writer, rng, report)
                else:
                    rng.choice([add, add, remove, compact, hnsw, lists])(writer, rng, report)
        except CraterIndexError as error:
            if "being changed" not in str(error):
                os.write(pipe, f"problem {error}\n".encode())
        time.sleep(rng.uniform(0, 0.003))


def rival(path: Path, seed: int, pipe: int) -> None:
    """Removes a crater now and then, where it gets the lock."""
    rng = random.Random(seed)
    while True:
        try:
            with IndexWriter.open(path) as writer:
                writer.remove(writer.craters().ids([rng.randrange(writer.manifest.n_craters)]))
            os.write(pipe, b"rival\n")
        except CraterIndexError as error:
            if "being changed" not in str(error):
                os.write(pipe, f"problem {error}\n".encode())
        time.sleep(rng.uniform(0.01, 0.1))


def reader(path: Path, pipe: int) -> None:
    """Asks for ever; every answer has to be of the one generation that was opened."""
    while True:
        try:
            with open_index(path) as index:
                removed = set(index.removed.tolist())
                wanted = [row for row in range(index.n_craters) if row not in removed]
                index.tokens(np.arange(index.n_views))
                same = int(index.alive.sum()) == sum(
                    row not in removed for row in index.view_crater_rows.tolist()
                )
                for _ in range(3):
                    same &= index.where("crater_row >= 0").tolist() == wanted
                os.write(pipe, b"answer\n" if same else b"wrong\n")
        except CraterIndexError as error:
            fine = "changed by another process" in str(error) or "too fast" in str(error)
            os.write(pipe, b"again\n" if fine else f"problem {error}\n".encode())
        except QueryError as error:
            os.write(pipe, f"problem {error}\n".encode())


def fork(work: Callable[..., None], *arguments: object) -> tuple[int, int]:
    """(process, the end of its pipe to read from, not blocking)."""
    source, target = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            os.close(source)
            work(*arguments, target)
        except BaseException as error:  # noqa: BLE001 - told to the parent, the child ends
            os.write(target, f"problem {type(error).__name__} {error}\n".encode())
        finally:
            os._exit(1)
    os.close(target)
    os.set_blocking(source, False)
    return number, source


def said(source: int) -> list[str]:
    parts = []
    try:
        while block := os.read(source, 1 << 16):
            parts.append(block)
    except BlockingIOError:
        pass
    return b"".join(parts).decode(errors="replace").splitlines()


def kill(number: int) -> None:
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def main(folder: Path, kills: int) -> dict[str, object]:
    path = folder / "moon.craterindex"
    finishing.MIN_VIEWS = 20  # so that the segments of a small index get lists
    rng = random.Random(11)
    counts = {"kills": 0, "commits": 0, "lost": 0, "rival": 0, "answers": 0, "again": 0}
    wrong: list[str] = []

    def listen(source: int) -> None:
        for line in said(source):
            if line in {"rival", "again"}:
                counts[line] += 1
            elif line == "answer":
                counts["answers"] += 1
            else:
                wrong.append(line)

    while counts["kills"] < kills:
        if path.exists():
            shutil.rmtree(path)
        start = time.monotonic()
        support.build(path)
        commit_s = (time.monotonic() - start) / (support.CHUNKS + 3)  # as fast as this machine is
        children = [fork(reader, path), fork(rival, path, rng.randrange(10**6))]
        while counts["kills"] < kills and load_manifest(path).n_craters < MAX_CRATERS:
            number, source = fork(victim, path, rng.randrange(10**6))
            lines: list[str] = []
            until = time.monotonic() + 60
            while not lines and time.monotonic() < until:  # until it holds the lock
                time.sleep(0.002)
                lines = said(source)
            time.sleep(rng.uniform(0.0, 4 * commit_s))
            kill(number)
            counts["kills"] += 1
            lines += said(source)
            os.close(source)
            wrong += [line for line in lines if line.startswith("problem")]
            reported = [int(line) for line in lines if line.isdigit()]
            counts["commits"] += len(reported)
            if reported and load_manifest(path).generation < max(reported):
                counts["lost"] += 1
            for _, pipe in children:
                listen(pipe)
            if counts["kills"] % 50 == 0:
                sys.stderr.write(f"{counts} {wrong[:5]}\n")
        until = time.monotonic() + 60
        while not counts["answers"] and time.monotonic() < until:  # on a busy machine
            listen(children[0][1])
            time.sleep(0.05)
        for child, pipe in children:
            kill(child)
            listen(pipe)
            os.close(pipe)
        with IndexWriter.open(path):
            pass  # tidies up what the last one left
        wrong += [f"verify: {problem}" for problem in verify(path).problems]
    return {**counts, "wrong": wrong[:50], "wrong_count": len(wrong)}


if __name__ == "__main__":
    result = main(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(result) + "\n")
