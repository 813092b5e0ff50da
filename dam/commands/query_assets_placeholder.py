"""`dam-cli query-assets-placeholder`: the early name of `query`, kept to point to it."""

from dam.commands import command_app

app = command_app()


# Whatever options it is called with: the answer is the same.
@app.command(  # type: ignore[untyped-decorator]
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
def query_assets_placeholder() -> None:
    """Point to `query`, which does what this was to do."""
    from dam.errors import UsageError

    raise UsageError(
        "no longer here: query-assets-placeholder: it is called query", hint="dam-cli query --help"
    )
