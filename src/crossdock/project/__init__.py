"""The network project: a distributor's network described in files, loaded and checked whole."""

from crossdock.project.load import examine, load
from crossdock.project.network import Network
from crossdock.project.problems import Problem, ProjectInvalid
from crossdock.project.registry import ConnectorSpec, Registry
from crossdock.project.secrets import Secret

__all__ = ["ConnectorSpec", "Network", "Problem", "ProjectInvalid", "Registry", "Secret", "examine", "load"]
