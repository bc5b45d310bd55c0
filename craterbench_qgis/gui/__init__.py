"""Panels, map tools and dialogs, one module per panel."""
