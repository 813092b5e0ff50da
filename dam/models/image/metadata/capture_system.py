"""The system that reads what the camera wrote about a picture."""

from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.metadata.camera_component import CameraComponent, camera
from dam.models.image.metadata.capture_time_component import CaptureTimeComponent, capture_time
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.exposure_component import ExposureComponent, exposure
from dam.models.image.metadata.gps_position_component import GpsPositionComponent, gps_position
from dam.models.image.metadata.lens_component import LensComponent, lens
from dam.models.image.metadata.stored_orientation_component import (
    StoredOrientationComponent,
    stored_orientation,
)
from dam.models.image.sidecar import SidecarComponent

Captured = (
    CaptureTimeComponent
    | CameraComponent
    | LensComponent
    | ExposureComponent
    | GpsPositionComponent
    | StoredOrientationComponent
)

_FINDERS = (capture_time, camera, lens, exposure, gps_position, stored_orientation)


@system(version=1, on=(ImageComponent, SidecarComponent))
def read_capture(metadata: Metadata) -> tuple[Captured, ...]:
    """Read when, where and with what the picture was taken.

    One system for all: each would cost every picture an entry in the ledger, mostly to say that there is
    nothing.
    """
    if not metadata:
        return ()
    found = (find(metadata) for find in _FINDERS)
    return tuple(component for component in found if component is not None)
