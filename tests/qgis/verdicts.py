"""Run by the engine's Python: what its reports say of probabilities, as JSON.

Of 0, 0.001, 0.002 ... 1.
"""

from __future__ import annotations

import json
import sys

from craterbench_qgis.engine.duplicates.words import meaning

if __name__ == "__main__":
    sys.stdout.write(json.dumps([meaning(thousandth / 1000) for thousandth in range(1001)]))
