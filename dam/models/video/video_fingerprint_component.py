"""The pictures of a film as perceptual hashes."""

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers, need_picture
from dam.models.video.reading import VideoError, opened_video, picture_track


class VideoFingerprintComponent(Component):
    """The PDQ hash of the picture at each second, without bars around it, and its quality.

    Where things move fast there are up to three between two seconds, since no two encodings are in step. Of
    each there are 37 bytes: the moment in four, the lowest first, in quarters of a second, the quality, and
    the hash.
    """

    __table_args__ = (CheckConstraint("length(value) > 0", name="value_length"),)

    value: Mapped[bytes] = mapped_column(LargeBinary)
    tight: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The same without the rest of what is black throughout, which may be bars; None if there is none."""
    dense_until: Mapped[int | None]
    """The moment from which on only some key frames were looked at; None if every second was."""


@system(version=2)
def fingerprint(video: VideoComponent, headers: Headers, content: Content) -> VideoFingerprintComponent:
    """Decode four pictures a second and hash those that tell something; of a long film, after a while, fewer.

    Raises VideoError if there are no pictures that can be decoded.
    """
    rotation = need_picture(headers).rotation
    from dam.models.pdq import pdq_of_grey
    from dam.models.video.frame_hashes import packed
    from dam.models.video.sampling import Sampler
    from dam.models.video.small_pictures import cuts, small_grey

    with opened_video(content, video.media_type) as container:
        sampler = Sampler(container, picture_track(container))
        moments, pictures = [], []
        for moment, frame in sampler.pictures():
            moments.append(moment)
            pictures.append(small_grey(frame, rotation))
    if not moments:
        raise VideoError("truncated: no picture in it can be decoded")
    value, *tight = (
        packed(
            (moment, pdq_of_grey(cut.of(picture))) for moment, picture in zip(moments, pictures, strict=True)
        )
        for cut in cuts(pictures)
    )
    return VideoFingerprintComponent(
        value=value, tight=next(iter(tight), None), dense_until=sampler.dense_until
    )
