"""The ECS core: components, queries, systems and the runs between them. It knows no media type."""
