"""What a picture's file says about itself: EXIF, IPTC and XMP, read without decoding a pixel."""
