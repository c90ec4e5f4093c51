"""FHIR R4: bundles read in, resources written out. The mapping to the model lives only here.

R4 JSON is checked with the R4B classes of `fhir.resources`: Patient, Encounter,
ServiceRequest, Practitioner and ImagingStudy did not change between R4 and R4B.
"""
