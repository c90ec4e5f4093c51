"""A page of search results as the JSON of the public surface (DESIGN section 4)."""

from __future__ import annotations

from typing import Any

from search.service import SearchPage


def page_json(page: SearchPage) -> dict[str, Any]:
    """Return ids, how the words were read, and counts; no names."""
    return {
        "total": page.total,
        "tiers": dict(page.tiers),
        "items": [
            {
                "studyInstanceUID": item.study_instance_uid,
                "patientId": item.patient_id,
                "issuer": item.issuer,
                "modalities": list(item.modalities),
                "studyDate": item.study_date,
                "tier": item.tier,
                "why": list(item.why),
            }
            for item in page.items
        ],
        "chips": [{"field": c.field, "value": c.value, "label": c.label} for c in page.chips],
        "facets": {
            name: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
            for name, values in page.facets.items()
        },
        "next": page.next or None,
        "notices": list(page.notices),
        "degraded": page.degraded,
    }
