"""Bodies, reference systems and geometry on the sphere, for QGIS."""
