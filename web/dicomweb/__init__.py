"""DICOMweb, the reading half: QIDO-RS and WADO-RS (PS3.18). STOW-RS is in `capture_api`."""
