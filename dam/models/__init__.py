"""Components: what is known about an entity, one small table for each fact."""
