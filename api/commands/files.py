"""Automation documents as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import strict_json
from core.errors import Fault, InvalidError, JsonError

FOLDER_FILE = "automation.json"
"""A document of this name is called after its folder."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file that holds an automation, and the id the automation has by its name."""

    path: Path
    id: str

    def read(self) -> Any:
        """What is in the file. Raises OSError, and InvalidError when it is no JSON."""
        return read_json(self.path)


def document_files(path: Path) -> list[DocumentFile]:
    """The document a path names, or every one in a folder.

    In a folder these are `automation.json` in it or in a folder of it, and other JSON files that
    have a `format`. Raises InvalidError when there is none.
    """
    if not path.is_dir():
        return [_document_file(path)]
    candidates = sorted([*path.glob("*.json"), *path.glob(f"*/{FOLDER_FILE}")])
    found = [_document_file(file) for file in candidates if _is_document(file)]
    if not found:
        raise InvalidError(f"there is no automation in {path}")
    return found


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises OSError, and InvalidError when it is no JSON."""
    try:
        return strict_json.loads(path.read_bytes())
    except JsonError as error:
        raise InvalidError(f"{path} is not JSON", [Fault("$", str(error))]) from None


def _document_file(path: Path) -> DocumentFile:
    by_folder = path.name == FOLDER_FILE
    return DocumentFile(path, path.absolute().parent.name if by_folder else path.stem)


def _is_document(path: Path) -> bool:
    if path.name == FOLDER_FILE:
        return True
    content = read_json(path)
    return isinstance(content, dict) and "format" in content
