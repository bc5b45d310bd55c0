"""The engine as a server on a pipe: JSON-RPC in, the engine's own functions, answers out.

``craterbench serve`` runs it. See ``docs/reference/protocol.md`` and ``craterbench_qgis/contract``.
Nothing heavy is imported before the first request has been answered.
"""
