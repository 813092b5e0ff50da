"""The system that reads what people wrote about a picture."""

from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.image_caption_component import ImageCaptionComponent, image_caption
from dam.models.image.metadata.image_copyright_component import ImageCopyrightComponent, image_copyright
from dam.models.image.metadata.image_creator_component import ImageCreatorComponent, image_creators
from dam.models.image.metadata.image_keyword_component import ImageKeywordComponent, image_keywords
from dam.models.image.metadata.image_label_component import ImageLabelComponent, image_label
from dam.models.image.metadata.image_rating_component import ImageRatingComponent, image_rating
from dam.models.image.metadata.image_title_component import ImageTitleComponent, image_title
from dam.models.image.sidecar import SidecarComponent

Described = (
    ImageTitleComponent
    | ImageCaptionComponent
    | ImageCopyrightComponent
    | ImageRatingComponent
    | ImageLabelComponent
    | ImageCreatorComponent
    | ImageKeywordComponent
)

_FINDERS = (image_title, image_caption, image_copyright, image_rating, image_label)


@system(version=2, on=(ImageComponent, SidecarComponent))
def read_description(metadata: Metadata) -> tuple[Described, ...]:
    """Read the title, the words and the names that the file carries."""
    if not metadata:
        return ()
    found = (find(metadata) for find in _FINDERS)
    single = [component for component in found if component is not None]
    return (*single, *image_creators(metadata), *image_keywords(metadata))
