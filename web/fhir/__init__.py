"""FHIR R4, outward: what EHRs ask for, read only."""
