"""Set-up: how the download goes: wheels from a folder, proxy, certificates."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qgis.PyQt.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ...client import network
from ...i18n import tr
from .widgets import note


class NetworkOptions(QgsCollapsibleGroupBox):
    """Closed unless something in it was set. ``settings``: core.settings.Settings."""

    def __init__(self, settings: Any, parent: QWidget | None = None) -> None:
        super().__init__(tr("Network and offline"), parent)
        self._settings = settings
        self.wheels = QgsFileWidget()
        self.wheels.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.wheels.setDialogTitle(tr("Folder with wheels"))
        self.wheels.setFilePath(settings.wheel_folder)
        self.certificate = QgsFileWidget()
        self.certificate.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.certificate.setFilter(tr("Certificates (*.pem *.crt *.cer);;All files (*)"))
        self.certificate.setDialogTitle(tr("Certificates to trust"))
        self.certificate.setFilePath(settings.certificate_file)
        self.system = QCheckBox(tr("Trust this computer's certificates"))
        self.system.setToolTip(tr("Needed where the network looks into encrypted connections"))
        self.system.setChecked(settings.system_certificates)
        self.proxy = note("")
        layout = QVBoxLayout(self)
        layout.addWidget(note(tr("Install without network, from a folder with wheels:")))
        layout.addWidget(self.wheels)
        layout.addWidget(note(tr("Further certificates (PEM file):")))
        layout.addWidget(self.certificate)
        layout.addWidget(self.system)
        layout.addWidget(self.proxy)
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
