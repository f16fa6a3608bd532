"""What a workspace allows: accounts, limits, recipients, addresses, and what may run alone."""

from tieout.resolve.config.load import RESOLVE_FILE, load_resolve_spec, workspace_resolve_spec
from tieout.resolve.config.spec import ResolveSpec

__all__ = ["RESOLVE_FILE", "ResolveSpec", "load_resolve_spec", "workspace_resolve_spec"]
