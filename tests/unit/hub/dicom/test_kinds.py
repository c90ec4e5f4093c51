"""Each kind of capture, read back from its file as any receiver would read it."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from drawn import encoded, exif, jpeg, scene
from drawn_pdf import pdf
from PIL.TiffImagePlugin import IFDRational

import hub.dicom
import hub.media
from factories import make_context
from hub.errors import NotStorable, UnsupportedMedia
from hub.model import Dermoscopy, Device, Document, Kind, Photograph, Specimen, StagePosition
from hub.settings import Settings

SLIDE = Specimen("S26-1001-A1", "PATHLAB&1.2.3&ISO", "S26-1001", "Skin ellipse")
PLACE = StagePosition(12.3456, -0.5, 0.0125)


@pytest.fixture
def read_back(tmp_path: Path):
    def read_back(content: bytes = jpeg(), **changes: object) -> pydicom.Dataset:
        context = make_context(**changes)
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        media = hub.media.read(context.kind, str(path), Settings())
        out = io.BytesIO()
        hub.dicom.build(context, media).write_to(out.write)
        return pydicom.dcmread(io.BytesIO(out.getvalue()))

    return read_back


@pytest.mark.parametrize(
    ("changes", "name", "modality", "number"),
    [
        ({"kind": Kind.PHOTO}, "VL Photographic Image Storage", "XC", 1),
        ({"kind": Kind.GROSS, "specimen": SLIDE}, "VL Photographic Image Storage", "XC", 1),
        ({"kind": Kind.DERMOSCOPY}, "Dermoscopic Photography Image Storage", "DMS", 2),
        ({"kind": Kind.MICROSCOPY}, "VL Microscopic Image Storage", "GM", 3),
        (
            {"kind": Kind.MICROSCOPY, "specimen": SLIDE, "stage": PLACE},
            "VL Slide-Coordinates Microscopic Image Storage",
            "SM",
            4,
        ),
        ({"kind": Kind.ENDOSCOPY}, "VL Endoscopic Image Storage", "ES", 5),
    ],
)
def test_each_kind_has_its_class_and_modality(read_back, changes, name, modality, number):
    ds = read_back(**changes)

    assert (ds.SOPClassUID.name, ds.Modality, ds.SeriesNumber) == (name, modality, number)
    assert ds.pixel_array.shape == (128, 160, 3)


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.MICROSCOPY, Kind.ENDOSCOPY, Kind.DERMOSCOPY])
def test_that_nobody_looked_for_faces_is_said_on_the_safe_side(read_back, kind: Kind):
    ds = read_back(kind=kind)
    assert (ds.RecognizableVisualFeatures, ds.BurnedInAnnotation) == ("YES", "NO")


@pytest.mark.parametrize(("format", "flag"), [("JPEG", "01"), ("PNG", "00"), ("TIFF", "00")])
@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.MICROSCOPY, Kind.ENDOSCOPY, Kind.DERMOSCOPY])
def test_whether_it_ever_was_lossy_is_always_said(read_back, kind: Kind, format: str, flag: str):
    ds = read_back(encoded(scene(), format), kind=kind)
    assert ds.LossyImageCompression == flag
    assert ("LossyImageCompressionRatio" in ds) is (flag == "01")


class TestDermoscopy:
    def test_how_it_was_taken(self, read_back):
        taken = Dermoscopy(True, True, "ULTRASOUND_GEL", 10.0, "back-7")

        ds = read_back(kind=Kind.DERMOSCOPY, dermoscopy=taken)

        assert (ds.LightSourcePolarization, ds.ContactMethod) == ("POLARIZED", "CONTACT")
        assert (ds.ImmersionMedia, ds.OpticalMagnificationFactor) == ("ULTRASOUND_GEL", 10)
        assert (ds.TrackingID, ds.TrackingUID) == ("back-7", make_context().related.lesion)

    def test_what_is_not_known_is_empty_and_not_invented(self, read_back):
        ds = read_back(kind=Kind.DERMOSCOPY)

        assert (ds.LightSourcePolarization, ds.ContactMethod) == ("", "")
        assert ds.OpticalMagnificationFactor is None
        assert "ImmersionMedia" not in ds
        assert "TrackingUID" not in ds
        assert {ds.Manufacturer, ds.DeviceSerialNumber, ds.SoftwareVersions} == {"Unknown"}

    def test_the_camera_is_named_and_its_exposure_kept(self, read_back):
        block = exif(t010F="Acme", t0131="1.2", t829D=IFDRational(18, 10))

        ds = read_back(jpeg(exif=block), kind=Kind.DERMOSCOPY, device=Device("phone-3"))

        assert (ds.Manufacturer, ds.SoftwareVersions, ds.FNumber) == ("Acme", "1.2", 1.8)
        assert ds.DeviceSerialNumber == "phone-3"


class TestSpecimen:
    def test_container_and_content(self, read_back):
        ds = read_back(kind=Kind.GROSS, specimen=SLIDE, anatomic_region=None, laterality=None)

        (described,) = ds.SpecimenDescriptionSequence
        (issuer,) = ds.IssuerOfTheContainerIdentifierSequence
        assert (ds.ContainerIdentifier, described.SpecimenIdentifier) == ("S26-1001-A1", "S26-1001")
        assert (issuer.LocalNamespaceEntityID, issuer.UniversalEntityID) == ("PATHLAB", "1.2.3")
        assert described.SpecimenUID == make_context().related.specimen
        assert described.SpecimenShortDescription == "Skin ellipse"
        assert "AnatomicRegionSequence" not in ds

    def test_a_container_without_further_number_is_the_specimen(self, read_back):
        ds = read_back(kind=Kind.GROSS, specimen=Specimen("S26-7"))
        assert ds.SpecimenDescriptionSequence[0].SpecimenIdentifier == "S26-7"

    def test_nobody_has_looked_whether_a_jar_names_the_patient(self, read_back):
        ds = read_back(kind=Kind.GROSS, specimen=SLIDE)
        assert "BurnedInAnnotation" not in ds
        assert read_back().BurnedInAnnotation == "NO"

    def test_a_label_is_never_cut(self, read_back):
        with pytest.raises(NotStorable):
            read_back(kind=Kind.GROSS, specimen=Specimen("9" * 65))

    def test_a_photo_of_a_patient_has_no_specimen(self, read_back):
        assert "ContainerIdentifier" not in read_back()


class TestPlaceOnASlide:
    def test_in_the_units_of_the_standard(self, read_back):
        ds = read_back(kind=Kind.MICROSCOPY, specimen=SLIDE, stage=PLACE)

        (centre,) = ds.ImageCenterPointCoordinatesSequence
        assert centre.XOffsetInSlideCoordinateSystem == 12.3456
        assert centre.YOffsetInSlideCoordinateSystem == -0.5
        assert centre.ZOffsetInSlideCoordinateSystem == 12.5  # micrometres
        assert ds.PositionReferenceIndicator == "SLIDE_CORNER"
        assert ds.FrameOfReferenceUID == make_context().related.frame_of_reference
        assert ds.ContainerTypeCodeSequence[0].CodeMeaning == "Microscope slide"

    def test_a_depth_that_is_not_known_is_empty(self, read_back):
        ds = read_back(kind=Kind.MICROSCOPY, specimen=SLIDE, stage=StagePosition(1, 2))
        centre = ds.ImageCenterPointCoordinatesSequence[0]
        assert centre.ZOffsetInSlideCoordinateSystem is None


class TestDocument:
    @pytest.mark.parametrize("content", [pdf(), pdf(b"(x)"), pdf(b"(xy)")])
    def test_it_is_in_the_object_byte_for_byte(self, read_back, content: bytes):
        ds = read_back(content, kind=Kind.DOCUMENT, note="Referral letter")

        assert ds.SOPClassUID.name == "Encapsulated PDF Storage"
        assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == content
        assert len(ds.EncapsulatedDocument) % 2 == 0
        assert ds.MIMETypeOfEncapsulatedDocument == "application/pdf"
        assert (ds.Modality, ds.DocumentTitle) == ("DOC", "Referral letter")
        assert "ImageComments" not in ds

    def test_a_note_longer_than_a_title_is_kept_whole(self, read_back):
        note = "word " * 300 + "end"

        ds = read_back(pdf(), kind=Kind.DOCUMENT, note=note)

        assert len(ds.DocumentTitle) <= 1024
        assert ds.ImageComments == note

    def test_the_catalog_knows_where_its_bytes_are(self, tmp_path: Path):
        path = tmp_path / "upload.part"
        path.write_bytes(pdf())
        media = hub.media.read(Kind.DOCUMENT, str(path), Settings())
        built = hub.dicom.build(make_context(kind=Kind.DOCUMENT), media)

        _study, series, instance = built.instance_facts("0" * 64, 1)

        assert series.modality == "DOC"
        assert instance.rows is None
        assert instance.header["00420011"] == {"vr": "OB", "BulkDataURI": "bulk/00420011"}


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        (Kind.PHOTO, Document(encoding="pdf", payload=(b"x",), mime_type="application/pdf")),
        (
            Kind.DOCUMENT,
            Photograph(
                encoding="native", payload=(b"xyz",), rows=1, columns=1, samples_per_pixel=3
            ),
        ),
    ],
)
def test_what_a_kind_cannot_hold_is_refused(kind, media):
    with pytest.raises(UnsupportedMedia):
        hub.dicom.build(make_context(kind=kind), media)
