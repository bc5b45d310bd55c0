"""Set-up: how the download goes: wheels from a folder, proxy, certificates."""

from __future__ import annotations

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtWidgets import QCheckBox

from ...client import network
from ...core.settings import Settings
from ...i18n import tr
from ..layouts import in_column
from .widgets import file_line, note


class NetworkOptions(QgsCollapsibleGroupBox):
    """Closed unless something in it was set."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(tr("Network and offline"))
        self._settings = settings
        self.wheels = file_line(tr("Folder with wheels"), settings.wheel_folder, folder=True)
        self.certificate = file_line(tr("Certificates to trust"), settings.certificate_file)
        self.certificate.setFilter(tr("Certificates (*.pem *.crt *.cer);;All files (*)"))
        self.system = QCheckBox(tr("Trust this computer's certificates"))
        self.system.setToolTip(tr("Needed where the network looks into encrypted connections"))
        self.system.setChecked(settings.system_certificates)
        self.proxy = note("")
        in_column(
            note(tr("Install without network, from a folder with wheels:")), self.wheels,
            note(tr("Further certificates (PEM file):")), self.certificate, self.system, self.proxy,
            on=self,
        )  # fmt: skip
        self.setCollapsed(not (settings.wheel_folder or settings.certificate_file))
        self.refresh()

    def refresh(self) -> None:
        """Show the proxy QGIS has now."""
        self.proxy.setText(network.proxy_text())

    def arguments(self) -> list[str]:
        """Arguments of ``environment.install``; what was chosen is kept in the settings."""
        settings = self._settings
        settings.wheel_folder = self.wheels.filePath().strip()
        settings.certificate_file = self.certificate.filePath().strip()
        settings.system_certificates = self.system.isChecked()
        arguments = []
        if settings.wheel_folder:
            arguments += ["--wheels", settings.wheel_folder]
        if settings.certificate_file:
            arguments += ["--certificates", settings.certificate_file]
        if settings.system_certificates:
            arguments += ["--system-certificates"]
        return arguments
