"""CraterBench for QGIS: the module QGIS loads."""


def classFactory(iface):
    """The plugin object; QGIS calls this when the plugin is switched on."""
    from .craterbench_qgis.plugin import CraterBenchPlugin

    return CraterBenchPlugin(iface)
