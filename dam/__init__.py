"""A digital asset management system on an Entity-Component-System architecture."""

__version__ = "0.1.0"
