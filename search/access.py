"""What a person may find: a condition added to every query, before anything is counted."""

from __future__ import annotations

from hub import access
from hub.errors import Forbidden
from hub.model import Practitioner, Role
from search.query import Everything, Node, OneOf


def authz_filter(by: Practitioner) -> Node:
    """Return the condition for what `by` may see. Raises Forbidden.

    It is part of the query itself, so totals, facets and suggestions tell nothing of
    the rest. An `ehr_viewer` sees what the link named, and nothing without one.
    """
    if not access.may_read(by):
        raise Forbidden
    if by.role is Role.EHR_VIEWER:
        return OneOf("study_instance_uid", by.named_studies)
    return Everything()
