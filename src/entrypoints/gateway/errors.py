"""What can keep the gateway from starting; each message is one line for a person."""


class GatewayError(Exception):
    """The gateway cannot start as asked."""


class GatewayConfigError(GatewayError):
    """The routes or the settings cannot be put into a configuration that Envoy accepts."""


class ReplacementError(GatewayError):
    """The gateway that was to be replaced is not there, or the new one does not serve."""


class RunDirInUseError(GatewayError):
    """Another gateway runs with this run directory; its admin socket would be taken from it."""


class PortInUseError(GatewayError):
    """Another process listens on an address that the gateway needs."""
