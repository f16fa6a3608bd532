"""Which column of a table plays which role."""

from tieout.detect.roles.infer import Profile, infer_roles
from tieout.detect.roles.model import RoleChoice

__all__ = ["Profile", "RoleChoice", "infer_roles"]
