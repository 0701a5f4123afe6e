"""What connectors share: HTTP transport, authentication, webhook signatures, faults as outcomes, strict reading."""

from crossdock.connectors._kit.connector import HttpConnector
from crossdock.connectors._kit.http import HttpClient
from crossdock.connectors._kit.manifest import Manifest, read_manifest
from crossdock.connectors._kit.reading import Findings, Refused, decode
from crossdock.connectors._kit.registry import ConnectorType
from crossdock.connectors._kit.settings import HttpSettings, settings_of
from crossdock.connectors._kit.writing import VendorCall, Writers, plain

__all__ = [
    "ConnectorType",
    "Findings",
    "HttpClient",
    "HttpConnector",
    "HttpSettings",
    "Manifest",
    "Refused",
    "VendorCall",
    "Writers",
    "decode",
    "plain",
    "read_manifest",
    "settings_of",
]
