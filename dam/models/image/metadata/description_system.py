"""The system that reads what people wrote about a picture."""

from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.image_caption_component import ImageCaptionComponent, image_caption
from dam.models.image.metadata.image_copyright_component import ImageCopyrightComponent, image_copyright
from dam.models.image.metadata.image_creator_component import ImageCreatorComponent, image_creators
from dam.models.image.metadata.image_keyword_component import ImageKeywordComponent, image_keywords
from dam.models.image.metadata.image_rating_component import ImageRatingComponent, image_rating
from dam.models.image.metadata.image_title_component import ImageTitleComponent, image_title

Described = (
    ImageTitleComponent
    | ImageCaptionComponent
    | ImageCopyrightComponent
    | ImageRatingComponent
    | ImageCreatorComponent
    | ImageKeywordComponent
)

_FINDERS = (image_title, image_caption, image_copyright, image_rating)


@system(version=1, on=ImageComponent)
def read_description(metadata: Metadata) -> tuple[Described, ...]:
    """Read the title, the words and the names that the file carries."""
    if not metadata:
        return ()
    found = (find(metadata) for find in _FINDERS)
    single = [component for component in found if component is not None]
    return (*single, *image_creators(metadata), *image_keywords(metadata))
