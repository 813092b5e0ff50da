"""Conditions on what counts: what a sidecar says of an asset goes before what its own file says."""

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from dam.core.component import Component, Entity
from dam.core.condition import Holder, has_such
from dam.models.image.metadata.camera_component import CameraComponent
from dam.models.image.metadata.capture_time_component import CaptureTimeComponent
from dam.models.image.metadata.exposure_component import ExposureComponent
from dam.models.image.metadata.gps_position_component import GpsPositionComponent
from dam.models.image.metadata.image_caption_component import ImageCaptionComponent
from dam.models.image.metadata.image_copyright_component import ImageCopyrightComponent
from dam.models.image.metadata.image_creator_component import ImageCreatorComponent
from dam.models.image.metadata.image_keyword_component import ImageKeywordComponent
from dam.models.image.metadata.image_label_component import ImageLabelComponent
from dam.models.image.metadata.image_rating_component import ImageRatingComponent
from dam.models.image.metadata.image_title_component import ImageTitleComponent
from dam.models.image.metadata.lens_component import LensComponent
from dam.models.image.sidecar import SidecarComponent
from dam.models.image.sidecar.pairs import has_sidecars, pairs

FACTS: tuple[type[Component], ...] = (
    CameraComponent,
    CaptureTimeComponent,
    ExposureComponent,
    GpsPositionComponent,
    ImageCaptionComponent,
    ImageCopyrightComponent,
    ImageCreatorComponent,
    ImageKeywordComponent,
    ImageLabelComponent,
    ImageRatingComponent,
    ImageTitleComponent,
    LensComponent,
)
"""What is said of a picture, by its file or by a sidecar.

How the file itself is turned is no such thing, and the whole record stays that of one file.
"""


def effective_holder(session: Session) -> Holder:
    """Return what makes conditions on what counts in this library: simple ones where there is no sidecar."""
    return has_effective if has_sidecars(session) else has_such


def has_effective(component: type[Component], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an entity has a component of which something is true, and which counts.

    A sidecar has no facts of its own: they are those of the asset beside it.
    """
    own = has_such(component, condition)
    if component not in FACTS:
        return own
    is_sidecar = exists().where(SidecarComponent.entity_id == Entity.id).correlate(Entity)
    any_said = aliased(component)
    there, anywhere = pairs(), pairs()
    said = select(there.c.subject).join(component, component.entity_id == there.c.sidecar).where(condition)
    overruled = select(anywhere.c.subject).join(any_said, any_said.entity_id == anywhere.c.sidecar)
    return or_(and_(own, ~is_sidecar, Entity.id.not_in(overruled)), Entity.id.in_(said))
