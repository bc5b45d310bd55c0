"""CraterBench for QGIS: the module QGIS loads. QGIS needs ``classFactory`` here, beside metadata.txt."""
