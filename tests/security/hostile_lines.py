"""Requests of every method, and lines of the protocol as somebody could send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from craterbench_qgis.contract.records import Json
from craterbench_qgis.contract.wire import PROTOCOL
from tests.engine import scene


def requests(work: Path) -> dict[str, Json]:
    """Valid params of every method."""
    index, mosaic = str(work / "scene.craterindex"), str(work / "mosaic.tif")
    added = str(work / "added.craterindex")
    lasso = [-1.0, -1.0, 1.0, -1.0, 0.0, 1.0]
    catalogue = {"path": str(work / "craters.csv"), "body": "Moon", "columns": {"id": "crater_id"}}
    review = str(work / "review.gpkg")
    crater, lon, lat, diameter = scene.craters()[5]
    query = {
        "kind": "crater", "mosaic": {"path": mosaic, "band": 1}, "lon": lon, "lat": lat,
        "diameter_m": diameter * 1e3, "context": 2.5,
    }  # fmt: skip
    match = {
        "rank": 1, "crater_id": crater, "lon": lon, "lat": lat, "diameter_m": diameter * 1e3,
        "score": 0.9, "shortlist_score": 0.8, "context": 2.0, "view_number": 3, "crater_row": 5,
        "observation": 0, "distance_m": 1.0, "bearing_deg": 2.0, "expected_by_chance": 0.1,
        "attributes": {"freshness": 1}, "decision": "accepted", "comment": "=x",
    }  # fmt: skip
    body = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
    selection = {"min_diameter_m": 1e4, "max_diameter_m": 1e5, "region": [0.0, -8.0, 24.0, 8.0]}
    filters = {
        "diameter_ratio": [0.5, 2.0], "latitude": [-8, 8], "longitude": [0, 24],
        "region": "POLYGON((0 -8, 24 -8, 24 8, 0 8, 0 -8))", "where": "freshness > 1",
        "min_distance": 1.0, "max_distance": 1e7, "exclude_ids": ["T-001"], "kind": None,
        "min_kind": 0.5,
    }  # fmt: skip
    entry = {"lon": lon, "lat": lat, "diameter_m": diameter * 1e3}
    preview = {"image": str(work / "session" / "none.png"), "lon": 1.0, "lat": 2.0, "side_m": 3.0}
    sheet = {"index": index, "matches": [match], "query": query, "provenance": {"query": {}}}
    return {
        "hello": {"client": "x", "protocol": PROTOCOL},
        "encoders.list": {},
        "devices": {},
        "catalogue.describe": {"catalogue": catalogue, "selection": selection, "mosaics": [mosaic]},
        "mosaic.describe": {"path": mosaic, "body": "moon", "band": 1, "nodata": 0.0},
        "index.describe": {"path": index},
        "index.open": {"path": index, "device": "cpu"},
        "index.close": {"path": index},
        "index.build": {
            "mosaics": [mosaic], "catalogue": catalogue, "selection": selection, "encoder": "hog",
            "output": str(work / "new.craterindex"), "contexts": [2.0], "tokens": 16,
            "seeds": "attention", "band": 1, "kinds": False, "device": "cpu",
        },
        "index.add": {"index": added, "mosaics": [mosaic],
                      "catalogue": catalogue, "device": "cpu"},
        "index.upgrade": {"index": added, "mosaics": [mosaic]},
        "build.estimate": {"mosaics": [mosaic], "catalogue": catalogue, "selection": selection,
                           "contexts": [2.0], "nodata": 0.0},
        "build.check": {"mosaics": [mosaic], "catalogue": catalogue, "selection": selection},
        "index.verify": {"path": index},
        "atlas.make": {"index": added},
        "atlas.describe": {"index": added},
        "atlas.picture": {
            "index": added, "x": 0.0, "y": 0.1, "scale": 0.01, "width": 64, "height": 48,
            "column": "freshness", "lasso": lasso, "rows": [3, 4],
        },
        "atlas.select": {"index": added, "lasso": lasso},
        "atlas.export": {"index": added, "path": str(work / "chosen.csv"), "lasso": lasso,
                         "rows": [3, 4], "overwrite": True},
        "atlas.at": {"index": added, "x": 0.0, "y": 0.0, "reach": 3.0},
        "demo": {"folder": str(work / "demo"), "device": "cpu"},
        "preview": {"query": query, "index": index, "size": 64},
        "search": {
            "index": index, "query": query, "top": 5, "shortlist": 20, "symmetric": True,
            "backend": "auto", "filters": filters, "feedback": {"accepted": ["T-002"],
            "rejected": ["T-003"]}, "find": "same", "any_angle": False,
            "analogs": {"by": "both", "min_pixels": 0.0},
        },
        "warp": {"pictures": [mosaic], "lon": lon, "lat": lat, "side_m": diameter * 3e3, "size": 64,
                 "shows": body},
        "thumbnails": {"index": index, "views": [0, 1, 2]},
        "explain": {"index": index, "query": query, "crater_id": crater, "device": "cpu"},
        "export": {
            "matches": [match, match], "path": str(work / "matches.csv"), "index": index,
            "body": body, "provenance": {"a": [1]}, "geometry": "circle", "overwrite": True,
        },
        "contact_sheet": {**sheet, "path": str(work / "sheet.png"), "title": "x"},
        "report": {**sheet, "path": str(work / "report.html"), "preview": preview},
        "kinds.learn": {"index": added, "name": "fresh", "yes": [f"T-{n:03}" for n in range(5)],
                        "no": ["T-009"], "table": None, "output": str(work / "fresh.csv"),
                        "overwrite": True},
        "kinds.list": {"path": added},
        "kinds.remove": {"index": added, "name": "fresh"},
        "evaluate": {
            "index": index, "mosaic": mosaic, "catalogue": catalogue, "selection": selection,
            "views_per_crater": 1, "context": [2.5], "jitter": 0.1, "limit": 3,
            "only": ["two-stage:16:20"], "seeds": ["attention"], "same": [["T-001", "T-002"]],
            "memory_gb": 1.0, "device": "cpu",
        },
        "duplicates.find": {
            "catalogue": catalogue, "output": review, "selection": selection, "other": catalogue,
            "mosaics": [], "other_offset_m": [1.0, 2.0], "threshold": 0.5, "minimum": 0.02,
            "max_distance": 0.5, "max_ratio": 2.0, "max_looks": 2, "source_column": "freshness",
            "priority": ["1"], "keeper": "auto", "device": "cpu",
        },
        "duplicates.apply": {
            "review": review, "output": str(work / "clean.csv"), "threshold": 0.5,
        },
        "duplicates.report": {
            "review": review, "output": str(work / "review.html"), "verdicts": ["duplicate"],
            "order": "probability", "limit": 2, "mosaics": [mosaic], "title": "x",
        },
        "duplicates.pictures": {
            "mosaics": [{"path": mosaic}], "a": entry, "b": entry, "size": 64, "context": 2.5,
            "body": body,
        },
    }  # fmt: skip


def line_of(method: str, params: Any, number: Any = 7, **more: Any) -> bytes:
    """A request on the wire; numbers that are no JSON stay as Python writes them."""
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params, **more}
    return json.dumps(message).encode()


ODD = {
    "half a line": b'{"jsonrpc":"2.0","id":7,"met',
    "no UTF-8": b'{"jsonrpc":"2.0","id":7,"method":"\xff\xfe"}',
    "half a surrogate": b'{"jsonrpc":"2.0","id":7,"method":"\\ud800"}',
    "half a surrogate as id": b'{"jsonrpc":"2.0","id":"\\ud800","method":"$/ping"}',
    "a surrogate in a path": line_of("mosaic.describe", {"path": "/\ud800.tif"}),
    "a surrogate in a key": line_of("mosaic.describe", {"path": "a", "\ud800": 1}),
    "a byte order mark": b"\xef\xbb\xbf" + line_of("$/ping", {}),
    "UTF-16": line_of("$/ping", {}).decode().encode("utf-16"),
    "a NUL": b"\0",
    "many NULs": b"\0" * 100_000,
    "a batch": b"[" + line_of("$/ping", {}) + b"]",
    "an empty batch": b"[]",
    "a number": b"5",
    "a text": b'"x"',
    "null": b"null",
    "NaN": b"NaN",
    "nothing": b"   ",
    "NaN as id": line_of("$/ping", {}, float("nan")),
    "endless as id": line_of("$/ping", {}, float("inf")),
    "a large id": line_of("$/ping", {}, 10**400),
    "a negative id": line_of("$/ping", {}, -(2**70)),
    "a half id": line_of("$/ping", {}, 1.5),
    "true as id": line_of("$/ping", {}, True),
    "a list as id": line_of("$/ping", {}, [1]),
    "an object as id": line_of("$/ping", {}, {"a": 1}),
    "null as id": line_of("$/ping", {}, None),
    "an empty id": line_of("$/ping", {}, ""),
    "a long id": line_of("$/ping", {}, "x" * 1_000_000),
    "an id twice": b'{"jsonrpc":"2.0","id":3,"id":7,"method":"$/ping"}',
    "a method twice": b'{"jsonrpc":"2.0","id":7,"method":"search","method":"$/ping"}',
    "params twice": b'{"jsonrpc":"2.0","id":7,"method":"index.describe","params":{"path":"/a"},'
    b'"params":{"path":"/b","path":"/c"}}',
    "more members": line_of("$/ping", {}, result={}, error={"code": 1}),
    "the engine's own answer": b'{"jsonrpc":"2.0","id":7,"result":{}}',
    "the engine's own error": b'{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"x"}}',
    "the engine's own progress": line_of("$/progress", {"id": 7}),
    "another version": b'{"jsonrpc":"1.0","id":7,"method":"$/ping"}',
    "a version of numbers": b'{"jsonrpc":2.0,"id":7,"method":"$/ping"}',
    "an unknown notification": b'{"jsonrpc":"2.0","method":"exit"}',
    "a method without an id": b'{"jsonrpc":"2.0","method":"index.build","params":{}}',
    "deep lists": b"[" * 1_000_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep params": line_of("preview", {}).replace(b"{}", b"[" * 90_000 + b"]" * 90_000),
    "deep params in the query": line_of("preview", {"query": 5}).replace(
        b"5", b'{"kind":' * 900 + b"1" + b"}" * 900
    ),
    "deep provenance": line_of("export", {"matches": [], "path": "a.geojson", "provenance": 5})
    .replace(b": 5}", b": " + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"),
    "many members": line_of("preview", {f"m{n}": n for n in range(100_000)}),
    "many digits": b'{"jsonrpc":"2.0","id":7,"method":"index.describe","params":' + b"9" * 100_000
    + b"}",
    "a large exponent": b'{"jsonrpc":"2.0","id":7,"method":"index.describe","params":1e999999}',
    "a long method": line_of("x" * 1_000_000, {}),
    "a method of control characters": line_of("\x1b[2J\x07\n", {}),
    "params as a text": line_of("search", "index"),
    "params as a list": line_of("search", ["/a", {}]),
    "params as a number": line_of("index.describe", 5),
    "params as true": line_of("index.close", True),
    "hello with true": line_of("hello", {"client": "x", "protocol": True}),
    "hello with a text": line_of("hello", {"client": "x", "protocol": "2"}),
    "hello with much": line_of("hello", {"client": "x", "protocol": "2" * 1_000_000}),
    "hello with a list": line_of("hello", [2]),
    "hello with a deep list": line_of("hello", {"protocol": 5}).replace(
        b"5", b"[" * 900 + b"]" * 900
    ),
    "hello without a client": line_of("hello", {"protocol": PROTOCOL}),
    "cancel without an id": line_of("$/cancelRequest", {}, None),
    "cancel nothing": line_of("$/cancelRequest", {"id": {}}, None),
    "cancel as a request": line_of("$/cancelRequest", {"id": 7}),
    "a path too long": line_of("index.describe", {"path": "x" * 1_000_000}),
    "a path with a NUL": line_of("index.describe", {"path": "a\0b"}),
    "a device as index": line_of("index.describe", {"path": "/dev/zero"}),
    "a device as mosaic": line_of("mosaic.describe", {"path": "/dev/zero"}),
    "the root as index": line_of("index.describe", {"path": "/"}),
    "a device to write": line_of("export", {
        "matches": [], "path": "/dev/full", "body": {"name": "Moon", "a": 1.0, "b": 1.0},
    }),
    "endless numbers": line_of("mosaic.describe", {"path": "a.tif", "nodata": float("inf")}),
    "a large whole number": line_of("mosaic.describe", {"path": "a.tif", "nodata": 10**400}),
}  # fmt: skip
