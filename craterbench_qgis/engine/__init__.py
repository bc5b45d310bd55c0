"""The engine: everything that needs no QGIS. It never imports ``qgis`` or Qt."""

import os

from .files.walls import raise_walls
from .memory import keep_freed_memory

# Before anything here can load GDAL: what it may do in this process is read when it starts.
raise_walls()
# Before numpy: its products round by the number of threads, and an index would depend on the cores.
# Not by threadpoolctl, which waits for ever where another thread is importing a library.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before torch: a thread that waits for work looks for it 300,000 times before it sleeps, and where
# QGIS draws on the same cores, the one it waits for gets no turn: twice as long, measured.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
keep_freed_memory()
